import type { Execution } from "./executor_pool.ts";

/** What runs a statement when the cache does not know its result. */
export type Execute = (dbPath: string, sql: string) => Promise<Execution>;

// What an entry without rows takes, roughly.
const ENTRY_BYTES = 500;

/**
 * Remembers how statements ended, by database and text, up to a size of all results
 * together; the results that were not asked for longest go first. Spider asks most questions in two
 * wordings, so a gold statement, and often a prediction, comes twice.
 *
 * @example
 * ```ts ignore
 * const cache = new ExecutionCache((dbPath, sql) => pool.execute(dbPath, sql), 64 * 1024 * 1024);
 * ```
 */
export class ExecutionCache {
  readonly #execute: Execute;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { readonly result: Promise<Execution>; bytes: number }>();
  #bytes = 0;

  /** Makes an empty cache of at most `maxBytes` bytes of results. */
  constructor(execute: Execute, maxBytes: number) {
    this.#execute = execute;
    this.#maxBytes = maxBytes;
  }

  /** The remembered result, or a new one. Failures of the executor itself are not remembered. */
  execute(dbPath: string, sql: string): Promise<Execution> {
    const key = keyOf(dbPath, sql);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.result;
    }
    const result = this.#execute(dbPath, sql);
    const entry = { result, bytes: 0 };
    this.#entries.set(key, entry);
    result.then((execution) => {
      entry.bytes = ENTRY_BYTES + (execution.status === "rows" ? execution.packed.byteLength : 0);
      this.#bytes += entry.bytes;
      this.#shrink();
    }, () => this.#entries.delete(key));
    return result;
  }

  /**
   * Begins to execute what will be asked for. A statement that runs into its time limit is not
   * remembered: whoever waits for nothing may be late to look at the clock.
   */
  expect(dbPath: string, sql: string): void {
    const key = keyOf(dbPath, sql);
    this.execute(dbPath, sql).then(({ status }) => {
      if (status === "timeout") this.#forget(key);
    }, () => undefined);
  }

  #shrink(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      if (bytes === 0) continue; // Still running.
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

function keyOf(dbPath: string, sql: string): string {
  return `${dbPath}\0${sql}`;
}
