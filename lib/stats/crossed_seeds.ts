import { assertClusters } from "./_checks.ts";
import { meanOf } from "./_mean.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import type { MeanEvidence, Spread, SpreadOfClusters } from "./evidence.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import type { Interval } from "./interval.ts";
import type { EvidenceOptions } from "./score_evidence.ts";

/** With fewer seeds than this nothing is said of a recipe, only of its adapters. */
export const MIN_SEEDS_OF_A_RECIPE = 5;

/**
 * Variances that differ by less than this share are equal: two seeds that differ in one answer have
 * equal mean squares of seeds and of the rest, and the last bits must not choose the degrees.
 */
const ROUNDING = 1e-9;

/** The mean change of a recipe over training seeds and items, with both as random effects. */
export interface CrossedSeeds {
  /** Training runs that differ in their seed only, >= 2. */
  readonly seeds: number;
  /** Examples, each answered by every one of them. */
  readonly items: number;
  /** The mean change over seeds and items. */
  readonly mean: number;
  /** The mean square of seeds, of items and of what is left. */
  readonly meanSquares: { readonly seed: number; readonly item: number; readonly rest: number };
  /** The variance between seeds, cut at 0. */
  readonly varSeed: number;
  /** The variance between items, cut at 0. */
  readonly varItem: number;
  /** The unbiased variance of `mean`; by chance it may be below 0. */
  readonly varMean: number;
  /** Satterthwaite's degrees of freedom of `varMean`. */
  readonly degrees: number;
  /** A variance of `mean` that is never too small on average: items plus the spread of seed means. */
  readonly varConservative: number;
  /** Both spreads of `mean`, for `verdict`. Neither is below that of the items alone. */
  readonly evidence: MeanEvidence;
  /** The wider ends of both 95 % intervals; left out where nothing varies. */
  readonly ci95?: Interval;
  /** Whether there are the 5 seeds that a sentence about the recipe needs. */
  readonly speaksOfRecipe: boolean;
}

/**
 * What a recipe changes, over training seeds and items at once: the interval of one run is of that
 * adapter, and training again gives another one.
 *
 * With `d[s][i]` the change of seed `s` on item `i`, `S` seeds and `n` items, the variance of the
 * mean is `(MS_seed + MS_item - MS_rest) / (S n)`, at least `MS_item / (S n)`. With clusters of items
 * `MS_item / (S n)` becomes the CR2 variance of the changes averaged over seeds. The degrees are
 * Satterthwaite's; where the floor holds, those of the items.
 *
 * Source: S. R. Searle, G. Casella and C. E. McCulloch, Variance Components, 1992, chapter 4 (two-way
 * crossed, one observation a cell); F. E. Satterthwaite, Biometrics Bulletin 2(6), 1946. A. B. Owen,
 * "The pigeonhole bootstrap", Annals of Applied Statistics 1(2), 2007, on why not to resample both.
 *
 * @param changes `[seeds, items]`: `tuned - base`, such as -1, 0 or 1; items in the same order.
 * @param options `clusters`: of each item.
 * @throws {RangeError} If there are fewer than two seeds or items, or the rows differ in length.
 *
 * @example Seeds that disagree by far leave a wide interval
 * ```ts
 * import { crossedSeeds } from "./crossed_seeds.ts";
 * import assert from "node:assert/strict";
 *
 * const items = Array.from({ length: 20 }, (_, i) => i);
 * const changes = [0, 4, 8, 12].map((lost) => items.map((i) => (i < lost ? -1 : 0)));
 * const { mean, ci95, speaksOfRecipe } = crossedSeeds(changes);
 * assert.equal(mean.toFixed(2), "-0.30");
 * assert.ok(ci95![0] < -0.6 && ci95![1] > 0);
 * assert.equal(speaksOfRecipe, false);
 * ```
 */
