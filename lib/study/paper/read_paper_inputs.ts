import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { fromRoot, parseJson, readTextFile, TEXT, UsageError } from "../../ground/mod.ts";
import {
  type Language,
  type PaperInputs,
  paperVariants,
  pickFailures,
  summaryRows,
  type TrainingRow,
} from "../../report/mod.ts";
import { applyDataRoot, parseLossLog, readSummary, type Summary } from "../../runs/mod.ts";
import { loadSpider, type SpiderData, sqlPrompt, withShownSchemas } from "../../spider/mod.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { exampleRowsOf } from "../results/failures.ts";
import { type Note, notedOnce, readAnswers } from "../results/read_answers.ts";
import { RESULT_FILES } from "../results/write_results.ts";
import { trainingRow } from "../training/training_runs.ts";

/** Questions of each kind that a paper quotes. */
const QUOTED = 3;

/** A file beside a study's results with limits that its numbers do not tell, by language. */
export const LIMITS_FILE = "limits.json";

const LIMITS = z.strictObject({ en: z.array(TEXT), pt: z.array(TEXT) });

/** Options of {@linkcode readPaperInputs}. */
export interface PaperInputsOptions {
  /** The folder with `spider/`, where the study's own path is not on this machine. */
  readonly dataRoot?: string | undefined;
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
  { dataRoot, authors = [], note = () => {} }: PaperInputsOptions = {},
): Promise<Readonly<Record<Language, PaperInputs>>> {
  const summary = readSummary(join(folder, RESULT_FILES.summary));
  const { main } = paperVariants(summaryRows(summary));
  const once = notedOnce(note);
  const [base, tuned] = ["base", main].map((name) => verdictsOf(folder, name, once));
  for (const answers of [base!, tuned!]) checkVerdicts(summary, answers, folder);
  const spider = await quotableQuestions(summary, dataRoot, base!);
  const failures = pickFailures(exampleRowsOf({ asked: spider.dev }, base!, tuned!), {
    variant: main,
    seed: summary.config.seed,
    count: QUOTED,
  });
  const limits = readLimits(folder);
  const inputs = {
    summary,
    trainings: readTrainings(folder),
    failures,
    authors,
    ...await shownPrompt(summary, spider, failures),
  };
  return { en: { ...inputs, limits: limits.en }, pt: { ...inputs, limits: limits.pt } };
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

/** Verdicts that were changed since their summary was written would be quoted beside its numbers. */
function checkVerdicts(
  { variants }: Summary,
  { name, verdicts }: VariantAnswers,
  folder: string,
): void {
  const counted = variants.find((variant) => variant.name === name)?.sql?.overall.official;
  const right = verdicts.filter(({ official }) => official).length;
  if (counted === undefined) return;
  if (counted.n === verdicts.length && counted.successes === right) return;
  throw new UsageError(
    `Cannot write a paper: the summary in ${folder} has ${counted.successes} of ${counted.n} right ` +
      `for "${name}", its verdicts have ${right} of ${verdicts.length}`,
  );
}

/** The development questions, of the very file that the study was made of. */
async function quotableQuestions(
  summary: Summary,
  dataRoot: string | undefined,
  { verdicts }: VariantAnswers,
): Promise<SpiderData> {
  const { config, provenance } = summary;
  const { path, database } =
    (dataRoot === undefined ? config : applyDataRoot(config, dataRoot)).spider;
  const wanted = Object.keys(provenance.data).filter(isQuestionFile);
  let spider: SpiderData;
  try {
    spider = await loadSpider(
      fromRoot(path),
      database === undefined ? {} : { database: fromRoot(database) },
    );
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `Cannot quote questions of "${summary.name}": ${error.message}; wanted are ` +
        `${wanted.join(", ")} and tables.json: give the folder with spider/ as --data-root`,
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

function readLimits(folder: string): z.infer<typeof LIMITS> {
  const path = join(folder, LIMITS_FILE);
  if (!existsSync(path)) return { en: [], pt: [] };
  const found = LIMITS.safeParse(parseJson(readTextFile(path), path));
  if (found.success) return found.data;
  throw new UsageError(`Cannot use ${path}: it must be {"en": [...], "pt": [...]}, lists of texts`);
}
