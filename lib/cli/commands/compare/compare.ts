import type { Command } from "../../command.ts";
import { earlyThreadOfOne } from "../../early_thread.ts";
import { COMPARE_FILE_FLAGS, comparesFiles } from "../../judge_flags.ts";
import { ENGINE_FLAGS, MODEL_FLAG, STUDY_FLAGS } from "../../study_flags.ts";
import { DEVICES_FLAG, PLAN_FLAG } from "../pipeline/pipeline.ts";

/** `compare`: base against adapters, models, runs or predictions, without training or config. */
export const COMPARE: Command = {
  name: "compare",
  summary: "did an adapter forget something? base against adapters, models, runs or predictions",
  description:
    "Answers base and adapters in one session, pairs them question by question, and says what the\n" +
    "intervals allow. Without --data, --mmlu-data and --text the project's own samples are asked.\n" +
    "Two runs made earlier, or two files of predictions, are compared without any model.",
  flags: {
    config: { ...STUDY_FLAGS.config!, help: "take model, data and engine of a study" },
    model: MODEL_FLAG,
    "adapter-path": {
      type: "texts",
      value: "DIR",
      help: "LoRA adapter as PEFT saves it, or its id on the hub; several",
    },
    against: { type: "texts", value: "DIR", help: "merged model or full fine-tune; several" },
    scale: { type: "text", value: "LIST", help: 'factors on the adapters, such as "0.5,1"' },
    data: {
      type: "text",
      value: "PATH",
      help: "text-to-SQL: Spider's layout, or JSON lines; goes before --data-root",
    },
    "mmlu-data": {
      type: "text",
      value: "PATH",
      help: "multiple choice: MMLU's, or your own items",
    },
    text: { type: "text", value: "PATH", help: "general text: passages, or a folder of texts" },
    "data-root": STUDY_FLAGS["data-root"]!,
    only: { type: "text", value: "LIST", help: "of sql, mmlu, prose (default: all three)" },
    database: { type: "text", value: "PATH", help: "with --data FILE: its SQLite file or folder" },
    title: {
      type: "text",
      value: "TEXT",
      help: "what tables and figures call --mmlu-data, or multiple choice of --run",
    },
    shots: {
      type: "number",
      value: "N",
      help:
        "examples shown before each text-to-SQL question (default: the config's; 0 with --data)",
    },
    limit: {
      type: "number",
      value: "N",
      help: "N text-to-SQL questions, N of each category, N passages",
    },
    all: { type: "switch", help: "all multiple-choice questions of all subjects" },
    delta: {
      type: "number",
      value: "D",
      help:
        "loss not to be tolerated: of mmlu a share of the questions (default: 0.03, 3 points), of " +
        "prose nats a token (default: 0.05)",
    },
    gauge: {
      type: "text",
      value: "NAME",
      help:
        "what it is a loss of: mmlu, multiple choice, or prose, general text (default: the config's " +
        "where its items are asked, with --run that of both plans; else mmlu where answered, else prose)",
    },
    ...ENGINE_FLAGS,
    seed: STUDY_FLAGS.seed!,
    out: { type: "text", value: "DIR", help: "results folder (default: one a comparison)" },
    ...COMPARE_FILE_FLAGS,
    ...PLAN_FLAG,
    devices: {
      ...DEVICES_FLAG.devices!,
      help: "answer in N processes, one a GPU (default: every GPU there is)",
    },
  },
  early: (flags) => comparesFiles(flags) ? undefined : earlyThreadOfOne(flags),
  load: async () => (await import("./run_compare.ts")).runCompare,
};
