import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromRoot, readTextFile, UsageError } from "../../ground/mod.ts";
import {
  checkPaperMeasures,
  type Language,
  type PaperInputs,
  paperVariants,
  pickFailures,
  summaryRows,
  type TrainingRow,
} from "../../report/mod.ts";
import {
  applyDataRoot,
  parseLossLog,
  readSummary,
  type Summary,
  unrecordedPlace,
  withFetchedData,
} from "../../runs/mod.ts";
import { type SpiderData, sqlPrompt, withShownSchemas } from "../../spider/mod.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { checkCounts, counted } from "../results/check_counts.ts";
import { exampleRowsOf } from "../results/failures.ts";
import { type Note, notedOnce, readAnswers } from "../results/read_answers.ts";
import { readLimits } from "../results/limits.ts";
import { unfinished } from "../results/unfinished.ts";
import { RESULT_FILES } from "../results/write_results.ts";
import { trainingRow } from "../training/training_runs.ts";
import { unstableTrainings } from "../training/unstable_training.ts";
import { loadSpiderOf } from "../inputs/sql_inputs.ts";

/** Questions of each kind that a paper quotes. */
const QUOTED = 3;

/** Options of {@linkcode readPaperInputs}. */
export interface PaperInputsOptions {
  /** The folder with `spider/`, where the study's own path is not on this machine. */
  readonly dataRoot?: string | undefined;
  /** The text-to-SQL data, in place of the study's own and of those below `dataRoot`. */
  readonly spider?: string | undefined;
  /** Who signs the paper. */
  readonly authors?: readonly string[];
  /** Is told where changes of recorded answers cannot be told. */
  readonly note?: Note;
}

/**
 * Reads what a paper is made of from the folder of a finished or a recorded study, and the questions
 * that it quotes from the user's own copy of the data, of which a recording has none.
 *
 * @param folder Such as `results/recorded/sample`.
 * @returns The inputs by language: they differ in the limits alone.
 * @throws {UsageError} If a file is missing or damaged, the data are not here, or they are not those
 * that the study was made of.
 */
export async function readPaperInputs(
  folder: string,
  { dataRoot, spider: copy, authors = [], note = () => {} }: PaperInputsOptions = {},
): Promise<Readonly<Record<Language, PaperInputs>>> {
  const summary = summaryOf(folder);
  const rows = summaryRows(summary);
  // before its answers are looked for: of what was not asked there are none
  checkPaperMeasures(summary.name, rows);
  const { main } = paperVariants(rows);
  const once = notedOnce(note);
  const [base, tuned] = ["base", main].map((name) => verdictsOf(folder, name, once));
  const verdicts = [base!, tuned!].map(counted).map(({ name, sql }) => ({ name, sql: sql! }));
  checkCounts(summary, verdicts, `write a paper of ${folder}`);
  const spider = await quotableQuestions(summary, { dataRoot, copy }, base!);
  const failures = pickFailures(exampleRowsOf({ asked: spider.dev }, base!, tuned!), {
    variant: main,
    seed: summary.config.seed,
    count: QUOTED,
  });
  const limits = readLimits(folder);
  const inputs = {
    summary,
    trainings: readTrainings(folder),
    unstable: unstableTrainings(summary, folder),
    failures,
    authors,
    repetition: limits.repetition === true,
    ...await shownPrompt(summary, spider, failures),
  };
  return { en: { ...inputs, limits: limits.en }, pt: { ...inputs, limits: limits.pt } };
}

/** @throws {UsageError} If there is none, with what to do about it. */
function summaryOf(folder: string): Summary {
  const path = join(folder, RESULT_FILES.summary);
  if (existsSync(path)) return readSummary(path);
  const why = unfinished(folder) ??
    "a paper is of a finished study, which pipeline and study write; of answers alone there are " +
      "browse, compare --run and export";
  throw new UsageError(
    `Cannot write a paper: ${folder} has no ${RESULT_FILES.summary}: ${why}`,
  );
}

