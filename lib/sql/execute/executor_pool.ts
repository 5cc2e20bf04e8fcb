import type { Row } from "../value.ts";
import { ExecutorProcessHandle, type RequestOutcome } from "./executor_process_handle.ts";

/** Limits of the executor; every one has a default. */
export interface ExecutorOptions {
  /** Milliseconds a statement may take before its process is killed. Default 30,000. */
  readonly timeoutMs?: number;
  /** Statements that run at the same time. Default: the number of cores. */
  readonly workers?: number;
  /** Processes that are kept alive, the idle ones included. Default: 8, at least `workers`. */
  readonly maxProcesses?: number;
  /** Rows of one result. Default 100,000. */
  readonly maxRows?: number;
  /** Bytes of all values of one result. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Bytes of one text or blob. Default 16 MiB. */
  readonly maxValueBytes?: number;
  /** Bytes that SQLite may hold while it runs a statement. Default 256 MiB. */
  readonly sqliteHeapBytes?: number;
}

/** How one statement ended. A statement's failure is data; a failure of the machine throws. */
export type Execution =
  | {
    readonly status: "rows";
    readonly rows: readonly Row[];
    readonly columnCount: number;
    readonly elapsedMs: number;
  }
  | {
    readonly status: "sql_error" | "timeout" | "too_many_rows";
    readonly message: string;
    readonly elapsedMs: number;
  };

/** A failure of the executor itself: a database that is no database, a process that keeps dying. */
export class ExecutorError extends Error {
  override readonly name = "ExecutorError";
}

interface Job {
  readonly dbPath: string;
  readonly sql: string;
  readonly resolve: (execution: Execution) => void;
  readonly reject: (error: unknown) => void;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Runs untrusted statements in a pool of subprocesses, each with permission to read one database
 * file and nothing else. A process is reused for the statements of its database, killed at the time
 * limit, and started again when it is needed.
 *
 * @example
 * ```ts
 * await using pool = new ExecutorPool({ timeoutMs: 5_000 });
 * const execution = await pool.execute("world_1.sqlite", "SELECT count(*) FROM city");
 * ```
 */
export class ExecutorPool implements AsyncDisposable {
  readonly #limits: Required<ExecutorOptions>;
  readonly #queue: Job[] = [];
  /** Idle processes, least recently used first. */
  readonly #idle: ExecutorProcessHandle[] = [];
  readonly #busy = new Set<ExecutorProcessHandle>();
  #running = 0;
  #closed = false;

  /** @throws {RangeError} If a limit is not a positive whole number. */
  constructor(options: ExecutorOptions = {}) {
    const workers = options.workers ?? navigator.hardwareConcurrency;
    this.#limits = {
      timeoutMs: options.timeoutMs ?? 30_000,
      workers,
      maxProcesses: Math.max(workers, options.maxProcesses ?? 8),
      maxRows: options.maxRows ?? 100_000,
      maxBytes: options.maxBytes ?? 64 * MEBIBYTE,
      maxValueBytes: options.maxValueBytes ?? 16 * MEBIBYTE,
      sqliteHeapBytes: options.sqliteHeapBytes ?? 256 * MEBIBYTE,
    };
    for (const [name, value] of Object.entries(this.#limits)) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(
          `Cannot make an executor: ${name} must be a positive whole number, it is ${value}`,
        );
      }
    }
  }

  /** Process ids of the executors that are alive now. */
  get processIds(): readonly number[] {
    return [...this.#idle, ...this.#busy].map((process) => process.pid);
  }

  /**
   * Runs one statement on one database.
   *
   * @throws {ExecutorError} If the database cannot be opened or its process dies twice.
   */
  execute(dbPath: string, sql: string): Promise<Execution> {
    if (this.#closed) return Promise.reject(new ExecutorError("Cannot execute: closed executor"));
    const { promise, resolve, reject } = Promise.withResolvers<Execution>();
    this.#queue.push({ dbPath, sql, resolve, reject });
    this.#pump();
    return promise;
  }

  /** Kills every process and refuses what is still in the queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) {
      job.reject(new ExecutorError("Cannot execute: the executor was closed first"));
    }
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((process) => process.kill()));
  }

  #pump(): void {
    while (this.#running < this.#limits.workers && this.#queue.length > 0) {
      const [job] = this.#queue.splice(this.#nextIndex(), 1);
      this.#running++;
      this.#perform(job!).then(job!.resolve, job!.reject).finally(() => {
        this.#running--;
        this.#pump();
      });
    }
  }

  // A database with an open, idle process first; then one that no process works on yet.
  #nextIndex(): number {
    const idle = new Set(this.#idle.map((process) => process.dbPath));
    const reuse = this.#queue.findIndex((job) => idle.has(job.dbPath));
    if (reuse >= 0) return reuse;
    const busy = new Set([...this.#busy].map((process) => process.dbPath));
    return Math.max(0, this.#queue.findIndex((job) => !busy.has(job.dbPath)));
  }

  async #perform(job: Job): Promise<Execution> {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const process = await this.#acquire(job.dbPath);
      const started = performance.now();
      const outcome = await process.run({
        sql: job.sql,
        maxRows: this.#limits.maxRows,
        maxBytes: this.#limits.maxBytes,
      }, this.#limits.timeoutMs);
      const elapsedMs = performance.now() - started;
      await this.#release(process, outcome);
      if (this.#closed) break;
      if (outcome.kind === "timeout") {
        const message = `longer than ${this.#limits.timeoutMs} ms`;
        return { status: "timeout", message, elapsedMs };
      }
      if (outcome.kind === "died") continue;
      return asExecution(job, outcome, elapsedMs);
    }
    throw new ExecutorError(
      this.#closed
        ? "Cannot execute: the executor was closed first"
        : `Cannot execute on "${job.dbPath}": the executor process died twice on: ${job.sql}`,
    );
  }

  async #acquire(dbPath: string): Promise<ExecutorProcessHandle> {
    const index = this.#idle.findLastIndex((process) => process.dbPath === dbPath);
    const [reused] = index < 0 ? [] : this.#idle.splice(index, 1);
    if (reused === undefined && this.#idle.length + this.#busy.size >= this.#limits.maxProcesses) {
      await this.#idle.shift()?.kill();
    }
    const { sqliteHeapBytes, maxValueBytes } = this.#limits;
    const process = reused ??
      new ExecutorProcessHandle({ dbPath, sqliteHeapBytes, maxValueBytes });
    this.#busy.add(process);
    return process;
  }

  async #release(process: ExecutorProcessHandle, outcome: RequestOutcome): Promise<void> {
    this.#busy.delete(process);
    const reusable = outcome.kind === "reply" && !this.#closed &&
      (outcome.reply.kind === "rows" || outcome.reply.kind === "sql_error");
    if (reusable) this.#idle.push(process);
    else await process.kill();
  }
}

function asExecution(
  job: Job,
  outcome: Extract<RequestOutcome, { kind: "reply" }>,
  elapsedMs: number,
): Execution {
  const { reply } = outcome;
  switch (reply.kind) {
    case "rows":
      return { status: "rows", rows: reply.rows, columnCount: reply.columnCount, elapsedMs };
    case "sql_error":
    case "too_many_rows":
      return { status: reply.kind, message: reply.message, elapsedMs };
    default: {
      const reason = reply.kind === "fault" ? reply.message : "unexpected reply";
      throw new ExecutorError(`Cannot execute on "${job.dbPath}": ${reason}`);
    }
  }
}
