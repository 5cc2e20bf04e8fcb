import { basename } from "node:path";
import { contentKey } from "../ground/mod.ts";
import { databaseFileHashes } from "./databases/database_file_hashes.ts";
import { executorLimits } from "./execute/executor_options.ts";
import { createJudge, type Judge, type JudgeOptions } from "./judge.ts";
import { judgeOrReason, type Unjudged } from "./judge_or_reason.ts";
import { VERDICT_VERSION } from "./readings.ts";
import type { Verdict } from "./verdict.ts";
import { VerdictKeeper, type VerdictStore } from "./verdict_keeper.ts";

/** A prediction to judge. */
export interface Judgeable {
  /** The example's id, for the message when the gold fails. */
  readonly id: string;
  /** The database's name, for the same message. */
  readonly dbId: string;
  /** Paths of the SQLite files, at least one; the database's own first. */
  readonly dbPaths: readonly string[];
  /** The gold statement. */
  readonly gold: string;
  /** The predicted statement, as it is to be run. */
  readonly predicted: string;
}

/** Limits of the executor, what is known already, and what to be told. */
export interface JudgeAllOptions extends JudgeOptions {
  /** A judge that has begun, whose own options hold in place of the others; one is made when left out. */
  readonly judge?: Judge;
  /** Verdicts of earlier runs; new ones are kept in it within a quarter of a second. */
  readonly store?: VerdictStore;
  /** Is told of every prediction that is done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Judges predictions. With a store each that is the same to the judge is judged once, and what is
 * kept already not at all: a run that was killed goes on where it was. A kept verdict is found by
 * the content of the database's files, both statements, the limits and
 * {@linkcode VERDICT_VERSION}.
 *
 * @returns A verdict or the reason why there is none, one a prediction, in their order. What has no
 * verdict is a fault of the data: it is not kept.
 * @throws {ExecutorError} If the executor cannot work on this machine.
 */
export async function judgeAll(
  predictions: readonly Judgeable[],
  options: JudgeAllOptions = {},
): Promise<readonly (Verdict | Unjudged)[]> {
  const { store, onProgress, judge: begun, ...given } = options;
  const limits = begun?.options ?? given;
  const keyOf = store && await verdictKeys(predictions, limits);
  using keeper = store && new VerdictKeeper(store);
  await using made = begun ? undefined : createJudge(limits);
  const judge = begun ?? made!;
  const asked = new Map<string, Promise<Verdict | Unjudged>>();
  let done = 0;

  const judged = ({ id, ...prediction }: Judgeable): Promise<Verdict | Unjudged> =>
    judgeOrReason(judge, { ...prediction, exampleId: id });

  async function outcome(prediction: Judgeable): Promise<Verdict | Unjudged> {
    const key = keyOf?.(prediction);
    if (store === undefined || keeper === undefined || key === undefined) {
      return await judged(prediction);
    }
    const kept = store.get(key)?.verdict;
    if (kept !== undefined) return kept;
    const earlier = asked.get(key);
    if (earlier !== undefined) {
      const found = await earlier;
      // a gold that fails is told of each example
      return "error" in found ? await judged(prediction) : found;
    }
    const asking = judged(prediction);
    asked.set(key, asking);
    const found = await asking;
    if (!("error" in found)) keeper.add({ key, verdict: found });
    return found;
  }

  const outcomes = await Promise.all(predictions.map(async (prediction) => {
    const result = await outcome(prediction);
    onProgress?.(++done, predictions.length);
    return result;
  }));
  keeper?.finish();
  return outcomes;
}

/** What names the verdict on a prediction; `undefined` if a database cannot be read. */
async function verdictKeys(
  predictions: readonly Judgeable[],
  { workers: _workers, maxProcesses: _max, signal: _signal, classify = true, ...given }:
    JudgeOptions,
): Promise<(prediction: Omit<Judgeable, "id">) => string | undefined> {
  const { workers: _all, maxProcesses: _processes, ...limits } = executorLimits(given);
  const contents = new Map<string, readonly string[] | undefined>();
  for (const { dbPaths } of predictions) {
    for (const path of dbPaths) {
      if (!contents.has(path)) contents.set(path, await databaseContent(path));
    }
  }
  return ({ dbPaths, gold, predicted }) => {
    const databases = dbPaths.map((path) => contents.get(path));
    if (databases.includes(undefined)) return undefined;
    return contentKey({ version: VERDICT_VERSION, databases, gold, predicted, limits, classify });
  };
}

/** A verdict depends on every file that it was made on: name and content, its write-ahead log too. */
async function databaseContent(path: string): Promise<readonly string[] | undefined> {
  const hashes = await databaseFileHashes(path).catch(() => undefined);
  if (hashes === undefined) return undefined;
  const journal = hashes.get("-journal");
  const parts = [basename(path), hashes.get("")!, hashes.get("-wal") ?? "none"];
  return journal === undefined ? parts : [...parts, journal];
}
