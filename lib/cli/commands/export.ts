import { join } from "node:path";
import {
  checkOutputFolder,
  checkOutputIsNoInput,
  contentKey,
  fromRoot,
  UsageError,
  writeAtomic,
} from "../../ground/mod.ts";
import { formatCounted, UNDECIDED } from "../../report/mod.ts";
import {
  EXPORT_FORMATS,
  exportFiles,
  NO_TEXTS,
  openDataTexts,
  openExport,
} from "../../study/mod.ts";
import { type Command, neededText, oneOf, text, texts } from "../command.ts";
import { DELTAS, givenDelta } from "./compare_files.ts";

/** So many files are named: samples have one a variant and task. */
const MOST_NAMED = 6;

/** `export`: a finished study in the forms that other tools read. */
export const EXPORT: Command = {
  name: "export",
  summary: "a finished study as CSV, Parquet, lm-eval logs, model card or JUnit XML",
  description:
    "Reads results that are there and computes nothing anew. Texts of the data sets are left out,\n" +
    "unless --texts asks for them. docs/export.md says what is in each file.",
  flags: {
    study: {
      type: "text",
      value: "DIR",
      help: "a study's results folder, or its name below results/recorded or results",
    },
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
  },
  async run(flags, { progress, print }): Promise<void> {
    const name = neededText("export", flags, "study");
    neededText("export", flags, "format");
    const format = oneOf("export", flags, { flag: "format", names: EXPORT_FORMATS });
    const undecided = oneOf("export", flags, { flag: "undecided", names: UNDECIDED });
    if (flags.undecided !== undefined && format !== "junit") {
      throw new UsageError(`export: --undecided does not go with --format ${format}`);
    }
    if (flags.texts && format !== "lm-eval") {
      throw new UsageError(`export: --texts does not go with --format ${format}`);
    }
    if (flags["data-root"] !== undefined && !flags.texts) {
      throw new UsageError("export: --data-root needs --texts");
    }
    const delta = givenDelta("export", flags);
    const variants = texts(flags, "variant");
    const study = openExport(name, {
      variants,
      tolerances: delta === undefined ? DELTAS : { mmlu: delta, prose: delta },
    });
    if (study.summary && delta !== undefined) {
      throw new UsageError(
        `export: --delta is for answers alone: the plan of "${study.name}" has its own, ` +
          `${study.summary.plan.delta}`,
      );
    }
    const out = text(flags, "out") ??
      fromRoot(
        `results/scratch/export-${contentKey({ name, format, variants }).slice(0, 8)}-${format}`,
      );
    checkOutputFolder(out);
    checkOutputIsNoInput(out, [study.folder]);
    const data = flags.texts ? await dataTexts(study.summary, text(flags, "data-root")) : NO_TEXTS;
    const files = Object.entries(exportFiles(study, format, { undecided, texts: data }));
    for (const [path, content] of files) writeAtomic(join(out, path), content);
    if (!study.summary) {
      progress.note(
        "no summary.json: changes are computed from the answers, unadjusted, and the model, the " +
          "prompts and the code are not known",
      );
    }
    print(`${formatCounted(files.length, "file")} in ${out}`);
    for (const [path] of files.slice(0, MOST_NAMED)) print(`  ${path}`);
    if (files.length > MOST_NAMED) print(`  and ${files.length - MOST_NAMED} more`);
  },
};

async function dataTexts(
  summary: Parameters<typeof openDataTexts>[0] | undefined,
  dataRoot: string | undefined,
): ReturnType<typeof openDataTexts> {
  if (summary) return await openDataTexts(summary, dataRoot);
  throw new UsageError("export: --texts needs a summary.json: it says which data were asked");
}
