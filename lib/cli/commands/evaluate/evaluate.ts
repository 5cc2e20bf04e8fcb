import type { Command, Flag } from "../../command.ts";
import { earlyThread } from "../../early_thread.ts";
import { ENGINE_FLAGS, MODEL_FLAG, STUDY_FLAGS } from "../../study_flags.ts";

const MODEL_FLAGS: Readonly<Record<string, Flag>> = {
  config: STUDY_FLAGS.config!,
  model: MODEL_FLAG,
  "adapter-path": {
    type: "text",
    value: "DIR",
    help: "LoRA adapter as PEFT saves it, or its id on the hub",
  },
  scale: { type: "number", value: "S", help: "factor on the adapter (default 1; 0 is the base)" },
  ...ENGINE_FLAGS,
  data: {
    type: "text",
    value: "PATH",
    help: "the data, a folder or a file (default: the config's)",
  },
  "data-root": {
    type: "text",
    value: "DIR",
    help: "folder with spider/ and mmlu/, in place of --data",
  },
  limit: { type: "number", value: "N", help: "only N questions (mmlu: N of each category)" },
  shots: {
    type: "number",
    value: "N",
    help: "examples before each question (default: the config's)",
  },
  seed: STUDY_FLAGS.seed!,
  out: {
    type: "text",
    value: "PATH",
    help: "JSON lines, one an example, resumed when there; a folder gets verdicts.jsonl or " +
      "answers.jsonl (default: a folder a run)",
  },
};

/** `evaluate`: execution accuracy of one checkpoint or adapter. */
export const EVALUATE: Command = {
  name: "evaluate",
  summary: "execution accuracy of one model, with or without an adapter",
  flags: {
    ...MODEL_FLAGS,
    database: {
      type: "text",
      value: "PATH",
      help: "SQLite file, or folder of several, of questions in a .jsonl file",
    },
  },
  early: earlyThread,
  load: async () => (await import("./run_evaluate.ts")).runEvaluate,
};

/** `mmlu`: multiple-choice accuracy of one checkpoint or adapter. */
export const MMLU: Command = {
  name: "mmlu",
  summary: "multiple-choice accuracy of one model, with or without an adapter",
  flags: {
    ...MODEL_FLAGS,
    title: { type: "text", value: "TEXT", help: "what to call the data (default: its name)" },
    all: { type: "switch", help: "all test questions of all subjects" },
  },
  early: earlyThread,
  load: async () => (await import("./run_evaluate.ts")).runMmlu,
};
