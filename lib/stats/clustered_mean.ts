import { assertClusters } from "./_checks.ts";
import type { Interval } from "./interval.ts";
import { studentQuantile } from "./student_t.ts";

/** A mean whose uncertainty allows for values of one cluster going together. */
export interface ClusteredMean {
  /** How many clusters there are, >= 2. */
  readonly clusters: number;
  /** The plain mean over all values. */
  readonly mean: number;
  /** The clustered standard error. */
  readonly stderr: number;
  /** `mean ± t stderr` with Student's t on `clusters - 1` degrees of freedom. */
  readonly ci95: Interval;
}

/** Sums of squares below this are rounding errors of residuals that are all 0. */
const ROUNDING = 1e-18;

/**
 * The mean of values that come in clusters, such as questions over the same database, with the
 * standard error that takes clusters, not values, for independent.
 *
 * With `r` the sum of `value - mean` over a cluster and `G` clusters, the squared standard error is
 * `G / (G - 1) * sum(r^2) / n^2`. If each value is its own cluster it is the usual one.
 *
 * Source: E. Miller, "Adding Error Bars to Evals: A Statistical Approach to Language Model
 * Evaluations", arXiv:2411.00640, 2024, section 2.2. We differ on purpose in the factor
 * `G / (G - 1)` and in Student's t where the paper takes 1.96: with 20 databases the plain form
 * is too narrow.
 *
 * @param values One number a trial, 0 or 1 for scores, -1, 0 or 1 for differences.
 * @param clusters The cluster of each trial, as long as `values`.
 * @returns `undefined` if there are fewer than two clusters or all agree to rounding: they tell
 * nothing of their spread, and an interval of width 0 would look like certainty.
 * @throws {RangeError} If the lengths differ.
 *
 * @example Two databases, each all right or all wrong, are two observations and not eight
 * ```ts
 * import { clusteredMean } from "./clustered_mean.ts";
 * import assert from "node:assert/strict";
 *
 * const result = clusteredMean([1, 1, 1, 1, 0, 0, 0, 0], [..."aaaabbbb"]);
 * assert.equal(result?.mean, 0.5);
 * assert.equal(result?.stderr, 0.5);
 * ```
 */
export function clusteredMean(
  values: readonly number[],
  clusters: readonly string[],
): ClusteredMean | undefined {
  const n = values.length;
  assertClusters(n, clusters);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const residuals = new Map<string, number>();
  clusters.forEach((cluster, i) => {
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + values[i]! - mean);
  });
  const count = residuals.size;
  if (count < 2) return undefined;
  let squares = 0;
  for (const residual of residuals.values()) squares += residual * residual;
  if (squares < ROUNDING) return undefined;
  const stderr = Math.sqrt(count / (count - 1) * squares) / n;
  const half = studentQuantile(0.975, count - 1) * stderr;
  return { clusters: count, mean, stderr, ci95: [mean - half, mean + half] };
}
