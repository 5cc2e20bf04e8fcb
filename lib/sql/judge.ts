import { counted, UsageError } from "../ground/mod.ts";
import { errorClass } from "./classify/error_class.ts";
import { Comparer } from "./compare/comparer.ts";
import type { Comparison, ResultPair } from "./compare/compare_results.ts";
import { ExecutionCache } from "./execute/execution_cache.ts";
import { executorLimits, type ExecutorOptions } from "./execute/executor_options.ts";
import { type Execution, ExecutorPool, type RowsExecution } from "./execute/executor_pool.ts";
import { GoldQueryError } from "./gold_query_error.ts";
import { byReading } from "./readings.ts";
import { hasStatement, ordersRows, statementForms } from "./text/statement_forms.ts";
import type { Verdict, VerdictStatus } from "./verdict.ts";

/** One prediction to judge. */
export interface JudgeRequest {
  /** Path of the SQLite file. */
  readonly dbPath: string;
  /** The gold statement. */
  readonly gold: string;
  /**
   * The predicted statement, as it is to be run: nothing is repaired in it. For a model's raw
   * completion give `extractSql(completion) ?? ""`.
   */
  readonly predicted: string;
  /** The example's id, for the message when the gold fails. */
  readonly exampleId?: string;
  /** The database's name, for the same message. */
  readonly dbId?: string;
}

/** Limits of the executor, and what a verdict says. */
export interface JudgeOptions extends ExecutorOptions {
  /** Whether a wrong prediction is given its error class. Default: yes. */
  readonly classify?: boolean;
  /** Ends the judging: what is running is left, and what waits for a verdict gets the reason. */
  readonly signal?: AbortSignal;
}

/** Judges predictions; it holds a pool of executor processes until it is disposed. */
export interface Judge extends AsyncDisposable {
  /**
   * Runs the gold (once for each database and text) and the prediction, and compares the results.
   *
   * @throws {GoldQueryError} If the gold does not run to its end within the limits.
   * @throws {DatabaseError} If the database cannot be read.
   * @throws {UsageError} If there is no such database file.
   */
  judge(request: JudgeRequest): Promise<Verdict>;
  /**
   * Begins to run a gold whose prediction is to come: `judge` then finds its result. What goes wrong
   * with it `judge` tells, too.
   */
  expect(gold: Pick<JudgeRequest, "dbPath" | "gold">): void;
  /** What it was made with. */
  readonly options: JudgeOptions;
  /** Process ids of the executors that are alive now. */
  readonly processIds: readonly number[];
}

const MAX_CACHED_BYTES = 128 * 1024 * 1024;

const NO_SUCCESS = byReading(() => false);
const NO_SQL: Verdict = {
  status: "no_sql",
  ...NO_SUCCESS,
  message: "the prediction holds no statement",
  sql: "",
  elapsedMs: 0,
  errorClass: "empty",
};

/**
 * Makes a judge. All readings are always computed (their rules: docs/decisions/0004-verdict.md).
 *
 * @example
 * ```ts ignore
 * await using judge = createJudge({ timeoutMs: 5_000 });
 * const verdict = await judge.judge({
 *   dbPath: "world_1.sqlite",
 *   gold: "SELECT count(*) FROM city",
 *   predicted: "SELECT count(id) FROM city",
 * });
 * ```
 *
 * @throws {RangeError} If a limit is not a positive whole number.
 */
