import {
  checkOutputIsNoInput,
  checkOwnFiles,
  contentKey,
  fromRoot,
  UsageError,
  writeOwnFiles,
} from "../../../ground/mod.ts";
import { formatCounted, UNDECIDED } from "../../../report/mod.ts";
import {
  EXPORT_FORMATS,
  exportFiles,
  findStudy,
  NO_TEXTS,
  openDataTexts,
  openExport,
} from "../../../study/mod.ts";
import {
  type CommandContext,
  type FlagValues,
  neededTexts,
  oneOf,
  text,
  texts,
} from "../../command.ts";
import { DELTAS, givenDelta } from "../compare/tolerance.ts";

/** So many files are named: samples have one a variant and task. */
const MOST_NAMED = 6;

/** The flags that say where the texts are. */
const COPY_FLAGS = ["data-root", "spider", "mmlu", "text"] as const;

/** The work of `export`. */
export async function runExport(
  flags: FlagValues,
  { progress, print }: CommandContext,
): Promise<void> {
  const [name] = neededTexts("export", flags, ["study", "format"]);
  const format = oneOf("export", flags, { flag: "format", names: EXPORT_FORMATS });
  const undecided = oneOf("export", flags, { flag: "undecided", names: UNDECIDED });
  if (flags.undecided !== undefined && format !== "junit") {
    throw new UsageError(`export: --undecided does not go with --format ${format}`);
  }
  if (flags.texts && format !== "lm-eval") {
    throw new UsageError(`export: --texts does not go with --format ${format}`);
  }
  const place = COPY_FLAGS.find((flag) => flags[flag] !== undefined);
  if (place !== undefined && !flags.texts) {
    throw new UsageError(`export: --${place} needs --texts`);
  }
  const delta = givenDelta("export", flags);
  const variants = texts(flags, "variant");
  const { folder, notes } = findStudy(name);
  for (const line of notes) progress.note(line);
  progress.step("Reading the answers");
  const study = openExport(folder, {
    variants,
    tolerances: delta === undefined ? DELTAS : { mmlu: delta, prose: delta },
    note: (line) => progress.note(line),
    onVariant: (done, total) => progress.update(done, total, "variants"),
  });
  if (study.summary && delta !== undefined) {
    throw new UsageError(
      `export: --delta is for answers alone: the plan of "${study.name}" has its own, ` +
        `${study.summary.plan.delta}`,
    );
  }
  const out = text(flags, "out") ??
    fromRoot(
      `results/scratch/export-${contentKey({ folder, format, variants }).slice(0, 8)}-${format}`,
    );
  checkOutputIsNoInput(out, [study.folder]);
  const list = `export-${study.name}.sha256`;
  checkOwnFiles(out, list);
  if (flags.texts) progress.step("Reading the data, for their texts");
  const data = flags.texts ? await dataTexts(study.summary, flags) : NO_TEXTS;
  progress.step(`Writing ${format}`);
  const files = exportFiles(study, format, { undecided, texts: data });
  const paths = Object.keys(files);
  writeOwnFiles(out, list, files);
  if (!study.summary) {
    progress.note(
      "no summary.json: changes are computed from the answers, unadjusted, and the model, the " +
        "prompts and the code are not known",
    );
  }
  print(`${formatCounted(paths.length, "file")} in ${out}`);
  for (const path of paths.slice(0, MOST_NAMED)) print(`  ${path}`);
  if (paths.length > MOST_NAMED) print(`  and ${paths.length - MOST_NAMED} more`);
}

async function dataTexts(
  summary: Parameters<typeof openDataTexts>[0] | undefined,
  flags: FlagValues,
): ReturnType<typeof openDataTexts> {
  if (summary) {
    const [dataRoot, spider, mmlu, prose] = COPY_FLAGS.map((flag) => text(flags, flag));
    return await openDataTexts(summary, { dataRoot, spider, mmlu, prose });
  }
  throw new UsageError("export: --texts needs a summary.json: it says which data were asked");
}
