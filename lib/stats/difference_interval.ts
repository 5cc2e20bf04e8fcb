import { bisectDown } from "./_bisect.ts";
import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal_quantile.ts";

/** How two variants did on the same examples, as counts. */
export interface PairedCounts {
  /** Examples. */
  readonly n: number;
  /** Wrong before, right after. */
  readonly gained: number;
  /** Right before, wrong after. */
  readonly lost: number;
}

/**
 * Tango's 95 % score interval for the difference of two paired proportions,
 * `(gained - lost) / n`.
 *
 * It holds every difference that a score test would not reject at 5 %. At a difference of 0 that
 * test is McNemar's, so the interval excludes 0 exactly when McNemar's statistic
 * `(gained - lost) / sqrt(gained + lost)` exceeds 1.96. It keeps its coverage with few or no
 * disagreements, where `difference ± 1.96 stderr` collapses: with none of n it is
 * `± 3.84 / (n + 3.84)`.
 *
 * Source: T. Tango, "Equivalence test and confidence interval for the difference in proportions
 * for the paired-sample design", Statistics in Medicine 17, 1998; recommended in M. W. Fagerland,
 * S. Lydersen and P. Laake, "Recommended tests and confidence intervals for paired binomial
 * proportions", Statistics in Medicine 33, 2014.
 *
 * @param counts `n` > 0 and `gained + lost <= n`, integers >= 0.
 * @returns An interval within `[-1, 1]`.
 * @throws {RangeError} If the counts are impossible.
 *
 * @example No disagreement on 96 examples leaves a difference of up to 3.8 points open
 * ```ts
 * import { differenceInterval } from "./difference_interval.ts";
 * import assert from "node:assert/strict";
 *
 * const [low, high] = differenceInterval({ n: 96, gained: 0, lost: 0 });
 * assert.equal(high.toFixed(4), "0.0385");
 * assert.equal(low, -high);
 * ```
 */
export function differenceInterval(counts: PairedCounts): Interval {
  const { n, gained, lost } = counts;
  if (
    ![n, gained, lost].every((count) => Number.isSafeInteger(count) && count >= 0) || n === 0 ||
    gained + lost > n
  ) {
    throw new RangeError(
      `Cannot compare pairs as gained and lost must be integers >= 0 with a sum of at most n > 0: ` +
        `current values are gained ${gained}, lost ${lost}, n ${n}`,
    );
  }
  // Swapping the variants must mirror the interval to the last bit.
  if (lost > gained) {
    const [low, high] = differenceInterval({ n, gained: lost, lost: gained });
    return [-high, -low];
  }
  const z = normalQuantile(0.975);
  const estimate = (gained - lost) / n;
  const spread = (delta: number): number => z * Math.sqrt(nullVariance(counts, delta));
  const high = bisectDown((delta) => gained - lost - n * delta + spread(delta), estimate, 1);
  const low = gained === lost
    ? -high
    : bisectDown((delta) => gained - lost - n * delta - spread(delta), -1, estimate);
  return [low, high];
}

/** The variance of `gained - lost` if the true difference is `delta`, at its likeliest value. */
function nullVariance({ n, gained, lost }: PairedCounts, delta: number): number {
  // The likeliest share of `lost` solves 2 n q^2 + b q + c = 0.
  const b = (2 * n - gained + lost) * delta - gained - lost;
  const c = -lost * delta * (1 - delta);
  const q = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
  return Math.max(0, n * (2 * q + delta * (1 - delta)));
}
