/** One statement that waits for its process. */
export interface Job<Result> {
  readonly dbPath: string;
  readonly sql: string;
  /** Whether the names of its columns are wanted. */
  readonly names: boolean;
  /** Processes that it has ended. */
  deaths: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Statements that wait, by database; databases in the order in which they were first asked for. */
export class JobQueue<Result> {
  readonly #jobs = new Map<string, Job<Result>[]>();

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#jobs.size === 0;
  }

  /** Adds a statement behind the others of its database. */
  push(job: Job<Result>): void {
    this.#jobs.getOrInsertComputed(job.dbPath, () => []).push(job);
  }

  /** Puts statements of one database back before the others of it. */
  putBack(jobs: readonly Job<Result>[]): void {
    const [first] = jobs;
    if (first === undefined) return;
    this.#jobs.set(first.dbPath, [...jobs, ...this.#jobs.get(first.dbPath) ?? []]);
  }

  /**
   * Takes statements of one database: of one with an open, idle process if there is any, else of one
   * that no process works on yet.
   *
   * @param sizeOf How many to take of so many.
   */
  takeBatch(
    { idle, busy }: { readonly idle: ReadonlySet<string>; readonly busy: ReadonlySet<string> },
    sizeOf: (waiting: number) => number,
  ): Job<Result>[] {
    const paths = [...this.#jobs.keys()];
    const dbPath = paths.find((path) => idle.has(path)) ??
      paths.find((path) => !busy.has(path)) ?? paths[0]!;
    const jobs = this.#jobs.get(dbPath)!;
    const batch = jobs.splice(0, sizeOf(jobs.length));
    if (jobs.length === 0) this.#jobs.delete(dbPath);
    return batch;
  }

  /** Takes all there is. */
  takeAll(): Job<Result>[] {
    const all = [...this.#jobs.values()].flat();
    this.#jobs.clear();
    return all;
  }
}
