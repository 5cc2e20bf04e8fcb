// Not binomial_test.ts: the test runner would take this file for a test.
import { binomialPmf } from "./binomial_pmf.ts";

/** Options of {@linkcode binomialTest}. */
export interface BinomialTestOptions {
  /** The alternative to "the chance of a success is p": on which side of it that lies. */
  readonly alternative: "greater" | "less";
}

/**
 * The exact one-sided binomial test: how likely `k` of `n` successes or a more extreme count is, if
 * each trial succeeds with probability `p`.
 *
 * @param k Successes, an integer in `[0, n]`.
 * @param n Trials, an integer >= 0.
 * @param p The chance of a success under the null hypothesis, `0 <= p <= 1`.
 * @returns The p-value, in `[0, 1]`.
 * @throws {RangeError} If `k`, `n` or `p` is out of range.
 *
 * @example Is 48 of 150 better than guessing among four letters?
 * ```ts
 * import { binomialTest } from "./binomial_exact.ts";
 * import assert from "node:assert/strict";
 *
 * const pValue = binomialTest(48, 150, 0.25, { alternative: "greater" });
 * assert.equal(pValue.toFixed(4), "0.0321");
 * ```
 */
export function binomialTest(
  k: number,
  n: number,
  p: number,
  { alternative }: BinomialTestOptions,
): number {
  binomialPmf(k, n, p); // checks all three
  const [first, last] = alternative === "greater" ? [k, n] : [0, k];
  let sum = 0;
  for (let i = first; i <= last; i++) sum += binomialPmf(i, n, p);
  return Math.min(1, sum);
}
