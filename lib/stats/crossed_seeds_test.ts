import assert from "node:assert/strict";
import { assertNear } from "./testing/from_counts.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import { crossedSeeds } from "./crossed_seeds.ts";
import { pcg32 } from "./pcg32.ts";
import { verdict } from "./verdict.ts";

Deno.test("crossedSeeds() agrees with a slow twin of covariances and tetrads", () => {
  const random = pcg32(2);
  for (const [seeds, items] of [[2, 7], [3, 12], [5, 9]] as const) {
    const changes = rows(seeds, items, () => Math.floor(3 * random()) - 1);
    assertNear(crossedSeeds(changes).varMean, slowVariance(changes), `${seeds} x ${items}`);
  }
});

Deno.test("crossedSeeds() with clusters takes their variance for that of the items", () => {
  const random = pcg32(8);
  const clusters = Array.from({ length: 40 }, (_, i) => `db${Math.floor(i / 8)}`);
  const lift = rows(5, 1, () => random() < 0.5 ? 0 : 1).flat();
  const changes = rows(5, 40, (s, i) => (random() < 0.2 + 0.1 * (i % 8) ? lift[s]! : 0));
  const { evidence, meanSquares, mean } = crossedSeeds(changes, { clusters });
  const itemMeans = clusters.map((_, i) => changes.reduce((sum, row) => sum + row[i]! / 5, 0));
  const items = clusterRobustMean(itemMeans, clusters)!;
  const variance = (meanSquares.seed - meanSquares.rest) / 200 + items.stderr ** 2;
  assertNear(evidence.clustered!.stderr ** 2, variance);
  assertNear(mean, items.mean);
  assert.ok(evidence.clustered!.degrees < 5);
});

Deno.test("crossedSeeds() covers the recipe's effect with 5 seeds, where one seed's interval does not", () => {
  const random = pcg32(12);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const trials = 600;
  let covered = 0;
  let coveredByOne = 0;
  for (let trial = 0; trial < trials; trial++) {
    const ofItem = Array.from({ length: 100 }, () => 0.2 * normal());
    const ofSeed = Array.from({ length: 5 }, () => 0.05 * normal());
    const changes = rows(5, 100, (s, i) => ofSeed[s]! + ofItem[i]! + 0.25 * normal());
    const { ci95 } = crossedSeeds(changes);
    if (ci95![0] <= 0 && 0 <= ci95![1]) covered++;
    const one = clusterRobustMean(changes[0]!, ofItem.map((_, i) => `${i}`))!.ci95!;
    if (one[0] <= 0 && 0 <= one[1]) coveredByOne++;
  }
  assert.ok(covered / trials > 0.93 && covered / trials < 0.985, `coverage ${covered / trials}`);
  assert.ok(coveredByOne / trials < 0.8, `coverage of one seed ${coveredByOne / trials}`);
});

Deno.test("crossedSeeds() goes into verdict(), and speaks of a recipe from 5 seeds on", () => {
  const lost = (seeds: number): readonly number[][] =>
    rows(seeds, 60, (s, i) => (i % 5 === 0 || i === s ? -1 : 0));
  const four = crossedSeeds(lost(4));
  const five = crossedSeeds(lost(5));
  assert.deepEqual([four.speaksOfRecipe, five.speaksOfRecipe], [false, true]);
  assert.equal(verdict(five.evidence).outcome, "loss");
  assert.deepEqual(verdict(five.evidence).ci95, five.ci95);
});

Deno.test("crossedSeeds() has no interval where nothing varies, and refuses one seed or ragged rows", () => {
  assert.equal(crossedSeeds(rows(5, 10, () => 0)).ci95, undefined);
  assert.throws(() => crossedSeeds([[1, 0]]), /current lengths are 2/);
  assert.throws(() => crossedSeeds([[1, 0], [1]]), /current lengths are 2, 1/);
  assert.throws(() => crossedSeeds([]), RangeError);
  assert.throws(() => crossedSeeds([[1, 0], [0, 1]], { clusters: ["a"] }), RangeError);
});

function rows(
  seeds: number,
  items: number,
  value: (seed: number, item: number) => number,
): number[][] {
  return Array.from(
    { length: seeds },
    (_, s) => Array.from({ length: items }, (_, i) => value(s, i)),
  );
}

/**
 * The three variances by what they mean: how two seeds go together over items, how two items go
 * together over seeds, and what is left in every two by two.
 */
function slowVariance(changes: readonly (readonly number[])[]): number {
  const seeds = changes.length;
  const items = changes[0]!.length;
  const columns = changes[0]!.map((_, i) => changes.map((row) => row[i]!));
  const ofItems = mean(pairs(seeds).map(([s, u]) => covariance(changes[s]!, changes[u]!)));
  const ofSeeds = mean(pairs(items).map(([i, j]) => covariance(columns[i]!, columns[j]!)));
  const rest = mean(
    pairs(seeds).flatMap(([s, u]) =>
      pairs(items).map(([i, j]) =>
        (changes[s]![i]! - changes[s]![j]! - changes[u]![i]! + changes[u]![j]!) ** 2 / 4
      )
    ),
  );
  return ofSeeds / seeds + ofItems / items + rest / (seeds * items);
}

function pairs(n: number): [number, number][] {
  return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
    Array.from({ length: n - i - 1 }, (_, k): [number, number] => [i, i + k + 1])
  );
}

function covariance(x: readonly number[], y: readonly number[]): number {
  const products = x.map((value, i) => (value - mean(x)) * (y[i]! - mean(y)));
  return products.reduce((sum, value) => sum + value, 0) / (x.length - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("crossedSeeds() takes the items' degrees where two seeds differ in one answer, whatever the rounding", () => {
  for (let n = 5; n < 120; n++) {
    const first = Array.from({ length: n }, (_, i) => i % 3 === 0 ? 1 : 0);
    const second = first.map((change, i) => i === 1 ? 1 : change);
    const { evidence, ci95, meanSquares } = crossedSeeds([first, second]);
    assert.ok(Math.abs(meanSquares.seed - meanSquares.rest) < 1e-12);
    assert.equal(evidence.plain.degrees, n - 1);
    assert.ok(ci95![1] - ci95![0] < 2, `${n}: ${ci95}`);
  }
});
