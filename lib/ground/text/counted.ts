/**
 * How many there are of something, with its name: "1 row", "3 rows".
 *
 * @param one The name of one; that of several has an "s" more.
 * @param shown The count as it is printed, where not by its digits alone.
 *
 * @example
 * ```ts
 * import { counted } from "./counted.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0, 1, 2].map((n) => counted(n, "row")), ["0 rows", "1 row", "2 rows"]);
 * ```
 */
export function counted(count: number, one: string, shown = String(count)): string {
  return `${shown} ${one}${count === 1 ? "" : "s"}`;
}
