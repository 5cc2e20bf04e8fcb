import assert from "node:assert/strict";
import { assertNear } from "./testing/from_counts.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import { clusteredMean } from "./clustered_mean.ts";
import { pcg32 } from "./pcg32.ts";

const UNEQUAL = [40, 20, 12, 10, 8, 6, 4, 4];

Deno.test("clusterRobustMean() agrees with a slow twin in whole matrices", () => {
  const random = pcg32(5);
  for (const sizes of [[9, 4, 2, 1], [12, 1, 1, 1, 1], [3, 3, 3], UNEQUAL]) {
    const clusters = sizes.flatMap((size, g) => new Array<string>(size).fill(`${g}`));
    const values = clusters.map(() => Math.floor(3 * random()) - 1);
    const found = clusterRobustMean(values, clusters)!;
    const twin = slowClusterRobustMean(values, clusters);
    assertNear(found.stderr, twin.stderr, `${sizes}`);
    assertNear(found.degrees, twin.degrees, `${sizes}`);
  }
});

Deno.test("clusterRobustMean() is clusteredMean() where all clusters are of one size", () => {
  const random = pcg32(6);
  const clusters = Array.from({ length: 60 }, (_, i) => `db${i % 12}`);
  const values = clusters.map(() => (random() < 0.3 ? 1 : 0));
  const { ci95, ...plain } = clusteredMean(values, clusters)!;
  const robust = clusterRobustMean(values, clusters)!;
  assertNear(robust.stderr, plain.stderr);
  assertNear(robust.degrees, 11);
  ci95.forEach((end, i) => assertNear(robust.ci95![i]!, end));
});

Deno.test("clusterRobustMean() covers the truth with 8 unequal clusters, where clusteredMean() falls short", () => {
  const random = pcg32(7);
  const clusters = UNEQUAL.flatMap((size, g) => new Array<string>(size).fill(`${g}`));
  const trials = 1000;
  let covered = 0;
  let coveredByPlain = 0;
  const holds = ([low, high]: readonly number[] = []): number => Number(low! <= 0 && 0 <= high!);
  for (let trial = 0; trial < trials; trial++) {
    // Each database gains or loses by luck; over databases the mean change is 0.
    const shifts = UNEQUAL.map(() => 0.2 * random() - 0.1);
    const values = clusters.map((g) => {
      const draw = random() - shifts[Number(g)]!;
      return draw < 0.3 ? 1 : draw > 0.7 ? -1 : 0;
    });
    covered += holds(clusterRobustMean(values, clusters)!.ci95);
    coveredByPlain += holds(clusteredMean(values, clusters)!.ci95);
  }
  assert.ok(covered / trials > 0.94 && covered / trials < 0.975, `coverage ${covered / trials}`);
  assert.ok(coveredByPlain / trials < 0.93, `plain coverage ${coveredByPlain / trials}`);
});

Deno.test("clusterRobustMean() has no interval where all clusters agree, and nothing of one cluster", () => {
  const agreeing = clusterRobustMean([1, 0, 0, 0.1, 0.3, 0.6], [..."aaabbb"])!;
  assert.deepEqual([agreeing.stderr, agreeing.degrees, "ci95" in agreeing], [0, 1, false]);
  assert.equal(clusterRobustMean([0, 0], [..."ab"])!.stderr, 0);
  assert.equal(clusterRobustMean([1, 0], [..."aa"]), undefined);
  assert.equal(clusterRobustMean([], []), undefined);
  assert.throws(() => clusterRobustMean([1], []), /current lengths are 1 and 0/);
});

/**
 * The general formula for a regression on a constant: residuals of a cluster times
 * `(I - H_gg)^(-1/2)`, and the degrees of freedom of the quadratic form that comes out.
 */
function slowClusterRobustMean(
  values: readonly number[],
  clusters: readonly string[],
): { readonly stderr: number; readonly degrees: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const forms = [...new Set(clusters)].map((cluster) => {
    const inside = values.map((_, i) => (clusters[i] === cluster ? 1 : 0));
    // The row of ones times (I - H_gg)^(-1/2), by the binomial series; H_gg is 1/n everywhere.
    let term = inside.map((x) => x as number);
    const weights = [...term];
    for (let k = 1; k < 400; k++) {
      const shared = term.reduce((sum, x) => sum + x, 0) / n;
      term = inside.map((x) => x * shared * (2 * k - 1) / (2 * k));
      term.forEach((x, i) => {
        weights[i]! += x;
      });
    }
    // (I - H) times the weights: what the form takes of each value.
    const share = weights.reduce((sum, x) => sum + x, 0) / n;
    return { weights, form: weights.map((x) => (x - share) / n) };
  });
  const products = forms.map(({ form: a }) =>
    forms.map(({ form: b }) => a.reduce((sum, x, i) => sum + x * b[i]!, 0))
  );
  const trace = products.reduce((sum, row, g) => sum + row[g]!, 0);
  const squares = products.flat().reduce((sum, x) => sum + x * x, 0);
  const variance = forms.reduce(
    (sum, { weights }) =>
      sum + weights.reduce((part, w, i) => part + w * (values[i]! - mean), 0) ** 2,
    0,
  ) / n ** 2;
  return { stderr: Math.sqrt(variance), degrees: trace ** 2 / squares };
}
