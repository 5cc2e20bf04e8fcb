import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal_quantile.ts";

/** A share of successes with its uncertainty. Shares are in `[0, 1]`, never percentages. */
export interface Proportion {
  /** Trials. */
  readonly n: number;
  /** Successes, an integer in `[0, n]`. */
  readonly successes: number;
  /** `successes / n`. */
  readonly mean: number;
  /** `sqrt(mean (1 - mean) / n)`: 0 when all trials agree, where only `ci95` says what is known. */
  readonly stderr: number;
  /** Wilson's 95 % interval, within `[0, 1]`. */
  readonly ci95: Interval;
}

/**
 * A share of successes with Wilson's score interval, which stays inside `[0, 1]` and keeps its
 * coverage near 0 and 1, where `mean ± 1.96 stderr` collapses.
 *
 * Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
 * JASA 22, 1927; recommended for small n by L. D. Brown, T. T. Cai and A. DasGupta, "Interval
 * Estimation for a Binomial Proportion", Statistical Science 16(2), 2001.
 *
 * @param successes An integer in `[0, n]`.
 * @param n An integer > 0.
 * @throws {RangeError} If `n` is not an integer > 0, or `successes` not one in `[0, n]`.
 *
 * @example None of 60 is not "0 %", it is "below 6.0 %"
 * ```ts
 * import { proportion } from "./proportion.ts";
 * import assert from "node:assert/strict";
 *
 * const { mean, ci95 } = proportion(0, 60);
 * assert.equal(mean, 0);
 * assert.equal(ci95[1].toFixed(3), "0.060");
 * ```
 */
export function proportion(successes: number, n: number): Proportion {
  if (!Number.isSafeInteger(n) || n <= 0) {
    throw new RangeError(
      `Cannot take a proportion as n must be an integer > 0: current value is ${n}`,
    );
  }
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > n) {
    throw new RangeError(
      `Cannot take a proportion as successes must be an integer from 0 to ${n}: current value is ${successes}`,
    );
  }
  const z = normalQuantile(0.975);
  const mean = successes / n;
  const center = (successes + z * z / 2) / (n + z * z);
  const half = z * Math.sqrt(mean * (1 - mean) * n + z * z / 4) / (n + z * z);
  return {
    n,
    successes,
    mean,
    stderr: Math.sqrt(mean * (1 - mean) / n),
    // Rounding would leave a low end of 1e-18 at 0 successes.
    ci95: [
      successes === 0 ? 0 : Math.max(0, center - half),
      successes === n ? 1 : Math.min(1, center + half),
    ],
  };
}
