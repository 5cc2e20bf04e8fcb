/** Limits of the executor; every one has a default. */
export interface ExecutorOptions {
  /**
   * Milliseconds for opening a database, for running a statement, for reading its result once that
   * is known to be within the caps, and for comparing two results; each ends at it. Default 30,000.
   */
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

/** Every limit, the defaults filled in. */
export type ExecutorLimits = Required<ExecutorOptions>;

const MEBIBYTE = 1024 * 1024;

/**
 * Fills the defaults in.
 *
 * @throws {RangeError} If a limit is not a positive whole number.
 */
export function executorLimits(options: ExecutorOptions): ExecutorLimits {
  const workers = options.workers ?? navigator.hardwareConcurrency;
  const limits = {
    timeoutMs: options.timeoutMs ?? 30_000,
    workers,
    maxProcesses: Math.max(workers, options.maxProcesses ?? 8),
    maxRows: options.maxRows ?? 100_000,
    maxBytes: options.maxBytes ?? 64 * MEBIBYTE,
    maxValueBytes: options.maxValueBytes ?? 16 * MEBIBYTE,
    sqliteHeapBytes: options.sqliteHeapBytes ?? 256 * MEBIBYTE,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot make an executor: ${name} must be a positive whole number, it is ${value}`,
      );
    }
  }
  return limits;
}

/** Seconds of work for one process: enough for its longest statement, and then it is replaced. */
export function cpuSeconds({ timeoutMs }: Pick<ExecutorLimits, "timeoutMs">): number {
  return 60 + Math.ceil(4 * timeoutMs / 1_000);
}
