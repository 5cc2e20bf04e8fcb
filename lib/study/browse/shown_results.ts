import type { Progress } from "../../ground/mod.ts";
import type { ShownResult } from "../../report/mod.ts";
import { ExecutorPool, ordersRows, statementRows } from "../../sql/mod.ts";
import { comparedRows, shownRows } from "./compare_rows.ts";

/** A question whose statements are run to show what they give. */
export interface ShownQuestion {
  /** The database's file. */
  readonly dbPath: string;
  readonly gold: string;
  /** The predictions whose results are shown, each once. */
  readonly predictions: readonly string[];
}

/** What the statements of a question give: indices of results; `undefined` for none. */
export interface ShownIndices {
  readonly gold: number | undefined;
  readonly predictions: readonly (number | undefined)[];
}

/** What the statements of all questions give. */
export interface ShownResults {
  /** Each once. */
  readonly results: readonly ShownResult[];
  /** One entry a question. */
  readonly questions: readonly ShownIndices[];
}

/** More rows than these are not compared: nobody looks at them, and they would fill the memory. */
export const MOST_ROWS = 10_000;

const MOST_BYTES = 16 * 1024 * 1024;

/** Questions whose results are in memory at the same time. */
const AT_ONCE = 8;

/**
 * Runs the gold and predictions of each question where they can do no harm, and keeps what is to be
 * shown of their results.
 *
 * @param timeoutMs When a statement is ended.
 */
export async function shownResults(
  questions: readonly ShownQuestion[],
  { timeoutMs, progress, signal }: {
    readonly timeoutMs: number;
    readonly progress: Progress;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ShownResults> {
  await using pool = new ExecutorPool({ timeoutMs, maxRows: MOST_ROWS, maxBytes: MOST_BYTES });
  const found: [ShownResult | undefined, (ShownResult | undefined)[]][] = [];
  let done = 0;
  const waiting = questions.entries();
  const work = async (): Promise<void> => {
    for (const [at, question] of waiting) {
      signal?.throwIfAborted();
      found[at] = await resultsOf(pool, question);
      progress.update(++done, questions.length, "questions");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const results: ShownResult[] = [];
  const places = new Map<string, number>();
  const place = (result: ShownResult | undefined): number | undefined => {
    if (result === undefined) return undefined;
    return places.getOrInsertComputed(JSON.stringify(result), () => results.push(result) - 1);
  };
  const indices = found.map(([gold, predictions]) => ({
    gold: place(gold),
    predictions: predictions.map(place),
  }));
  return { results, questions: indices };
}

async function resultsOf(
  pool: ExecutorPool,
  { dbPath, gold, predictions }: ShownQuestion,
): Promise<[ShownResult | undefined, (ShownResult | undefined)[]]> {
  const goldRows = await statementRows(pool, { dbPath, sql: gold });
  const ordered = ordersRows(gold);
  const compared = await Promise.all(predictions.map(async (sql) => {
    const rows = await statementRows(pool, { dbPath, sql });
    if (rows === undefined) return undefined;
    return goldRows === undefined ? shownRows(rows) : comparedRows(goldRows, rows, { ordered });
  }));
  return [goldRows && shownRows(goldRows), compared];
}
