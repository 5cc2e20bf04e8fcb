import { printable } from "./printable.ts";
import { UsageError } from "../usage_error.ts";

/** What other data sets call a record's keys, by the key. */
export type OtherNames = Readonly<Record<string, RegExp>>;

/**
 * Refuses a record that calls a key as another data set does, and says what to rename.
 *
 * @param record What is to be checked by its schema.
 * @param place The file and the line, for the message.
 * @throws {UsageError} If it lacks a key and has one that means the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const names = { answer: /^(?:label|gold)$/i };
 * refuseOtherNames({ answer: 1, label: 2 }, names, "x.jsonl, line 1");
 * assert.throws(() => refuseOtherNames({ label: 2 }, names, "x.jsonl, line 1"), {
 *   message: 'Cannot use x.jsonl, line 1: unknown key "label": rename it to "answer"',
 * });
 * ```
 */
export function refuseOtherNames(record: unknown, names: OtherNames, place: string): void {
  if (typeof record !== "object" || record === null) return;
  for (const [wanted, others] of Object.entries(names)) {
    if (Object.hasOwn(record, wanted)) continue;
    const other = Object.keys(record).find((key) => others.test(key));
    if (other === undefined) continue;
    throw new UsageError(
      `Cannot use ${place}: unknown key "${printable(other)}": rename it to "${wanted}"`,
    );
  }
}
