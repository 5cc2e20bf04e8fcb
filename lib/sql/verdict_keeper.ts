import type { KeptVerdict } from "./verdict.ts";

/** Where verdicts are kept from one run to the next; a store of samples is one. */
export interface VerdictStore {
  /** The verdict with the key. */
  get(key: string): KeptVerdict | undefined;
  /** Keeps verdicts whose keys are not there yet. */
  append(verdicts: readonly KeptVerdict[]): void;
}

/** How long a verdict may wait for others: a run that is killed loses no more work than that. */
const WAIT_MS = 250;

/**
 * Writes verdicts to a store several at a time, since a store waits for the disk with each write:
 * one by one that took as long as the judging.
 */
export class VerdictKeeper implements Disposable {
  readonly #store: VerdictStore;
  #waiting: KeptVerdict[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why a write failed that nobody waited for. */
  #fault: { readonly error: unknown } | undefined;
  #closed = false;

  /** A keeper that has nothing to write yet. */
  constructor(store: VerdictStore) {
    this.#store = store;
  }

  /**
   * Keeps a verdict: it is on the disk after {@linkcode WAIT_MS} or {@linkcode finish}.
   *
   * @throws {UsageError} If an earlier one could not be written.
   */
  add(verdict: KeptVerdict): void {
    this.#throwFault();
    if (this.#closed) return;
    this.#waiting.push(verdict);
    this.#timer ??= setTimeout(() => this.#tryWrite(), WAIT_MS);
  }

  /**
   * Writes what waits.
   *
   * @throws {UsageError} If it, or an earlier one, cannot be written.
   */
  finish(): void {
    this.#tryWrite();
    this.#throwFault();
  }

  /** Writes what waits, as far as it can, after a judging that was ended by something else. */
  [Symbol.dispose](): void {
    this.#tryWrite();
    this.#closed = true;
  }

  #tryWrite(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const verdicts = this.#waiting;
    this.#waiting = [];
    if (verdicts.length === 0 || this.#fault !== undefined) return;
    try {
      this.#store.append(verdicts);
    } catch (error) {
      this.#fault = { error };
    }
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }
}
