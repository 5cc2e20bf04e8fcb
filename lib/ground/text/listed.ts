/**
 * Names in a sentence: "a", "a and b", "a, b and c".
 *
 * @param names At least one.
 *
 * @example
 * ```ts
 * import { listed } from "./listed.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(listed(["a"]), "a");
 * assert.equal(listed(["a", "b", "c"]), "a, b and c");
 * ```
 */
export function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "")
    .join(" and ");
}
