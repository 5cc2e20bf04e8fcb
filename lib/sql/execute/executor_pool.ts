import type { Row } from "../value.ts";
import { ExecutorProcessHandle } from "./executor_process_handle.ts";
import type { ExecutorReply } from "./protocol.ts";

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
    /** Size of all values together, roughly. */
    readonly bytes: number;
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
  deaths: number;
  readonly resolve: (execution: Execution) => void;
  readonly reject: (error: unknown) => void;
}

const MEBIBYTE = 1024 * 1024;
// Statements that are sent to a process at once, so that it need not wait for the next one.
const MAX_BATCH = 64;

/**
 * Runs untrusted statements in a pool of subprocesses, each with permission to read one database
 * file and nothing else. A process is reused for the statements of its database, killed at the time
 * limit, and started again when it is needed.
 *
 * @example
 * ```ts ignore
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
  /** Processes that were killed and are not gone yet. */
  readonly #ending = new Set<Promise<void>>();
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
    if (dbPath.includes(",")) {
      // Deno 2.9.6 reads a comma in a permission flag as the end of a path and has no escape.
      const reason = "a sandbox cannot be made for a path with a comma";
      return Promise.reject(new ExecutorError(`Cannot execute on "${dbPath}": ${reason}`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Execution>();
    this.#queue.push({ dbPath, sql, deaths: 0, resolve, reject });
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
    await Promise.all(this.#ending);
  }

  #pump(): void {
    while (this.#running < this.#limits.workers && this.#queue.length > 0) {
      const batch = this.#takeBatch();
      this.#running++;
      this.#perform(batch)
        .catch((error) => batch.forEach((job) => job.reject(error)))
        .finally(() => {
          this.#running--;
          this.#pump();
        });
    }
  }

  // Statements of one database, as many as leave the other workers theirs.
  #takeBatch(): readonly Job[] {
    const { dbPath } = this.#queue[this.#nextIndex()]!;
    const waiting = this.#queue.filter((job) => job.dbPath === dbPath).length;
    const size = Math.min(MAX_BATCH, Math.ceil(waiting / this.#limits.workers));
    const batch: Job[] = [];
    for (let index = 0; batch.length < size;) {
      if (this.#queue[index]!.dbPath === dbPath) batch.push(...this.#queue.splice(index, 1));
      else index++;
    }
    return batch;
  }

  // A database with an open, idle process first; then one that no process works on yet.
  #nextIndex(): number {
    const idle = new Set(this.#idle.map((process) => process.dbPath));
    const reuse = this.#queue.findIndex((job) => idle.has(job.dbPath));
    if (reuse >= 0) return reuse;
    const busy = new Set([...this.#busy].map((process) => process.dbPath));
    return Math.max(0, this.#queue.findIndex((job) => !busy.has(job.dbPath)));
  }

  async #perform(batch: readonly Job[]): Promise<void> {
    const { maxRows, maxBytes, timeoutMs } = this.#limits;
    const process = this.#acquire(batch[0]!.dbPath);
    const replies: ExecutorReply[] = [];
    const requests = batch.map(({ sql }) => ({ sql, maxRows, maxBytes }));
    const end = await process.run(requests, timeoutMs, (reply) => {
      // The last reply waits until the process is free for whoever awaits it.
      if (replies.length > 0) settle(batch[replies.length - 1]!, replies.at(-1)!);
      replies.push(reply);
    });
    const answered = replies.length;
    const last = replies.at(-1);
    const reusable = last?.kind === "rows" || last?.kind === "sql_error";
    await this.#release(process, end === "answered" && reusable);
    if (last !== undefined) settle(batch[answered - 1]!, last);
    const [interrupted, ...unstarted] = batch.slice(answered);
    if (interrupted === undefined) return;
    if (this.#closed) throw new ExecutorError("Cannot execute: the executor was closed first");
    this.#queue.unshift(...unstarted);
    if (end === "timeout") {
      const message = `longer than ${timeoutMs} ms`;
      interrupted.resolve({ status: "timeout", message, elapsedMs: timeoutMs });
    } else if (end === "died" && ++interrupted.deaths > 1) {
      const { dbPath, sql } = interrupted;
      interrupted.reject(
        new ExecutorError(`Cannot execute on "${dbPath}": its process died twice on: ${sql}`),
      );
    } else {
      this.#queue.unshift(interrupted);
    }
  }

  #acquire(dbPath: string): ExecutorProcessHandle {
    const index = this.#idle.findLastIndex((process) => process.dbPath === dbPath);
    const [reused] = index < 0 ? [] : this.#idle.splice(index, 1);
    if (reused === undefined && this.#idle.length + this.#busy.size >= this.#limits.maxProcesses) {
      this.#end(this.#idle.shift());
    }
    const { sqliteHeapBytes, maxValueBytes, timeoutMs } = this.#limits;
    // Enough for the longest statement; a process that used it up is replaced.
    const cpuSeconds = 60 + Math.ceil(4 * timeoutMs / 1_000);
    const process = reused ??
      new ExecutorProcessHandle({ dbPath, sqliteHeapBytes, maxValueBytes }, cpuSeconds);
    this.#busy.add(process);
    return process;
  }

  #end(process: ExecutorProcessHandle | undefined): void {
    if (process === undefined) return;
    const ending = process.kill();
    this.#ending.add(ending);
    ending.finally(() => this.#ending.delete(ending));
  }

  async #release(process: ExecutorProcessHandle, reusable: boolean): Promise<void> {
    this.#busy.delete(process);
    if (reusable && !this.#closed) this.#idle.push(process);
    else await process.kill();
  }
}

function settle(job: Job, reply: ExecutorReply): void {
  switch (reply.kind) {
    case "rows": {
      const { rows, columnCount, bytes, elapsedMs } = reply;
      job.resolve({ status: "rows", rows, columnCount, bytes, elapsedMs });
      break;
    }
    case "sql_error":
    case "too_many_rows":
      job.resolve({ status: reply.kind, message: reply.message, elapsedMs: reply.elapsedMs });
      break;
    default: {
      const reason = reply.kind === "fault" ? reply.message : "unexpected reply";
      job.reject(new ExecutorError(`Cannot execute on "${job.dbPath}": ${reason}`));
    }
  }
}
