/**
 * What a column of a result is headed: its place, and what SQLite calls it, "1 · name". The place alone
 * would look like the number of a row.
 *
 * @param at From 0 on.
 * @param name Empty where it is not known.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(["name", ""].map((name, at) => columnTitle(at, name)), ["1 · name", "2"]);
 * ```
 */
export function columnTitle(at: number, name: string): string {
  return name === "" ? `${at + 1}` : `${at + 1} · ${name}`;
}
