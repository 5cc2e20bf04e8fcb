/**
 * Statistics of scores: proportions, paired differences, tests and intervals.
 *
 * Everything is a share in `[0, 1]`, never a percentage; chance comes from a seed, never from the
 * machine; impossible input throws a `RangeError`. The room knows nothing of models or data sets.
 *
 * @example What a base model and a tuned one got right, compared
 * ```ts
 * import { alignById, pairedDifference } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const base = [{ id: "dev-0", right: false }, { id: "dev-1", right: true }];
 * const tuned = [{ id: "dev-1", right: true }, { id: "dev-0", right: true }];
 * const pairs = alignById(base, tuned);
 * const { difference, gained, lost } = pairedDifference(
 *   pairs.map((pair) => pair.base.right),
 *   pairs.map((pair) => pair.tuned.right),
 * );
 * assert.deepEqual([difference, gained, lost], [0.5, 1, 0]);
 * ```
 *
 * @module
 */
export { aboveChance, type AboveChanceOptions, type ChanceTest } from "./above_chance.ts";
export { alignById, type AlignedPair } from "./align_by_id.ts";
export { type Alternative, binomialTest, type BinomialTestOptions } from "./binomial_exact.ts";
export { binomialPmf } from "./binomial_pmf.ts";
export { bootstrap, type BootstrapOptions, type BootstrapResult } from "./bootstrap.ts";
export { type ClusteredMean, clusteredMean } from "./clustered_mean.ts";
export { differenceInterval, type PairedCounts } from "./difference_interval.ts";
export { holm } from "./holm.ts";
export type { Interval } from "./interval.ts";
export { logGamma } from "./log_gamma.ts";
export { mcnemarExact } from "./mcnemar_exact.ts";
export { normalCdf } from "./normal_cdf.ts";
export { normalQuantile } from "./normal_quantile.ts";
export {
  type ClusteredDifference,
  type PairedDifference,
  pairedDifference,
  type PairedDifferenceOptions,
} from "./paired_difference.ts";
export { pcg32, type Pcg32Options } from "./pcg32.ts";
export {
  type PercentageChange,
  percentageChange,
  type PercentageChangeOptions,
} from "./percentage_change.ts";
export { type Proportion, proportion } from "./proportion.ts";
export { type RatioCounts, ratioInterval } from "./ratio_interval.ts";
export { shuffled } from "./shuffled.ts";
export {
  type DetectionOptions,
  smallestDetectableDifference,
} from "./smallest_detectable_difference.ts";
export { studentCdf, studentQuantile } from "./student_t.ts";
