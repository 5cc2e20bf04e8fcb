import { assertPairedCounts, assertShare } from "./_checks.ts";
import { tangoInterval } from "./_tango.ts";
import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal_quantile.ts";
import type { PairedCounts } from "./paired_counts.ts";

/** Options of {@linkcode differenceInterval}. */
export interface IntervalOptions {
  /** How often the interval is to hold the truth, strictly between 0 and 1; 0.95 by default. */
  readonly level?: number;
}

/**
 * Tango's score interval for the difference of two paired proportions, `(gained - lost) / n`; the
 * 95 % one by default. The ends of the 90 % one are the one-sided bounds at 5 %.
 *
 * It holds every difference that a score test would not reject at `1 - level`. At a difference of 0 that
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
 * @throws {RangeError} If the counts are impossible or the level is out of range.
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
export function differenceInterval(
  counts: PairedCounts,
  options: IntervalOptions = {},
): Interval {
  const { level = 0.95 } = options;
  assertPairedCounts(counts);
  assertShare("level", level);
  return tangoInterval(counts, normalQuantile((1 + level) / 2));
}
