import { logGamma } from "./log_gamma.ts";

/**
 * The binomial probability of exactly `k` successes in `n` trials, to about 11 digits.
 *
 * @param k Successes, an integer in `[0, n]`.
 * @param n Trials, an integer >= 0.
 * @param p The chance of a success, `0 <= p <= 1`.
 * @throws {RangeError} If `k`, `n` or `p` is out of range.
 *
 * @example
 * ```ts
 * import { binomialPmf } from "./binomial_pmf.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(binomialPmf(2, 4, 0.5) - 6 / 16) < 1e-12);
 * ```
 */
export function binomialPmf(k: number, n: number, p: number): number {
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(k) || k < 0 || k > n) {
    throw new RangeError(
      `Cannot count successes as they must be an integer from 0 to n: current value is ${k} of ${n}`,
    );
  }
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`Cannot use a chance outside of 0 to 1: current value is ${p}`);
  }
  if (p === 0) return k === 0 ? 1 : 0;
  if (p === 1) return k === n ? 1 : 0;
  return Math.exp(
    logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) +
      k * Math.log(p) + (n - k) * Math.log1p(-p),
  );
}
