import { UsageError } from "../runs/usage_error.ts";
import { hardness } from "./classify/hardness.ts";
import { GoldQueryError } from "./gold_query_error.ts";
import { createJudge, type JudgeOptions } from "./judge.ts";
import { type QuarantineReason, quarantineReasons } from "./quarantine/gold_quarantine.ts";
import type { GoldExample, Prediction } from "./read_predictions.ts";
import type { Hardness, Verdict } from "./verdict.ts";

/** Predictions with the examples that they answer. */
export interface JudgePredictionsRequest {
  readonly predictions: readonly Prediction[];
  readonly examples: readonly GoldExample[];
  /** Folder with `<db_id>/<db_id>.sqlite`. */
  readonly databases: string;
}

/** A verdict with what it is the verdict on. */
export interface JudgedPrediction extends Verdict {
  readonly id: string;
  readonly dbId: string;
  readonly hardness: Hardness;
  readonly gold: string;
  /** Why the gold is dubious; absent where it is not. */
  readonly quarantine?: readonly QuarantineReason[];
}

/** Verdicts, and what has none. */
export interface JudgedPredictions {
  /** In the order of the examples. */
  readonly verdicts: readonly JudgedPrediction[];
  /** Databases that are not there, with the number of examples that they leave without a verdict. */
  readonly missingDatabases: readonly { readonly dbId: string; readonly examples: number }[];
  /** Golds that did not run to their end: faults of the data, no verdicts. */
  readonly goldFailures: readonly GoldQueryError[];
}

/** Limits of the executor, and what to be told. */
export interface JudgePredictionsOptions extends JudgeOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with each verdict as it is ready. */
  readonly onVerdict?: (verdict: JudgedPrediction) => void;
  /** A verdict of an earlier run on the same prediction, to be used as it is. */
  readonly known?: (pair: PredictionPair) => JudgedPrediction | undefined;
}

/** A prediction with its example. */
export interface PredictionPair {
  readonly example: GoldExample;
  readonly sql: string;
}

/**
 * Judges a whole prediction file. Predictions without an id answer the examples in order, and then
 * there must be as many.
 *
 * @throws {UsageError} If predictions and examples do not fit together.
 * @throws {ExecutorError} If the executor itself fails.
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
  options: JudgePredictionsOptions = {},
): Promise<JudgedPredictions> {
  const { onProgress, onVerdict, known, ...limits } = options;
  const pairs = pairUp(request);
  const path = (dbId: string): string => `${request.databases}/${dbId}/${dbId}.sqlite`;
  const present = new Map<string, boolean>();
  for (const { example } of pairs) {
    if (!present.has(example.dbId)) present.set(example.dbId, await isFile(path(example.dbId)));
  }
  const asked = pairs.filter(({ example }) => present.get(example.dbId));
  const goldFailures: GoldQueryError[] = [];
  let done = 0;
  await using judge = createJudge(limits);

  async function judgePair(pair: PredictionPair): Promise<JudgedPrediction | undefined> {
    const { id, dbId, gold } = pair.example;
    try {
      const earlier = known?.(pair);
      if (earlier !== undefined) return earlier;
      const verdict = await judge.judge({
        dbPath: path(dbId),
        gold,
        predicted: pair.sql,
        exampleId: id,
        dbId,
      });
      const judged = asJudged(pair.example, verdict);
      onVerdict?.(judged);
      return judged;
    } catch (error) {
      if (!(error instanceof GoldQueryError)) throw error;
      goldFailures.push(error);
      return undefined;
    } finally {
      onProgress?.(++done, asked.length);
    }
  }

  const verdicts = await Promise.all(asked.map(judgePair));
  return {
    verdicts: verdicts.filter((verdict) => verdict !== undefined),
    missingDatabases: missingOf(pairs, present),
    goldFailures,
  };
}

function asJudged({ id, dbId, gold }: GoldExample, verdict: Verdict): JudgedPrediction {
  const quarantine = quarantineReasons({ id, dbId, gold });
  return {
    id,
    dbId,
    hardness: hardness(gold),
    ...verdict,
    gold,
    ...(quarantine.length > 0 ? { quarantine } : {}),
  };
}

function pairUp({ predictions, examples }: JudgePredictionsRequest): readonly PredictionPair[] {
  const withId = predictions.filter((prediction) => prediction.id !== undefined).length;
  if (withId === 0) {
    if (predictions.length !== examples.length) {
      throw new UsageError(
        `Cannot judge: ${predictions.length} predictions for ${examples.length} examples ` +
          "(a line each, in the same order, or records with an id)",
      );
    }
    return examples.map((example, index) => ({ example, sql: predictions[index]!.sql }));
  }
  if (withId < predictions.length) {
    const without = predictions.length - withId;
    throw new UsageError(
      `Cannot judge: ${without} of ${predictions.length} predictions have no id`,
    );
  }
  const byId = new Map(examples.flatMap((example, index) => [
    [example.id, example],
    [`#${index}`, example],
  ]));
  const seen = new Set<GoldExample>();
  return predictions.map(({ id, sql }) => {
    const example = byId.get(id!);
    if (example === undefined) throw new UsageError(`Cannot judge: there is no example "${id}"`);
    if (seen.has(example)) {
      throw new UsageError(`Cannot judge: two predictions for "${example.id}"`);
    }
    seen.add(example);
    return { example, sql };
  });
}

function missingOf(
  pairs: readonly PredictionPair[],
  present: ReadonlyMap<string, boolean>,
): JudgedPredictions["missingDatabases"] {
  return [...present].filter(([, there]) => !there).map(([dbId]) => ({
    dbId,
    examples: pairs.filter(({ example }) => example.dbId === dbId).length,
  }));
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}
