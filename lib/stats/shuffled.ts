/**
 * A copy of `items` in random order, every order equally likely (Fisher-Yates).
 *
 * @param items Any list; it is left as it is.
 * @param random Uniform numbers in `[0, 1)`, as from `pcg32(seed)`.
 * @returns A new array with the same items.
 *
 * @example A seeded sample of three, without replacement
 * ```ts
 * import { pcg32 } from "./pcg32.ts";
 * import { shuffled } from "./shuffled.ts";
 * import assert from "node:assert/strict";
 *
 * const sample = shuffled(["a", "b", "c", "d", "e"], pcg32(42)).slice(0, 3);
 * assert.equal(new Set(sample).size, 3);
 * ```
 */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
