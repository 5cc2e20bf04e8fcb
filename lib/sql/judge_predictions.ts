import { hardness } from "./classify/hardness.ts";
import {
  checkDatabasesFolder,
  databaseFiles,
  missingDatabase,
  type Suite,
} from "./databases/database_files.ts";
import { GoldQueryError } from "./gold_query_error.ts";
import { judgeAll, type JudgeAllOptions } from "./judge_all.ts";
import type { Unjudged } from "./judge_or_reason.ts";
import { pairPredictions, type PredictionPair } from "./pair_predictions.ts";
import { type QuarantineReason, quarantineReasons } from "./quarantine/gold_quarantine.ts";
import type { GoldExample } from "./read_gold_examples.ts";
import type { Prediction, Remark } from "./read_predictions.ts";
import { type ByReading, byReading } from "./readings.ts";
import type { Hardness, Verdict, VerdictStatus } from "./verdict.ts";

/** Predictions with the examples that they answer. */
export interface JudgePredictionsRequest {
  /** What a file of predictions says. */
  readonly predictions: readonly Prediction[];
  /** The examples that they may be for. */
  readonly examples: readonly GoldExample[];
  /** Folder with `<db_id>/<db_id>.sqlite`, and further `.sqlite` files where it is a test suite. */
  readonly databases: string;
  /** Which of several files a database are run. Default: all, as in the official script. */
  readonly suite?: Suite;
  /** Only the first so many examples; predictions are paired with all of them before. */
  readonly limit?: number;
}

/** What a verdict, or the lack of one, is on. */
export interface JudgedExample {
  /** The example's id. */
  readonly id: string;
  /** Its database. */
  readonly dbId: string;
  /** How difficult its gold is. */
  readonly hardness: Hardness;
  /** The gold statement. */
  readonly gold: string;
  /** Why the gold is dubious; absent where it is not. */
  readonly quarantine?: readonly QuarantineReason[];
  /** What is to be said of the prediction; absent where there is nothing. */
  readonly remark?: Remark;
  /** How many files of a test suite the example was to be run on; absent where it is one. */
  readonly databaseFiles?: number;
}

/** A verdict with what it is the verdict on; `no_prediction` counts as wrong. */
export interface JudgedPrediction extends JudgedExample, Omit<Verdict, "status"> {
  /** What the prediction came to. */
  readonly status: VerdictStatus | "no_prediction";
}

/** An example that has no verdict, and why. It counts neither as right nor as wrong. */
export interface UnjudgedExample extends JudgedExample, ByReading<null> {
  /** What of the data is at fault. */
  readonly status: Unjudged["status"] | "no_database";
  /** One line on it. */
  readonly message: string;
  /** The predicted statement. */
  readonly sql: string;
}

/** Verdicts, and what has none. */
export interface JudgedPredictions {
  /** Every example asked for, in the order of the examples. */
  readonly rows: readonly (JudgedPrediction | UnjudgedExample)[];
  /** The rows that have a verdict. */
  readonly verdicts: readonly JudgedPrediction[];
  /** The rows that have none. */
  readonly unjudged: readonly UnjudgedExample[];
  /** Databases that are not there, with the number of examples that they leave without a verdict. */
  readonly missingDatabases: readonly { readonly dbId: string; readonly examples: number }[];
  /** Golds that did not run to their end: faults of the data, no verdicts. */
  readonly goldFailures: readonly GoldQueryError[];
  /** Files of each database that was there. */
  readonly databaseFiles: ReadonlyMap<string, readonly string[]>;
}

/**
 * Judges a whole prediction file. How predictions find their examples: `pairPredictions`. An example
 * without a prediction counts as wrong; one whose database is missing or cannot be read, or whose
 * gold fails, is a row without a verdict.
 *
 * @throws {UsageError} If predictions and examples do not fit together, the databases are no folder,
 * or the executor cannot work.
 *
 * @example
 * ```ts ignore
 * const { verdicts } = await judgePredictions({
 *   predictions: readPredictions(Deno.readTextFileSync("pred.txt"), "pred.txt"),
 *   examples: readGoldExamples(Deno.readTextFileSync("dev.json"), "dev.json"),
 *   databases: "spider/database",
 * });
 * ```
 */
