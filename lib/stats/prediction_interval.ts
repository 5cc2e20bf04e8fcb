import type { Interval } from "./interval.ts";
import { studentQuantile } from "./student_t.ts";

/**
 * Where one more value would be expected, 95 times in 100: `mean ± t s sqrt(1 + 1 / k)`.
 *
 * It is what a single value is compared with, such as the first loss of a training with the last
 * ones: both sides are noisy. Against the interval of the mean a flat curve of noise would be said
 * to have fallen in 26 % of trainings, with 10 losses.
 *
 * Source: W. Q. Meeker, G. J. Hahn and L. A. Escobar, Statistical Intervals, 2nd edition, 2017,
 * section 4.4.
 *
 * @param values At least two, finite, of the same noise as the one to be compared.
 * @returns The interval; its width is 0 if all values are the same.
 * @throws {RangeError} If there are fewer than two values, or one is not finite.
 *
 * @example
 * ```ts
 * import { predictionInterval } from "./prediction_interval.ts";
 * import assert from "node:assert/strict";
 *
 * const [low, high] = predictionInterval([1.2, 0.9, 1.1, 1.0]);
 * assert.deepEqual([low.toFixed(2), high.toFixed(2)], ["0.59", "1.51"]);
 * ```
 */
export function predictionInterval(values: readonly number[]): Interval {
  const k = values.length;
  if (k < 2 || !values.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot predict a value as there must be at least two finite ones: current count is ${k}`,
    );
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / k;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = Math.sqrt(squares / (k - 1) * (1 + 1 / k));
  const half = studentQuantile(0.975, k - 1) * spread;
  return [mean - half, mean + half];
}
