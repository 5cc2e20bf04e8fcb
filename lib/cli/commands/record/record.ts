import type { Command } from "../../command.ts";
import { STUDY_FLAGS } from "../../study_flags.ts";

/** `record`: keeps a finished study's results under version control. */
export const RECORD: Command = {
  name: "record",
  summary: "copy a finished study's results to results/recorded, to be committed",
  flags: {
    config: STUDY_FLAGS.config!,
    out: {
      type: "text",
      value: "DIR",
      help: "the study's results folder (default results/<name>)",
    },
    model: {
      type: "text",
      value: "DIR",
      help: "the folder of a model with source path (default: the config's)",
    },
    replace: { type: "switch", help: "replace what was recorded under this name" },
  },
  load: async () => (await import("./run_record.ts")).runRecord,
};
