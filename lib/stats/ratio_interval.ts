import { bisectDown } from "./_bisect.ts";
import type { PairedCounts } from "./paired_counts.ts";
import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal_quantile.ts";

/** Paired counts with the examples that both variants got right. */
export interface RatioCounts extends PairedCounts {
  /** Right before and after. */
  readonly both: number;
}

/**
 * The 95 % score interval for the ratio of two paired proportions,
 * `(both + gained) / (both + lost)`, after over before.
 *
 * It holds every ratio `r` that the score test on `right after - r * right before` would not reject
 * at 5 %, with the variance at its likeliest value under that ratio. At a ratio of 1 the test is
 * McNemar's, as it is for `differenceInterval` at 0: the two intervals never contradict each other.
 *
 * Source: J. Nam and W. C. Blackwelder, "Analysis of the ratio of marginal probabilities in a
 * matched-pair setting", Statistics in Medicine 21, 2002; N.-S. Tang, M.-L. Tang and I. S. F. Chan,
 * "On tests of equivalence via non-unity relative risk for matched-pair design", Statistics in
 * Medicine 22, 2003. The likeliest value is derived below.
 *
 * @param counts Integers >= 0 with `both + lost` > 0 and `both + gained + lost <= n`.
 * @returns Finite numbers >= 0.
 * @throws {RangeError} If the counts are impossible or nothing was right before.
 *
 * @example From 60 to 54 of 150, six lost: a ratio of 0.9, and it is below 1 for sure
 * ```ts
 * import { ratioInterval } from "./ratio_interval.ts";
 * import assert from "node:assert/strict";
 *
 * const [low, high] = ratioInterval({ n: 150, both: 54, gained: 0, lost: 6 });
 * assert.ok(low > 0.79 && low < 0.9 && high > 0.9 && high < 1);
 * ```
 */
export function ratioInterval(counts: RatioCounts): Interval {
  const { n, both, gained, lost } = counts;
  const before = both + lost;
  const after = both + gained;
  if (
    ![n, both, gained, lost].every((count) => Number.isSafeInteger(count) && count >= 0) ||
    before === 0 || before + gained > n
  ) {
    throw new RangeError(
      `Cannot take a ratio as the counts must be integers >= 0 that fit into n, with some right before: ` +
        `current values are both ${both}, gained ${gained}, lost ${lost}, n ${n}`,
    );
  }
  const z = normalQuantile(0.975);
  const ratio = after / before;
  const spread = (r: number): number => z * Math.sqrt(nullVariance(counts, r));
  const low = after === 0 ? 0 : bisectDown((r) => after - r * before - spread(r), 0, ratio);
  let bound = Math.max(2, 2 * ratio);
  while (after - bound * before + spread(bound) > 0) bound *= 2;
  const high = bisectDown((r) => after - r * before + spread(r), ratio, bound);
  return [low, high];
}

/**
 * The variance of `after - r * before` if the true ratio is `r`, at its likeliest value.
 *
 * The constraint is linear and without a constant, so the share of examples that neither got right
 * stays as observed. Of the `m` others let `u` be the share of `lost`: then `gained` has
 * `(r - 1 + u) / r` and `both` has `(1 - (1 + r) u) / r`, and setting the slope of the likelihood
 * in `u` to 0 gives the quadratic below, whose larger root is the one in range.
 */
function nullVariance({ both, gained, lost }: RatioCounts, r: number): number {
  const m = both + gained + lost;
  // The limit r -> 0: nothing is right after, so that nothing varies.
  if (r === 0) return 0;
  const a = m * (1 + r);
  const b = gained + lost + (both + lost) * (1 - r * r);
  const c = lost * (1 - r);
  const u = (b + Math.sqrt(Math.max(0, b * b - 4 * a * c))) / (2 * a);
  const shareBoth = (1 - (1 + r) * u) / r;
  const shareGained = (r - 1 + u) / r;
  return Math.max(0, m * (shareBoth * (1 - r) ** 2 + shareGained + r * r * u));
}
