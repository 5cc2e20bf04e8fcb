import { assertPairs } from "./_checks.ts";
import { jackknifeSpread } from "./_jackknife.ts";
import { pearson, ranks } from "./_pearson.ts";
import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal_quantile.ts";
import { studentQuantile } from "./student_t.ts";

/** Options of {@linkcode correlation}. */
export interface CorrelationOptions {
  /**
   * The group of each point, such as the recipe of a variant. Scales and checkpoints of one recipe
   * go together, so that the groups and not the points are independent.
   */
  readonly groups?: readonly string[];
}

/** A correlation coefficient with its interval. */
export interface Coefficient {
  /** The coefficient, in `[-1, 1]`. */
  readonly r: number;
  /** The 95 % interval; with groups the wider ends of both. Left out where it cannot be taken. */
  readonly ci95?: Interval;
}

/** How two measures go together over the same points. */
export interface Correlation {
  /** Points. */
  readonly n: number;
  /** Groups; left out if none were given. */
  readonly groups?: number;
  /** How near they are to a line. */
  readonly pearson: Coefficient;
  /** How near they are to the same order (Spearman's rank correlation, ties share their rank). */
  readonly spearman: Coefficient;
}

/** With fewer points, or groups, there is no interval. */
const MIN_POINTS = 4;
const MIN_GROUPS = 3;

/**
 * The correlation of two gauges over variants, such as the change on general text with the change on
 * multiple choice.
 *
 * The interval is Fisher's, on `atanh(r)` with the variance `1 / (n - 3)`; for ranks Bonett and
 * Wright's `(1 + r^2 / 2) / (n - 3)`. It takes points for independent, and variants of one recipe are
 * not. With groups a second interval leaves out one group at a time (jackknife, Student's t on
 * `groups - 1`), and the wider ends of both are given; if it cannot be taken there is none. With a
 * dozen variants it is wide: that is what they say.
 *
 * Source: R. A. Fisher, Statistical Methods for Research Workers, 1925; D. G. Bonett and T. A.
 * Wright, "Sample Size Requirements for Estimating Pearson, Kendall and Spearman Correlations",
 * Psychometrika 65(1), 2000; B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapter 11.
 *
 * @param x One number a point, finite.
 * @param y As many, in the same order.
 * @returns `undefined` with fewer than two points, or where one measure does not vary.
 * @throws {RangeError} If the lengths differ or a value is not finite.
 *
 * @example Five variants in the same order leave nearly everything open
 * ```ts
 * import { correlation } from "./correlation.ts";
 * import assert from "node:assert/strict";
 *
 * const { spearman } = correlation([0.1, 0.2, 0.4, 0.5, 0.9], [-1, -3, -4, -5, -8])!;
 * assert.equal(spearman.r, -1);
 * assert.ok(spearman.ci95![1] > -0.3);
 * ```
 */
export function correlation(
  x: readonly number[],
  y: readonly number[],
  options: CorrelationOptions = {},
): Correlation | undefined {
  const { groups } = options;
  assertPairs(x, y);
  if (groups) assertPairs(x, groups);
  if (![...x, ...y].every(Number.isFinite)) {
    throw new RangeError("Cannot correlate values as each must be finite");
  }
  const line = pearson(x, y);
  const order = pearson(ranks(x), ranks(y));
  if (line === undefined || order === undefined) return undefined;
  return {
    n: x.length,
    ...(groups && { groups: new Set(groups).size }),
    pearson: withInterval(line, { x, y, groups, ranked: false }),
    spearman: withInterval(order, { x, y, groups, ranked: true }),
  };
}

/** What the interval of a coefficient is taken from. */
interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly groups: readonly string[] | undefined;
  readonly ranked: boolean;
}

function withInterval(r: number, points: Points): Coefficient {
  const n = points.x.length;
  const center = Math.atanh(inside(r, n, points.ranked));
  if (n < MIN_POINTS) return { r };
  const stderr = Math.sqrt((points.ranked ? 1 + r * r / 2 : 1) / (n - 3));
  let half = normalQuantile(0.975) * stderr;
  if (points.groups) {
    const grouped = groupedHalf(points, points.groups);
    if (grouped === undefined) return { r };
    half = Math.max(half, grouped);
  }
  return {
    r,
    ci95: [Math.min(r, Math.tanh(center - half)), Math.max(r, Math.tanh(center + half))],
  };
}

/** Half the width of the jackknife's interval on the scale of `atanh`. */
function groupedHalf(points: Points, groups: readonly string[]): number | undefined {
  const { x, y, ranked } = points;
  const spread = jackknifeSpread(groups, (kept) => {
    const pick = (values: readonly number[]): number[] => kept.map((i) => values[i]!);
    const order = (values: readonly number[]): number[] => ranked ? ranks(values) : [...values];
    const r = pearson(order(pick(x)), order(pick(y)));
    return r === undefined ? NaN : Math.atanh(inside(r, kept.length, ranked));
  });
  const count = new Set(groups).size;
  if (count < MIN_GROUPS || !Number.isFinite(spread)) return undefined;
  return studentQuantile(0.975, count - 1) * spread;
}

/**
 * A coefficient of exactly ±1 has no finite `atanh`. Ranks of a few points have it by luck, and are
 * taken to be half way to the next value that ranks of `n` points without ties can have.
 */
function inside(r: number, n: number, ranked: boolean): number {
  const most = ranked ? 1 - 6 / (n ** 3 - n) : 1 - 1e-12;
  return Math.max(-most, Math.min(most, r));
}
