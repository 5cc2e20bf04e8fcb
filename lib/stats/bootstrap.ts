import type { Interval } from "./interval.ts";
import { pcg32 } from "./pcg32.ts";

/** Options of {@linkcode bootstrap}. */
export interface BootstrapOptions {
  /** The seed of the resampling: the same seed gives the same interval. */
  readonly seed: number;
  /** How many times to resample, 2000 by default. */
  readonly resamples?: number;
  /** The cluster of each example; if given, whole clusters are drawn. */
  readonly clusters?: readonly string[];
}

/** What {@linkcode bootstrap} found. */
export interface BootstrapResult {
  /** The statistic on the examples as they are. */
  readonly estimate: number;
  /** The standard deviation of the statistic over the resamples. */
  readonly stderr: number;
  /** The 2.5 % and 97.5 % quantiles of the statistic over the resamples. */
  readonly ci95: Interval;
}

/**
 * The percentile bootstrap of any statistic of `n` examples.
 *
 * The statistic is given the positions of the drawn examples, so that it may look at the scores of
 * several variants at once: pairs stay together because positions are drawn, not scores.
 *
 * Source: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 8
 * (clusters).
 *
 * @param n How many examples there are, > 0.
 * @param statistic A number from a list of positions in `[0, n)`, which may repeat.
 * @throws {RangeError} If `n` or `resamples` is not an integer > 0, or there is not one cluster an
 * example.
 *
 * @example A paired difference
 * ```ts
 * import { bootstrap } from "./bootstrap.ts";
 * import assert from "node:assert/strict";
 *
 * const changes = [1, 1, 0, 0, 1, -1, 1, 0, 0, 1];
 * const mean = (positions: readonly number[]): number =>
 *   positions.reduce((sum, i) => sum + changes[i]!, 0) / positions.length;
 * const { estimate, ci95 } = bootstrap(10, mean, { seed: 42 });
 * assert.equal(estimate, 0.4);
 * assert.ok(ci95[0] < 0.4 && 0.4 < ci95[1]);
 * ```
 */
export function bootstrap(
  n: number,
  statistic: (positions: readonly number[]) => number,
  options: BootstrapOptions,
): BootstrapResult {
  const { seed, resamples = 2000, clusters } = options;
  for (const [name, value] of [["n", n], ["resamples", resamples]] as const) {
    if (!Number.isSafeInteger(value) || value <= 0) {
      throw new RangeError(
        `Cannot bootstrap as ${name} must be an integer > 0: current value is ${value}`,
      );
    }
  }
  if (clusters !== undefined && clusters.length !== n) {
    throw new RangeError(
      `Cannot bootstrap as each of ${n} examples needs one cluster: current length is ${clusters.length}`,
    );
  }
  const random = pcg32(seed);
  const groups = groupPositions(n, clusters);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const drawn: number[] = [];
    for (let i = 0; i < groups.length; i++) {
      for (const position of groups[Math.floor(random() * groups.length)]!) drawn.push(position);
    }
    values.push(statistic(drawn));
  }
  values.sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / resamples;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    estimate: statistic(Array.from({ length: n }, (_, i) => i)),
    stderr: Math.sqrt(squares / Math.max(1, resamples - 1)),
    ci95: [quantile(values, 0.025), quantile(values, 0.975)],
  };
}

/** The positions of each cluster; without clusters every example is its own. */
function groupPositions(n: number, clusters: readonly string[] | undefined): number[][] {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < n; i++) {
    const key = clusters?.[i] ?? `${i}`;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()];
}

/** The quantile of a sorted list, linear between its neighbours (R's type 7). */
function quantile(sorted: readonly number[], p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}