export async function judgePredictions(
  request: JudgePredictionsRequest,
  options: JudgeAllOptions = {},
): Promise<JudgedPredictions> {
  const { predictions, examples, databases, suite = "all", limit = Infinity } = request;
  const pairs = pairPredictions(predictions, examples).slice(0, limit);
  checkDatabasesFolder(databases);
  const files = new Map<string, readonly string[]>();
  const faults = new Map<string, Pick<UnjudgedExample, "status" | "message">>();
  for (const dbId of new Set(pairs.map(({ example }) => example.dbId))) {
    const found = filesOrFault(databases, dbId, suite);
    if ("status" in found) faults.set(dbId, found);
    files.set(dbId, "status" in found ? [] : found);
  }
  const there = pairs.filter(({ example }) => files.get(example.dbId)!.length > 0);
  const missed = pairs.length - there.length;
  const predicted = there.map(({ example: { id, dbId, gold }, sql }) => (
    { id, dbId, dbPaths: files.get(dbId)!, gold, predicted: sql }
  ));
  const { onProgress } = options;
  const found = await judgeAll(predicted, {
    ...options,
    ...(onProgress && { onProgress: (done) => onProgress(missed + done, pairs.length) }),
  });
  const outcomes = new Map(there.map((pair, i) => [pair, found[i]!]));
  const rows = pairs.map((pair) => {
    const { dbId } = pair.example;
    const about = describe(pair, files.get(dbId)!.length);
    const outcome = outcomes.get(pair) ?? faults.get(dbId)!;
    return "elapsedMs" in outcome
      ? asJudged(about, outcome)
      : unjudged(about, { ...outcome, sql: pair.sql });
  });
  const errors = found.flatMap((outcome) => "error" in outcome ? outcome.error : []);
  return {
    rows,
    verdicts: rows.filter(isJudged),
    unjudged: rows.filter((row) => !isJudged(row)),
    missingDatabases: missingOf(pairs, faults),
    goldFailures: errors.filter((error) => error instanceof GoldQueryError),
    databaseFiles: new Map([...files].filter(([, paths]) => paths.length > 0)),
  };
}

/** The files of a database, or why it cannot be run. */
function filesOrFault(
  databases: string,
  dbId: string,
  suite: Suite,
): readonly string[] | Pick<UnjudgedExample, "status" | "message"> {
  try {
    const paths = databaseFiles(databases, dbId, suite);
    if (paths.length > 0) return paths;
    return { status: "no_database", message: missingDatabase(databases, dbId) };
  } catch (error) {
    if ((error as { readonly code?: string }).code !== "EACCES") throw error;
    return { status: "bad_database", message: `its folder may not be read (${dbId}/)` };
  }
}

function describe(
  { example: { id, dbId, gold }, remark }: PredictionPair,
  files: number,
): JudgedExample {
  const quarantine = quarantineReasons({ id, dbId, gold });
  return {
    id,
    dbId,
    hardness: hardness(gold),
    gold,
    ...(quarantine.length > 0 ? { quarantine } : {}),
    ...(remark === undefined ? {} : { remark }),
    ...(files > 1 ? { databaseFiles: files } : {}),
  };
}

function asJudged(about: JudgedExample, verdict: Verdict): JudgedPrediction {
  if (about.remark === "no_prediction") {
    const message = "the file has no prediction for this example";
    return { ...about, ...verdict, status: "no_prediction", message };
  }
  if (about.remark === "no_answer") {
    return { ...about, ...verdict, message: "the prediction is empty" };
  }
  if (about.remark === "cut_in_reasoning") {
    return { ...about, ...verdict, message: "the completion ends inside its reasoning" };
  }
  return { ...about, ...verdict };
}

function unjudged(
  about: JudgedExample,
  { status, message, sql }: Pick<UnjudgedExample, "status" | "message" | "sql">,
): UnjudgedExample {
  return { ...about, status, ...byReading(() => null), message, sql };
}

function isJudged(row: JudgedPrediction | UnjudgedExample): row is JudgedPrediction {
  return row.official !== null;
}

function missingOf(
  pairs: readonly PredictionPair[],
  faults: ReadonlyMap<string, Pick<UnjudgedExample, "status">>,
): JudgedPredictions["missingDatabases"] {
  return [...faults].filter(([, { status }]) => status === "no_database").map(([dbId]) => ({
    dbId,
    examples: pairs.filter(({ example }) => example.dbId === dbId).length,
  }));
}
