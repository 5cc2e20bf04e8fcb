/**
 * The first of some names in a line, and how many more there are: what a message says of a list that
 * may be long.
 *
 * @param most So many are named.
 * @param separator What stands between two; ", " if left out. Names with commas take "; ".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(firstOf(["a", "b", "c"], 2), "a, b and 1 more");
 * assert.equal(firstOf(["a", "b"], 2), "a, b");
 * ```
 */
export function firstOf(names: readonly string[], most: number, separator = ", "): string {
  const rest = names.length - most;
  const more = rest > 0 ? `${separator.trimEnd() === ";" ? ";" : ""} and ${rest} more` : "";
  return names.slice(0, most).join(separator) + more;
}
