import { normalQuantile } from "./normal_quantile.ts";

/** Options of {@linkcode smallestDetectableDifference}. */
export interface DetectionOptions {
  /** The chance of finding a difference of that size, 0.8 by default. */
  readonly power?: number;
  /** The two-sided level of the test, 0.05 by default. */
  readonly alpha?: number;
  /** By how much clusters raise the variance, >= 1, from `designEffect`; 1 by default. */
  readonly designEffect?: number;
}

/**
 * The true difference of two paired proportions that `n` examples would find with a given power: a
 * number for a plan, before anything is read.
 *
 * With `s` the share of examples on which the variants disagree and `n` divided by the design
 * effect, the difference `d` solves `d sqrt(n) = z(1 - alpha/2) sqrt(s) + z(power) sqrt(s - d^2)`.
 * The formula is an approximation: at the value for 80 %, McNemar's exact test has 76 to 78 % power
 * and Tango's interval 81 to 89 %. Afterwards it bounds nothing: a difference of 0.9 times this is
 * still found in 64 to 76 % of studies, and which loss is left open is said by the interval's end.
 *
 * Source: R. J. Connor, "Sample Size for Testing Differences in Proportions for the Paired-Sample
 * Design", Biometrics 43, 1987; J. M. Hoenig and D. M. Heisey, "The Abuse of Power", The American
 * Statistician 55(1), 2001, on why it says nothing after the fact.
 *
 * @param n Examples, > 0.
 * @param discordantRate The share of examples that flip either way, in `[0, 1]`.
 * @returns A difference in `(0, discordantRate]`; `undefined` where even a flip of all of them to
 * one side would be found less often.
 * @throws {RangeError} If an input is out of range.
 *
 * @example 150 questions of which a fifth flip: 10 points
 * ```ts
 * import { smallestDetectableDifference } from "./smallest_detectable_difference.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(smallestDetectableDifference(150, 0.2)?.toFixed(2), "0.10");
 * ```
 */
export function smallestDetectableDifference(
  n: number,
  discordantRate: number,
  options: DetectionOptions = {},
): number | undefined {
  const { power = 0.8, alpha = 0.05, designEffect = 1 } = options;
  if (!Number.isSafeInteger(n) || n <= 0) {
    throw new RangeError(`Cannot plan a test as n must be an integer > 0: current value is ${n}`);
  }
  if (!(discordantRate >= 0 && discordantRate <= 1)) {
    throw new RangeError(
      `Cannot plan a test as the discordant rate must be from 0 to 1: current value is ${discordantRate}`,
    );
  }
  if (!(power >= 0.5 && power < 1 && alpha > 0 && alpha <= 0.5)) {
    throw new RangeError(
      `Cannot plan a test as power must be in [0.5, 1) and alpha in (0, 0.5]: current values are ${power}, ${alpha}`,
    );
  }
  if (!(designEffect >= 1 && Number.isFinite(designEffect))) {
    throw new RangeError(
      `Cannot plan a test as the design effect must be >= 1: current value is ${designEffect}`,
    );
  }
  const effective = n / designEffect;
  const zAlpha = normalQuantile(1 - alpha / 2);
  const zPower = normalQuantile(power);
  const least = zAlpha * Math.sqrt(discordantRate / effective);
  // Squared, the equation is quadratic in d. The unsquared one grows with d, so that it has one
  // root at most, and that one is where d is at least what the first term alone asks for.
  const a = effective + zPower ** 2;
  const b = effective * least;
  const root = zPower ** 2 * (a * discordantRate - b * least);
  const difference = zPower === 0 ? least : (b + Math.sqrt(Math.max(0, root))) / a;
  const solves = root >= 0 && difference >= least;
  return solves && difference > 0 && difference <= discordantRate ? difference : undefined;
}
