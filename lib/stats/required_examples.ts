import { assertAlpha, assertPositive } from "./_checks.ts";
import { normalQuantile } from "./normal_quantile.ts";

/** What a plan supposes; every option of {@linkcode requiredExamples}. */
export interface PlanOptions {
  /** The one-sided level, 0.05 by default. */
  readonly alpha?: number;
  /** Over how many paths `alpha` is divided in a sweep, an integer >= 1; 1 by default. */
  readonly paths?: number;
  /** The true difference that is hoped for, above `-delta`; 0 by default, below 0 for a loss. */
  readonly trueDifference?: number;
  /** By how much clusters raise the variance, >= 1, from `designEffect`; 1 by default. */
  readonly designEffect?: number;
}

/** The chance that a plan asks for, of excluding the loss if the truth is `trueDifference`. */
export const PLANNED_POWER = 0.8;

/**
 * How many paired examples it takes to exclude a loss of `delta`: the number that a plan prints
 * before an answer is read.
 *
 * `n = (z(1 - alpha / paths) + z(0.8))^2 (s - d^2) / (delta + d)^2` times the design effect, with
 * `s` the variance of a pair, which is the share of examples that flip, and `d` the true difference.
 *
 * Source: R. J. Connor, Biometrics 43, 1987; J. Nam, Biometrics 53, 1997; L. Kish, Survey Sampling,
 * 1965, for the design effect.
 *
 * @param flipShare The share of examples that flip either way, in `(0, 1]`; for a mean of any
 * measure the variance of a paired difference.
 * @param delta The tolerance, >= 0: as a share, or in the unit of the measure. 0 asks for a gain of
 * `trueDifference` to be shown; take half of a two-sided level for it.
 * @returns An integer > 0.
 * @throws {RangeError} If an input is out of range.
 *
 * @example 15 % flips and 3 points: 1,031 questions, or about 2,100 for one of 15 paths
 * ```ts
 * import { requiredExamples } from "./required_examples.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(requiredExamples(0.15, 0.03), 1031);
 * assert.equal(requiredExamples(0.15, 0.03, { paths: 15 }), 2106);
 * ```
 */
export function requiredExamples(
  flipShare: number,
  delta: number,
  options: PlanOptions = {},
): number {
  const { trueDifference = 0, designEffect = 1 } = options;
  assertPositive("share of flips", flipShare);
  if (!(delta >= 0)) {
    throw new RangeError(`Cannot plan as delta must be >= 0: current value is ${delta}`);
  }
  assertPositive("distance from the tolerance", delta + trueDifference);
  const quantiles = planQuantiles(options);
  const variance = Math.max(0, flipShare - trueDifference ** 2);
  const n = quantiles ** 2 * variance / (delta + trueDifference) ** 2 * designEffect;
  return Math.max(1, Math.ceil(n));
}

function planQuantiles(options: PlanOptions): number {
  const { alpha = 0.05, paths = 1, designEffect = 1 } = options;
  assertAlpha(alpha);
  if (!Number.isSafeInteger(paths) || paths < 1) {
    throw new RangeError(`Cannot plan as paths must be an integer > 0: current value is ${paths}`);
  }
  if (!(designEffect >= 1 && Number.isFinite(designEffect))) {
    throw new RangeError(
      `Cannot plan as the design effect must be >= 1: current value is ${designEffect}`,
    );
  }
  return normalQuantile(1 - alpha / paths) + normalQuantile(PLANNED_POWER);
}
