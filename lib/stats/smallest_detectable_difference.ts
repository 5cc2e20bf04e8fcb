import { normalQuantile } from "./normal_quantile.ts";

/** Options of {@linkcode smallestDetectableDifference}. */
export interface DetectionOptions {
  /** The chance of finding a difference of that size, 0.8 by default. */
  readonly power?: number;
  /** The two-sided level of the test, 0.05 by default. */
  readonly alpha?: number;
}

/**
 * The smallest true difference of two paired proportions that `n` examples would find.
 *
 * With `s` the share of examples on which the variants disagree, the difference `d` solves
 * `d sqrt(n) = z(1 - alpha/2) sqrt(s) + z(power) sqrt(s - d^2)`. "No loss was found" says no more
 * than "a loss above this would probably have been found", so the two belong side by side.
 *
 * Source: R. J. Connor, "Sample Size for Testing Differences in Proportions for the Paired-Sample
 * Design", Biometrics 43, 1987.
 *
 * @param n Examples, > 0.
 * @param discordantRate The share of examples that flip either way, in `[0, 1]`.
 * @returns A difference in `(0, discordantRate]`; `undefined` where even a flip of all of them to
 * one side would probably be missed.
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
  const { power = 0.8, alpha = 0.05 } = options;
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
  // Squared, the equation is quadratic in d; the larger root is the one of the unsquared form.
  const zAlpha = normalQuantile(1 - alpha / 2);
  const zPower = power === 0.5 ? 0 : normalQuantile(power);
  const a = n + zPower ** 2;
  const b = zAlpha * Math.sqrt(n * discordantRate);
  const c = (zAlpha ** 2 - zPower ** 2) * discordantRate;
  const root = b * b - a * c;
  if (root < 0) return undefined;
  const difference = (b + Math.sqrt(root)) / a;
  return difference > 0 && difference <= discordantRate ? difference : undefined;
}
