import { EXPORT_FORMATS } from "../../../study/light.ts";
import type { Command } from "../../command.ts";
import { MMLU_FLAG, SPIDER_FLAG, STUDY_FLAG } from "../../study_flags.ts";

/** `export`: a finished study in the forms that other tools read. */
export const EXPORT: Command = {
  name: "export",
  summary: "a finished study as CSV, Parquet, lm-eval logs, model card or JUnit XML",
  description:
    "Reads results that are there and computes nothing anew. Texts of the data sets are left out,\n" +
    "unless --texts asks for them. docs/export.md says what is in each file.",
  flags: {
    study: STUDY_FLAG,
    format: { type: "text", value: "NAME", help: EXPORT_FORMATS.join(", ") },
    variant: {
      type: "texts",
      value: "NAME",
      help: "only this variant; several (default: all; model-card: the recommended one)",
    },
    out: {
      type: "text",
      value: "DIR",
      help: "folder for the files (default: one an export, below results/scratch)",
    },
    undecided: {
      type: "text",
      value: "skip|fail",
      help: "junit: a claim that the data decide neither way (default: skip)",
    },
    delta: {
      type: "number",
      value: "D",
      help: "junit, csv, parquet: loss not to be tolerated, where the results have answers alone " +
        "(default: 0.03, and 0.05 nats)",
    },
    texts: {
      type: "switch",
      help: "lm-eval: with questions, gold answers and prompts of the data",
    },
    "data-root": {
      type: "text",
      value: "DIR",
      help: "with --texts: folder with spider/ and mmlu/ (default: where the study says)",
    },
    spider: { ...SPIDER_FLAG, help: `with --texts: ${SPIDER_FLAG.help}` },
    mmlu: { ...MMLU_FLAG, help: `with --texts: ${MMLU_FLAG.help}` },
    text: { type: "text", value: "PATH", help: "with --texts: your copy of the general text" },
  },
  load: async () => (await import("./run_export.ts")).runExport,
};