export function createJudge(options: JudgeOptions = {}): Judge {
  const { classify = true, signal, ...limits } = options;
  const comparer = new Comparer(executorLimits(limits));
  const pool = new ExecutorPool(limits, { beforeReply: () => comparer.room() });
  const cache = new ExecutionCache((dbPath, sql) => pool.execute(dbPath, sql), MAX_CACHED_BYTES);
  const checkedFiles = new Set<string>();

  async function judge(request: JudgeRequest): Promise<Verdict> {
    checkFile(request.dbPath, checkedFiles);
    const gold = statementForms(request.gold, "gold");
    const predicted = statementForms(request.predicted, "predicted");
    const isEmpty = !hasStatement(request.predicted);
    const run = (sql: string): Promise<Execution> => cache.execute(request.dbPath, sql);
    const results = Promise.all(isEmpty ? [] : [run(predicted.official), run(predicted.written)]);
    // A gold that fails stops the judging, whatever becomes of the prediction meanwhile.
    results.catch(() => {});
    const goldRows = await Promise.all([
      goldResult(request, gold.official),
      goldResult(request, gold.written),
    ]);
    const [official, written] = await results;
    if (official === undefined || written === undefined) return NO_SQL;
    const comparison = await comparer.compare({
      ...resultPair("official", goldRows[0], official),
      ...resultPair("written", goldRows[1], written),
      order: ordersRows(gold.official) ? "ordered" : "any",
    });
    const readings = "timeout" in comparison ? NO_SUCCESS : comparison;
    const { elapsedMs } = official;
    const sql = predicted.written;
    if (readings.official) return { status: "match", ...readings, sql, elapsedMs };
    const { status, message } = failureOf(goldRows[0], official, comparison);
    const verdict = { status, ...readings, message, sql, elapsedMs };
    if (!classify) return verdict;
    // DISTINCT, which the official form drops, cannot be what makes it wrong officially.
    const wrong = { status, gold: gold.official, predicted: predicted.official, message };
    return { ...verdict, errorClass: await errorClass(wrong) };
  }

  async function goldResult(request: JudgeRequest, sql: string): Promise<RowsExecution> {
    const execution = await cache.execute(request.dbPath, sql);
    if (execution.status === "rows") return execution;
    throw new GoldQueryError({
      exampleId: request.exampleId ?? "",
      dbId: request.dbId ?? request.dbPath,
      sql,
      reason: `${execution.status}: ${execution.message}`,
    });
  }

  function expect({ dbPath, gold }: Pick<JudgeRequest, "dbPath" | "gold">): void {
    const { official, written } = statementForms(gold, "gold");
    if (!isFile(dbPath)) return;
    for (const sql of [official, written]) cache.expect(dbPath, sql);
  }

  return {
    judge: (request) => unlessAborted(judge(request), signal),
    expect,
    options,
    get processIds(): readonly number[] {
      return [...pool.processIds, ...comparer.processIds];
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await pool[Symbol.asyncDispose]();
      await comparer[Symbol.asyncDispose]();
    },
  };
}

function resultPair<K extends string>(
  name: K,
  { packed }: RowsExecution,
  predicted: Execution,
): Partial<Record<K, ResultPair>> {
  if (predicted.status !== "rows") return {};
  return { [name]: { gold: packed, predicted: predicted.packed } } as Record<K, ResultPair>;
}

function failureOf(
  gold: RowsExecution,
  official: Execution,
  comparison: Comparison,
): { readonly status: Exclude<VerdictStatus, "match">; readonly message: string } {
  if (official.status !== "rows") return { status: official.status, message: official.message };
  if ("timeout" in comparison) return { status: "timeout", message: comparison.timeout };
  return { status: "mismatch", message: difference(gold, official) };
}

async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await result;
  // nobody waits for it where the signal was there before
  result.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([result, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function difference({ packed: gold }: RowsExecution, { packed }: RowsExecution): string {
  if (gold.rowCount !== packed.rowCount) {
    return `${counted(packed.rowCount, "row")}, the gold has ${gold.rowCount}`;
  }
  if (gold.columnCount !== packed.columnCount) {
    return `${counted(packed.columnCount, "column")}, the gold has ${gold.columnCount}`;
  }
  return "as many rows and columns as the gold, other values or another order";
}

function checkFile(dbPath: string, checked: Set<string>): void {
  if (checked.has(dbPath)) return;
  if (!isFile(dbPath)) throw new UsageError(`Cannot judge: no database file at "${dbPath}"`);
  if (dbPath.includes(",")) {
    throw new UsageError(`Cannot judge: the path of the database has a comma: "${dbPath}"`);
  }
  checked.add(dbPath);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
