/**
 * Holm's step-down adjustment of p-values for making several tests at once, such as one a subject.
 *
 * Calling every test significant whose adjusted value is below `alpha` makes the chance of even one
 * false call at most `alpha`, whatever the tests have to do with each other.
 *
 * Source: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal
 * of Statistics 6(2), 1979.
 *
 * @param pValues Values in `[0, 1]`, in any order.
 * @returns The adjusted values in the same order, each at least as large as before and at most 1.
 * @throws {RangeError} If a value is not in `[0, 1]`.
 *
 * @example
 * ```ts
 * import { holm } from "./holm.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(holm([0.25, 0.0625, 0.5]), [0.5, 0.1875, 0.5]);
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`Cannot adjust a p-value outside of 0 to 1: current value is ${p}`);
    }
  }
  const order = pValues.map((p, position) => ({ p, position })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  order.forEach(({ p, position }, rank) => {
    running = Math.max(running, Math.min(1, (pValues.length - rank) * p));
    adjusted[position] = running;
  });
  return adjusted;
}
