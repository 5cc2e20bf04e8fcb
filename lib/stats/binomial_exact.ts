// Not binomial_test.ts: the test runner would take this file for a test.
import { binomialPmf } from "./binomial_pmf.ts";

/** On which side of the null hypothesis the alternative lies. */
export type Alternative = "two-sided" | "greater" | "less";

/** Options of {@linkcode binomialTest}. */
export interface BinomialTestOptions {
  /** The alternative to "the chance of a success is p"; "two-sided" by default. */
  readonly alternative?: Alternative;
}

/**
 * The exact binomial test: how likely `k` of `n` successes or a more extreme count is, if each
 * trial succeeds with probability `p`.
 *
 * Two-sided, "more extreme" means every count that is at most as likely as `k`, as in R's
 * `binom.test` and scipy's `binomtest`.
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
  options: BinomialTestOptions = {},
): number {
  const alternative = options.alternative ?? "two-sided";
  // Ties in likelihood differ by rounding alone; the slack keeps them on the same side.
  const limit = binomialPmf(k, n, p) * (1 + 1e-7);
  let sum = 0;
  if (alternative === "greater") {
    for (let i = k; i <= n; i++) sum += binomialPmf(i, n, p);
  } else if (alternative === "less") {
    for (let i = 0; i <= k; i++) sum += binomialPmf(i, n, p);
  } else {
    let likelier = 0;
    for (let i = 0; i <= n; i++) {
      const mass = binomialPmf(i, n, p);
      if (mass <= limit) sum += mass;
      else likelier++;
    }
    // The likeliest count of all has p = 1, not 1 less a rounding error.
    if (likelier === 0) return 1;
  }
  return Math.min(1, sum);
}
