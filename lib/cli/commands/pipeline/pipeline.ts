import type { Command, Flag } from "../../command.ts";
import { earlyThreadOfOne } from "../../early_thread.ts";
import { STUDY_FLAGS } from "../../study_flags.ts";

/** The flag that asks for the plan alone. */
export const PLAN_FLAG: Readonly<Record<string, Flag>> = {
  plan: { type: "switch", help: "only say what it will do, how long it takes, what n it needs" },
};

/** The flag that says on how many devices at once variants are trained and answered. */
export const DEVICES_FLAG: Readonly<Record<string, Flag>> = {
  devices: {
    type: "number",
    value: "N",
    help: "train and answer in N processes, one a GPU (default: every GPU there is)",
  },
};

/** `pipeline`: a whole study, from the checkpoint to the trade-off table. */
export const PIPELINE: Command = {
  name: "pipeline",
  summary: "run a whole study: baseline, training, all evaluations, table and figures",
  description:
    "Sets up what is missing, then runs every phase. A killed run goes on where it stopped when it\n" +
    "is started again, and a finished one says what it reused and prints its table.",
  flags: { ...STUDY_FLAGS, ...PLAN_FLAG, ...DEVICES_FLAG },
  early: earlyThreadOfOne,
  load: async () => (await import("./run_pipeline.ts")).runPipelineOrPart,
};

/** `study`: the sweep over recipes, checkpoints, scales and seeds, and the recommendation. */
export const STUDY: Command = {
  ...PIPELINE,
  name: "study",
  summary: "the sweep over recipes, checkpoints, scales and seeds, and what to recommend",
  description:
    'The config\'s "sweep" names scales, checkpoints, seeds, numbers of shots, the measure of what\n' +
    "is known and the loss that is not to be tolerated. The plan is written down before an answer\n" +
    "of a tuned model is read. Killed or finished, it goes on from what is stored.",
  flags: {
    ...PIPELINE.flags,
    part: {
      type: "text",
      value: "K/N",
      help: "do the K-th of N shares of trainings and variants; --devices starts these",
    },
  },
};
