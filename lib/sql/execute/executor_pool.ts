import type { BatchEnd } from "./batch_end.ts";
import { type Execution, rowsExecution } from "./execution.ts";
import { DatabaseError, ExecutorError } from "./executor_error.ts";
import { type ExecutorLimits, executorLimits, type ExecutorOptions } from "./executor_options.ts";
import { ExecutorProcessHandle, type TimedReply } from "./executor_process_handle.ts";
import { type Job, JobQueue } from "./job_queue.ts";
import { KnownDatabases, refuseComma } from "./known_databases.ts";
import { oneLine } from "./one_line.ts";
import type { ExecutorRequest } from "./messages/protocol.ts";
import { PackedRows } from "./messages/packed_rows.ts";

export type { Execution, RowsExecution } from "./execution.ts";
export { DatabaseError, ExecutorError } from "./executor_error.ts";
export type { ExecutorOptions } from "./executor_options.ts";

/** What a pool waits for beside its own processes. */
export interface PoolHooks {
  /** Awaited before each reply is read, so that results come no faster than they are used. */
  readonly beforeReply?: () => Promise<void> | undefined;
}

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
  readonly #limits: ExecutorLimits;
  readonly #beforeReply: () => Promise<void> | undefined;
  readonly #databases = new KnownDatabases();
  readonly #queue = new JobQueue<Execution>();
  /** Idle processes, least recently used first. */
  readonly #idle: ExecutorProcessHandle[] = [];
  readonly #busy = new Set<ExecutorProcessHandle>();
  /** Processes that were killed and are not gone yet. */
  readonly #ending = new Set<Promise<void>>();
  /** Fewer than the limit where the system starts no more. */
  #workers: number;
  #running = 0;
  #closed = false;

  /**
   * Makes a pool; processes are started as statements come.
   *
   * @throws {RangeError} If a limit is not a positive whole number.
   */
  constructor(options: ExecutorOptions = {}, hooks: PoolHooks = {}) {
    this.#limits = executorLimits(options);
    this.#workers = this.#limits.workers;
    this.#beforeReply = hooks.beforeReply ?? (() => undefined);
  }

  /** Process ids of the executors that are alive now. */
  get processIds(): readonly number[] {
    return [...this.#idle, ...this.#busy].map((process) => process.pid);
  }

  /**
   * Runs one statement on one database. A statement that ends its process twice is
   * `too_many_rows` (or `timeout`, where it was for its processor time).
   *
   * @param options Whether the names of the result's columns are wanted: to show it, not to judge it.
   * @throws {DatabaseError} If the database cannot be read.
   * @throws {ExecutorError} If no process can be started.
   */
  async execute(
    dbPath: string,
    sql: string,
    { names = false }: { readonly names?: boolean } = {},
  ): Promise<Execution> {
    if (this.#closed) throw new ExecutorError("Cannot execute: closed executor");
    refuseComma(dbPath);
    const { promise, resolve, reject } = Promise.withResolvers<Execution>();
    this.#queue.push({ dbPath, sql, names, deaths: 0, resolve, reject });
    this.#pump();
    return await promise;
  }

  /** Ends every process and refuses what is still in the queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.takeAll()) job.reject(closedFirst());
    const idle = this.#idle.splice(0).map((process) => process.finish());
    await Promise.all([...idle, ...[...this.#busy].map((process) => process.kill())]);
    await Promise.all(this.#ending);
  }

  #pump(): void {
    while (this.#running < this.#workers && !this.#queue.isEmpty) {
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

  // As many statements as leave the other workers theirs.
  #takeBatch(): readonly Job<Execution>[] {
    const pathsOf = (processes: Iterable<ExecutorProcessHandle>): ReadonlySet<string> =>
      new Set(Array.from(processes, ({ dbPath }) => dbPath));
    return this.#queue.takeBatch(
      { idle: pathsOf(this.#idle), busy: pathsOf(this.#busy) },
      (waiting) => Math.min(MAX_BATCH, Math.ceil(waiting / this.#workers)),
    );
  }

  async #perform(batch: readonly Job<Execution>[]): Promise<void> {
    const { maxRows, maxBytes, timeoutMs } = this.#limits;
    let process: ExecutorProcessHandle;
    try {
      process = this.#acquire(batch[0]!.dbPath);
    } catch (error) {
      if (error instanceof DatabaseError || !(await this.#makeRoom())) throw error;
      this.#queue.putBack(batch);
      return;
    }
    const replies: TimedReply[] = [];
    const requests = batch.map(({ sql, names }): ExecutorRequest => ({
      sql,
      maxRows,
      maxBytes,
      ...(names ? { names } : {}),
    }));
    const end = await process.run(requests, {
      timeoutMs,
      before: this.#beforeReply,
      onReply: (reply) => {
        // The last reply waits until the process is free for whoever awaits it.
        if (replies.length > 0) settle(batch[replies.length - 1]!, replies.at(-1)!);
        replies.push(reply);
      },
    });
    const answered = replies.length;
    const last = replies.at(-1);
    const reusable = last?.kind === "rows" || last?.kind === "sql_error";
    await this.#release(process, end.kind === "answered" && reusable);
    if (last !== undefined) settle(batch[answered - 1]!, last);
    const unanswered = batch.slice(answered);
    if (unanswered.length === 0) return;
    if (this.#closed) throw closedFirst();
    this.#queue.putBack(this.#leftOver(unanswered, end));
  }

  // Answers what the end of a batch says something about, and gives back what is to run again.
  #leftOver(unanswered: readonly Job<Execution>[], end: BatchEnd): readonly Job<Execution>[] {
    const { timeoutMs } = this.#limits;
    const [interrupted, ...unstarted] = unanswered as [Job<Execution>, ...Job<Execution>[]];
    if (end.kind === "answered") return unanswered;
    if (end.kind === "refused" || end.phase === "open") {
      const error = this.#databases.openingFailed(interrupted.dbPath, end, timeoutMs);
      if (error === undefined) return unanswered;
      throw error;
    }
    if (end.phase === "start") {
      if (end.kind === "died" && ++interrupted.deaths < 2) return unanswered;
      const how = end.kind === "timeout"
        ? "it does not answer"
        : `it ended with ${end.end.signal ?? `code ${end.end.code}`}`;
      throw new ExecutorError(`Cannot start an executor process: ${how}`);
    }
    if (end.kind === "timeout") {
      const message = `longer than ${timeoutMs} ms`;
      interrupted.resolve({ status: "timeout", message, elapsedMs: timeoutMs });
      return unstarted;
    }
    if (++interrupted.deaths < 2) return unanswered;
    interrupted.resolve(
      end.end.signal === "SIGXCPU"
        ? { status: "timeout", message: "more processor time than its process has", elapsedMs: 0 }
        : {
          status: "too_many_rows",
          message: "the statement ended its process twice: its result is more than fits there",
          elapsedMs: 0,
        },
    );
    return unstarted;
  }

  #acquire(dbPath: string): ExecutorProcessHandle {
    const index = this.#idle.findLastIndex((process) => process.dbPath === dbPath);
    const [idle] = index < 0 ? [] : this.#idle.splice(index, 1);
    const isCurrent = idle !== undefined && this.#databases.isCurrent(idle.plan);
    const reused = isCurrent ? idle : undefined;
    if (!isCurrent) this.#end(idle);
    if (reused === undefined && this.#idle.length + this.#busy.size >= this.#limits.maxProcesses) {
      this.#end(this.#idle.shift());
    }
    const process = reused ?? new ExecutorProcessHandle(dbPath, {
      plan: this.#databases.plan(dbPath),
      limits: this.#limits,
    });
    this.#busy.add(process);
    return process;
  }

  // Where the system starts no more processes: with one fewer, if there is another.
  async #makeRoom(): Promise<boolean> {
    const idle = this.#idle.shift();
    if (idle !== undefined) await idle.kill();
    else if (this.#busy.size > 0) this.#workers = this.#busy.size;
    else return false;
    return true;
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

function closedFirst(): ExecutorError {
  return new ExecutorError("Cannot execute: the executor was closed first");
}

function settle(job: Job<Execution>, reply: TimedReply): void {
  switch (reply.kind) {
    case "rows": {
      const content = reply.form === "json" ? { json: reply.bytes } : { packed: reply.bytes };
      job.resolve(rowsExecution(new PackedRows(content, reply), reply));
      break;
    }
    case "sql_error":
    case "too_many_rows": {
      const { kind: status, message, elapsedMs } = reply;
      // SQLite quotes the statement and the names in the file, whatever characters they have.
      job.resolve({ status, message: oneLine(message), elapsedMs });
      break;
    }
    default:
      job.reject(new DatabaseError(job.dbPath, reply.message));
  }
}
