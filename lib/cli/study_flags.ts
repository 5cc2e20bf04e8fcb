import { fromRoot } from "../ground/light.ts";
import { type Flag, type FlagValues, text } from "./command.ts";

/** The config of a study when none is named. */
export const DEFAULT_CONFIG = "config/sample.json";

/** The file of the config that the flags name, or of the one that is taken when they name none. */
export function configPath(flags: FlagValues): string {
  return text(flags, "config") ?? fromRoot(DEFAULT_CONFIG);
}

/** The study that is read when none is named. */
export const DEFAULT_STUDY = "results/recorded/sample";

/** Flags of every command that works on a study. */
export const STUDY_FLAGS: Readonly<Record<string, Flag>> = {
  config: { type: "text", value: "FILE", help: `the study (default ${DEFAULT_CONFIG})` },
  "data-root": { type: "text", value: "DIR", help: "folder with spider/ and mmlu/ as released" },
  limit: {
    type: "number",
    value: "N",
    help:
      "a smaller study: N text-to-SQL questions, N of each category, N passages, drawn by seed; " +
      "its folder is results/<name>-limitN",
  },
  seed: { type: "number", value: "N", help: "replaces the config's seed (42)" },
  out: { type: "text", value: "DIR", help: "results folder (default results/<name of the study>)" },
};

/** The flag of every command that reads the results of a study. */
export const STUDY_FLAG: Flag = {
  type: "text",
  value: "DIR",
  help: "results of a study: a folder, or a name below results, its scratch or recorded",
};

/** The flag of every command that shows questions of text-to-SQL that were asked. */
export const SPIDER_FLAG: Flag = {
  type: "text",
  value: "PATH",
  help: "your copy of the text-to-SQL data",
};

/** The flag of every command that shows multiple-choice questions of a study out of the user's own copy. */
export const MMLU_FLAG: Flag = {
  type: "text",
  value: "PATH",
  help: "your copy of the multiple-choice data",
};

/** The flag of every command that asks one model, in place of the config's. */
export const MODEL_FLAG: Flag = {
  type: "text",
  value: "DIR",
  help: "checkpoint folder (default: the config's model)",
};

/** The flags of every command that asks a model, on what it runs. */
export const ENGINE_FLAGS: Readonly<Record<"engine" | "device" | "weights", Flag>> = {
  engine: { type: "text", value: "NAME", help: "onnx or server (default: the config's)" },
  device: { type: "text", value: "NAME", help: "cpu or cuda (default: the config's)" },
  weights: {
    type: "text",
    value: "NAME",
    help: "stored or int4, of the linear layers (default: the config's)",
  },
};
