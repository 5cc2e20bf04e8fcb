import { binomialTest } from "../binomial_exact.ts";

/**
 * McNemar's exact test: whether two variants differ, from the examples on which they disagree.
 *
 * If the variants were equally good, a disagreement would fall to either side with probability
 * 1/2; the two-sided binomial test says how odd the observed split is. Examples on which both are
 * right or both are wrong say nothing about the difference and do not enter.
 *
 * Source: Q. McNemar, "Note on the Sampling Error of the Difference Between Correlated Proportions
 * or Percentages", Psychometrika 12(2), 1947, in its exact binomial form.
 *
 * @param gained Examples that went from wrong to right, an integer >= 0.
 * @param lost Examples that went from right to wrong, an integer >= 0.
 * @returns The two-sided p-value; 1 without any disagreement.
 * @throws {RangeError} If a count is not an integer >= 0.
 *
 * @example Eight gained, one lost
 * ```ts
 * import { mcnemarExact } from "./mcnemar_exact.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(mcnemarExact(8, 1).toFixed(4), "0.0391");
 * ```
 */
export function mcnemarExact(gained: number, lost: number): number {
  const fewer = Math.min(gained, lost);
  return Math.min(1, 2 * binomialTest(fewer, gained + lost, 0.5, { alternative: "less" }));
}
