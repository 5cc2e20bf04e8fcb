/**
 * Wrong input from the person at the keyboard: a missing file, a typo in a config, an unknown
 * subject. The command line prints its message as one line and exits with 2; every other error is
 * a fault of the harness and exits with 1.
 *
 * The message says what was being read, what is wrong with it and what to do about it.
 *
 * @example Refuse an unknown subject
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const error = new UsageError("Cannot select MMLU subject: unknown subject: alchemy");
 * assert.equal(error.name, "UsageError");
 * ```
 */
export class UsageError extends Error {
  /** By which it is told from a fault of the harness. */
  override readonly name: string = "UsageError";
}