export function crossedSeeds(
  changes: readonly (readonly number[])[],
  options: EvidenceOptions = {},
): CrossedSeeds {
  const seeds = changes.length;
  const items = changes[0]?.length ?? 0;
  if (seeds < 2 || items < 2 || changes.some((row) => row.length !== items)) {
    throw new RangeError(
      `Cannot cross seeds with items as both must be at least 2, each seed with all items: ` +
        `current lengths are ${changes.map((row) => row.length).join(", ")}`,
    );
  }
  if (options.clusters) assertClusters(items, options.clusters);
  const seedMeans = changes.map(meanOf);
  const itemMeans = changes[0]!.map((_, i) => meanOf(changes.map((row) => row[i]!)));
  const mean = meanOf(seedMeans);
  const squares = meanSquares(changes, { seedMeans, itemMeans, mean });
  const cells = seeds * items;
  const parts = [
    { variance: squares.seed / cells, degrees: seeds - 1 },
    { variance: -squares.rest / cells, degrees: (seeds - 1) * (items - 1) },
  ];
  const itemPart = { variance: squares.item / cells, degrees: items - 1 };
  const { varMean, degrees } = satterthwaite([...parts, itemPart]);
  const plain = floored(parts, itemPart);
  const clustered = options.clusters ? clusteredSpread(itemMeans, options.clusters, parts) : {
    ...plain,
    clusters: items,
  };
  const evidence: MeanEvidence = {
    kind: "mean",
    n: items,
    difference: mean,
    better: "higher",
    plain,
    ...(clustered && { clustered }),
  };
  const { wider } = evidenceIntervals(evidence);
  return {
    seeds,
    items,
    mean,
    meanSquares: squares,
    varSeed: Math.max(0, (squares.seed - squares.rest) / items),
    varItem: Math.max(0, (squares.item - squares.rest) / seeds),
    varMean,
    degrees,
    varConservative: (squares.item + squares.seed) / cells,
    evidence,
    ...(wider && { ci95: wider }),
    speaksOfRecipe: seeds >= MIN_SEEDS_OF_A_RECIPE,
  };
}

/** A part of a variance with the degrees of freedom that it was estimated on. */
interface VariancePart {
  readonly variance: number;
  readonly degrees: number;
}

function meanSquares(
  changes: readonly (readonly number[])[],
  means: { readonly seedMeans: number[]; readonly itemMeans: number[]; readonly mean: number },
): CrossedSeeds["meanSquares"] {
  const { seedMeans, itemMeans, mean } = means;
  const seeds = seedMeans.length;
  const items = itemMeans.length;
  let rest = 0;
  changes.forEach((row, s) =>
    row.forEach((value, i) => {
      rest += (value - seedMeans[s]! - itemMeans[i]! + mean) ** 2;
    })
  );
  return {
    seed: items * sumOfSquares(seedMeans, mean) / (seeds - 1),
    item: seeds * sumOfSquares(itemMeans, mean) / (items - 1),
    rest: rest / ((seeds - 1) * (items - 1)),
  };
}

/** The parts' sum and the degrees of freedom of a chi-square with the same two moments. */
function satterthwaite(
  parts: readonly VariancePart[],
): { readonly varMean: number; readonly degrees: number } {
  const varMean = parts.reduce((sum, { variance }) => sum + variance, 0);
  const spread = parts.reduce((sum, { variance, degrees }) => sum + variance ** 2 / degrees, 0);
  return { varMean, degrees: spread === 0 ? parts[0]!.degrees : varMean ** 2 / spread };
}

function floored(parts: readonly VariancePart[], itemPart: VariancePart): Spread {
  const { varMean, degrees } = satterthwaite([...parts, itemPart]);
  return varMean > itemPart.variance * (1 + ROUNDING)
    ? { stderr: Math.sqrt(varMean), degrees }
    : { stderr: Math.sqrt(itemPart.variance), degrees: itemPart.degrees };
}

function clusteredSpread(
  itemMeans: readonly number[],
  clusters: readonly string[],
  parts: readonly VariancePart[],
): SpreadOfClusters | undefined {
  const found = clusterRobustMean(itemMeans, clusters);
  if (!found) return undefined;
  const itemPart = { variance: found.stderr ** 2, degrees: found.degrees };
  return { clusters: found.clusters, ...floored(parts, itemPart) };
}

function sumOfSquares(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
