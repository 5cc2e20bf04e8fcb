/**
 * How many steps of a path pass, tested in their order at the full level of the path: each step is
 * tested only if all before it passed, so that the chance of even one false pass is the level.
 *
 * Source: B. L. Wiens, "A fixed sequence Bonferroni procedure for testing multiple endpoints",
 * Pharmaceutical Statistics 2(3), 2003.
 *
 * @param lowerBounds The lower bound of each step's change at the level of the path, the smallest
 * scale first. What comes after the first failure is not looked at.
 * @param delta The tolerance in the same unit, > 0: a step passes if its bound is above `-delta`.
 * @throws {RangeError} If `delta` is not > 0.
 *
 * @example The last one would pass, and is not tested
 * ```ts
 * import { fixedSequence } from "./fixed_sequence.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fixedSequence([-0.010, -0.022, -0.034, -0.028], 0.03), 2);
 * ```
 */
export function fixedSequence(lowerBounds: Iterable<number>, delta: number): number {
  if (!(delta > 0)) {
    throw new RangeError(`Cannot climb as delta must be > 0: current value is ${delta}`);
  }
  let passed = 0;
  for (const bound of lowerBounds) {
    if (!(bound > -delta)) break;
    passed++;
  }
  return passed;
}
