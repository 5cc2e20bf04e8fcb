import type { Command } from "../../command.ts";
import { STUDY_FLAGS } from "../../study_flags.ts";

/** `baseline`: phase 1, the base model alone. */
export const BASELINE: Command = {
  name: "baseline",
  summary: "phase 1: the base model's answers, with raw success and failure counts",
  flags: STUDY_FLAGS,
  load: async () => (await import("./run_phases.ts")).runBaseline,
};

/** `export-sft`: the training records for TRL. */
export const EXPORT_SFT: Command = {
  name: "export-sft",
  summary: "phase 2: write the training records (prompt and completion, JSON lines)",
  flags: {
    ...STUDY_FLAGS,
    out: {
      ...STUDY_FLAGS.out!,
      help: `${STUDY_FLAGS.out!.help}: the records are samples/sft.jsonl in it`,
    },
  },
  load: async () => (await import("./run_phases.ts")).runExportSft,
};

/** `train`: phase 2, every recipe of the study. */
export const TRAIN: Command = {
  name: "train",
  summary: "phase 2: train every LoRA recipe of the study with TRL",
  flags: STUDY_FLAGS,
  load: async () => (await import("./run_phases.ts")).runTrain,
};

/** `report`: phase 5, table and figure of a trained study. */
export const REPORT: Command = {
  name: "report",
  summary: "phases 3 to 5: evaluate what is trained, write the summary, table and figure",
  flags: STUDY_FLAGS,
  load: async () => (await import("./run_phases.ts")).runReport,
};
