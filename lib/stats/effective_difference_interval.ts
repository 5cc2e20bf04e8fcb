import { assertPairedCounts, assertShare } from "./_checks.ts";
import { tangoInterval } from "./_tango.ts";
import type { IntervalOptions } from "./difference_interval.ts";
import type { PairedCounts } from "./paired_counts.ts";
import type { Spread } from "./evidence.ts";
import type { Interval } from "./interval.ts";
import { studentQuantile } from "./student_t.ts";

/**
 * Tango's interval on the effective number of examples: what clusters leave of it.
 *
 * With `f = max(1, (clustered stderr / plain stderr)^2)` it is the score interval of
 * `gained / f`, `lost / f` and `n / f`, with Student's t in place of the normal quantile. It keeps
 * a width where few or no examples flip and the clustered standard error collapses to 0, and it is
 * never narrower than Tango's own.
 *
 * Source: the block `nonInferiorityClustered` of `testdata/statistics_reference.json`; J. N. K. Rao
 * and A. J. Scott, "A Simple Method for the Analysis of Clustered Binary Data", Biometrics 48, 1992,
 * for dividing counts by a design effect.
 *
 * @param counts `n` > 0 and `gained + lost <= n`, integers >= 0.
 * @param spread The standard error and degrees of `clusterRobustMean` on the same differences.
 * @throws {RangeError} If the counts are impossible, or a number is out of range.
 *
 * @example No disagreement in 4 databases leaves more open than Tango's 3.8 points
 * ```ts
 * import { effectiveDifferenceInterval } from "./effective_difference_interval.ts";
 * import assert from "node:assert/strict";
 *
 * const counts = { n: 96, gained: 0, lost: 0 };
 * const [, high] = effectiveDifferenceInterval(counts, { stderr: 0, degrees: 3 });
 * assert.equal(high.toFixed(3), "0.095");
 * ```
 */
export function effectiveDifferenceInterval(
  counts: PairedCounts,
  spread: Spread,
  options: IntervalOptions = {},
): Interval {
  const { level = 0.95 } = options;
  const { n, gained, lost } = counts;
  assertPairedCounts(counts);
  assertShare("level", level);
  if (!(spread.stderr >= 0)) {
    throw new RangeError(
      `Cannot use the standard error as it must be >= 0: current value is ${spread.stderr}`,
    );
  }
  const plainVariance = ((gained + lost) / n - ((gained - lost) / n) ** 2) / n;
  const factor = plainVariance > 0 ? Math.max(1, spread.stderr ** 2 / plainVariance) : 1;
  return tangoInterval(
    { n: n / factor, gained: gained / factor, lost: lost / factor },
    studentQuantile((1 + level) / 2, spread.degrees),
  );
}
