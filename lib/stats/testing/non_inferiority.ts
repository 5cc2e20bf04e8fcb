import { assertAlpha, assertPairedCounts, assertShare } from "../_checks.ts";
import { tangoStatistic } from "../_tango.ts";
import { differenceInterval } from "../difference_interval.ts";
import type { PairedCounts } from "../paired_counts.ts";
import { normalCdf } from "../normal_cdf.ts";

/** Options of {@linkcode nonInferiority}. */
export interface NonInferiorityOptions {
  /** The one-sided level, 0.05 by default. */
  readonly alpha?: number;
}

/** What {@linkcode nonInferiority} found. */
export interface NonInferiority {
  /** The statistic of the test that the true difference is `-delta`. */
  readonly z: number;
  /** The p-value against "at least `delta` is lost". */
  readonly pNonInferior: number;
  /** The p-value against "at least `delta` is gained". */
  readonly pNotSuperiorBeyond: number;
  /** The larger of both: the p-value against "the difference is `delta` or more either way". */
  readonly pTost: number;
  /** The one-sided lower bound of the difference at `alpha`. */
  readonly lower: number;
  /** The one-sided upper bound of the difference at `alpha`. */
  readonly upper: number;
  /** Whether `lower` is above `-delta`: a loss of `delta` or more is excluded. */
  readonly nonInferior: boolean;
  /** Whether both bounds are within `delta`: neither a loss nor a gain of `delta` is left open. */
  readonly equivalent: boolean;
}

/**
 * Whether a loss of `delta` or more is excluded, by the one-sided score test on paired proportions,
 * examples taken as independent.
 *
 * The statistic is `(gained - lost + n delta) / sqrt(variance)` with the variance at its likeliest
 * value if the true difference were `-delta`. The bounds are the ends of Tango's interval at
 * `1 - 2 alpha`, so that test and bound cannot disagree. What bounds a loss is this bound, never
 * the size of a difference that a study "would have found".
 *
 * Source: J. Nam, "Establishing equivalence of two treatments and sample size requirements in
 * matched-pairs design", Biometrics 53, 1997; T. Tango, Statistics in Medicine 17, 1998; J. Liu,
 * H. Hsueh, E. Hsieh and J. J. Chen, "Tests for equivalence or non-inferiority for paired binary
 * data", Statistics in Medicine 21, 2002.
 *
 * @param counts `n` > 0 and `gained + lost <= n`, integers >= 0.
 * @param delta The tolerance as a share, strictly between 0 and 1.
 * @throws {RangeError} If the counts are impossible, or `delta` or `alpha` is out of range.
 *
 * @example 3 gained and 4 lost of 1,034 exclude a loss of 0.7 points, and not one of 0.6
 * ```ts
 * import { nonInferiority } from "./non_inferiority.ts";
 * import assert from "node:assert/strict";
 *
 * const counts = { n: 1034, gained: 3, lost: 4 };
 * assert.equal(nonInferiority(counts, 0.007).nonInferior, true);
 * assert.equal(nonInferiority(counts, 0.006).nonInferior, false);
 * ```
 */
export function nonInferiority(
  counts: PairedCounts,
  delta: number,
  options: NonInferiorityOptions = {},
): NonInferiority {
  const { alpha = 0.05 } = options;
  assertPairedCounts(counts);
  assertShare("tolerance", delta);
  assertAlpha(alpha);
  const z = tangoStatistic(counts, -delta);
  const pNonInferior = normalCdf(-z);
  const pNotSuperiorBeyond = normalCdf(tangoStatistic(counts, delta));
  const [lower, upper] = differenceInterval(counts, { level: 1 - 2 * alpha });
  const nonInferior = lower > -delta;
  return {
    z,
    pNonInferior,
    pNotSuperiorBeyond,
    pTost: Math.max(pNonInferior, pNotSuperiorBeyond),
    lower,
    upper,
    nonInferior,
    equivalent: nonInferior && upper < delta,
  };
}