function verdictsOf(folder: string, variant: string, note: Note): VariantAnswers {
  const files = ["jsonl", "parquet"].map((kind) => join(folder, `verdicts.${kind}`));
  const file = files.find((path) => existsSync(path));
  if (file === undefined) {
    throw new UsageError(
      `Cannot write a paper: ${folder} has neither verdicts.jsonl nor ` +
        "verdicts.parquet",
    );
  }
  return readAnswers(`${file}::${variant}`, note);
}

/** The development questions, of the very file that the study was made of. */
async function quotableQuestions(
  summary: Summary,
  { dataRoot, copy }: Readonly<Record<"dataRoot" | "copy", string | undefined>>,
  { verdicts }: VariantAnswers,
): Promise<SpiderData> {
  const { config, provenance } = summary;
  const { path, database } = copy === undefined
    ? (dataRoot === undefined ? withFetchedData(config) : applyDataRoot(config, dataRoot)).spider
    : { path: copy, database: undefined };
  const wanted = Object.keys(provenance.data).filter(isQuestionFile);
  let spider: SpiderData;
  try {
    const unknown = unrecordedPlace(path);
    if (unknown !== undefined) throw new UsageError(unknown);
    spider = await loadSpiderOf({ path: fromRoot(path), database });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `Cannot quote questions of "${summary.name}": ${error.message}; ${
        neededFiles(wanted, provenance.data)
      }`,
    );
  }
  for (const name of wanted) {
    const found = spider.hashes[name.replace(/^spider\//, "")];
    if (found === provenance.data[name]) continue;
    throw new UsageError(
      `Cannot quote questions of "${summary.name}": ${name} of ${path} is not the file that the ` +
        "study was made of (its SHA-256 is another)",
    );
  }
  const ids = new Set(spider.dev.map(({ id }) => id));
  const unknown = verdicts.find(({ id }) => !ids.has(id));
  if (unknown === undefined) return spider;
  throw new UsageError(
    `Cannot quote questions of "${summary.name}": ${path} has no question "${unknown.id}"`,
  );
}

/** What a paper wants of the data, by the layout that the study read, and the flag that names it. */
function neededFiles(wanted: readonly string[], read: Readonly<Record<string, string>>): string {
  const own = wanted.find((name) => name.endsWith(".jsonl"));
  if (own !== undefined) {
    return `wanted is ${
      own.replace(/^spider\//, "")
    } with its databases beside it: give your copy ` +
      "with --spider FILE";
  }
  const tables = "spider/tables.json" in read ? " and tables.json" : " with its databases";
  return `wanted are ${wanted.join(", ")}${tables}: give your copy with --spider or --data-root`;
}

/** The prompt of the first quoted question; none where it would take values of databases. */
async function shownPrompt(
  { config }: Summary,
  spider: SpiderData,
  failures: PaperInputs["failures"],
): Promise<Pick<PaperInputs, "prompt">> {
  const [first] = Object.values(failures).flatMap(({ rows }) => rows);
  const example = spider.dev.find(({ id }) => id === first?.id);
  if (example === undefined || (config.spider.schema?.cellValues ?? 0) > 0) return {};
  const { schemas } = await withShownSchemas(spider, config.spider.schema);
  return { prompt: sqlPrompt(example, { schemas }).messages };
}

/** Whether a file of the summary's provenance holds the questions that were asked. */
function isQuestionFile(name: string): boolean {
  return name === "spider/dev.json" || /^spider\/.*\.jsonl$/.test(name);
}

/** One row a training whose loss log lies in the folder; adapters from elsewhere have none. */
function readTrainings(folder: string): TrainingRow[] {
  const root = join(folder, "training");
  if (!existsSync(root)) return [];
  return [...Deno.readDirSync(root)].map(({ name }) => name).sort().flatMap((name) => {
    const path = join(root, name, "loss.jsonl");
    if (!existsSync(path)) return [];
    return [trainingRow({ name }, parseLossLog(readTextFile(path), path))];
  });
}
