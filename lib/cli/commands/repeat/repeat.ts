import type { Command } from "../../command.ts";
import { STUDY_FLAGS } from "../../study_flags.ts";

/** `repeat`: one variant of a recorded study, trained and answered again. */
export const REPEAT: Command = {
  name: "repeat",
  summary:
    "train and ask one variant of a recorded study again: are the answers the recorded ones?",
  description:
    "Trains the variant's recipe with its seed, asks it all that the study asked, and compares every\n" +
    "verdict, letter and passage with the recorded ones. Needs the study's model and data. An adapter\n" +
    "that is put into OUT/training/NAME is used in place of a training.",
  flags: {
    config: STUDY_FLAGS.config!,
    "data-root": STUDY_FLAGS["data-root"]!,
    variant: {
      type: "text",
      value: "NAME",
      help: "what to repeat (default: the recommended variant, else the first of the plan)",
    },
    recorded: {
      type: "text",
      value: "DIR",
      help: "the recording (default results/recorded/<name of the study>)",
    },
    out: {
      type: "text",
      value: "DIR",
      help: "results folder (default results/<name of the study>-repeat)",
    },
  },
  load: async () => (await import("./run_repeat.ts")).runRepeat,
};
