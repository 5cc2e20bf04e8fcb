import type { Execution } from "./executor_pool.ts";

/** What runs a statement when the cache does not know its result. */
export type Execute = (dbPath: string, sql: string) => Promise<Execution>;

/**
 * Remembers how statements ended, by database and text, up to a number of values in all results
 * together; the results that were not asked for longest go first. Spider asks most questions in two
 * wordings, so a gold statement, and often a prediction, comes twice.
 *
 * @example
 * ```ts
 * const cache = new ExecutionCache((dbPath, sql) => pool.execute(dbPath, sql), 1_000_000);
 * ```
 */
export class ExecutionCache {
  readonly #execute: Execute;
  readonly #maxValues: number;
  readonly #entries = new Map<string, { readonly result: Promise<Execution>; values: number }>();
  #values = 0;

  /** Makes an empty cache of at most `maxValues` values. */
  constructor(execute: Execute, maxValues: number) {
    this.#execute = execute;
    this.#maxValues = maxValues;
  }

  /** The remembered result, or a new one. Failures of the executor itself are not remembered. */
  execute(dbPath: string, sql: string): Promise<Execution> {
    const key = `${dbPath}\0${sql}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.result;
    }
    const result = this.#execute(dbPath, sql);
    const entry = { result, values: 0 };
    this.#entries.set(key, entry);
    result.then((execution) => {
      entry.values = execution.status === "rows"
        ? execution.rows.length * execution.columnCount
        : 1;
      this.#values += entry.values;
      this.#shrink();
    }, () => this.#entries.delete(key));
    return result;
  }

  #shrink(): void {
    for (const [key, { values }] of this.#entries) {
      if (this.#values <= this.#maxValues) return;
      if (values === 0) continue; // Still running.
      this.#entries.delete(key);
      this.#values -= values;
    }
  }
}
