/**
 * The number of a sign in Unicode, as it is written there: "U+202E".
 *
 * @param sign One code point, or half of a surrogate pair.
 *
 * @example
 * ```ts
 * import { codePoint } from "./code_point.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(codePoint("张"), "U+5F20");
 * ```
 */
export function codePoint(sign: string): string {
  return `U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
