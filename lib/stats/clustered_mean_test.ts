import assert from "node:assert/strict";
import { clusteredMean } from "./clustered_mean.ts";
import { pcg32 } from "./pcg32.ts";

Deno.test("clusteredMean() is the usual standard error when every value is its own cluster", () => {
  const values = [1, 0, 0, 1, 1, 0, 1, 1, 1, 0];
  const result = clusteredMean(values, values.map((_, i) => `${i}`));
  const mean = 0.6;
  const usual = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 9 / 10);
  assert.ok(Math.abs(result!.stderr - usual) < 1e-15);
  assert.equal(result!.clusters, 10);
});

Deno.test("clusteredMean() agrees with a slow twin that sums over all pairs of a cluster", () => {
  const random = pcg32(3);
  const clusters = Array.from({ length: 60 }, () => `db${Math.floor(random() * 7)}`);
  const values = clusters.map((name) => (random() < Number(name.slice(2)) / 7 ? 1 : 0));
  const mean = values.reduce<number>((sum, value) => sum + value, 0) / 60;
  // Miller 2024, equation 4: the usual variance plus the covariances within clusters.
  let sum = 0;
  for (let i = 0; i < 60; i++) {
    for (let j = 0; j < 60; j++) {
      if (clusters[i] === clusters[j]) sum += (values[i]! - mean) * (values[j]! - mean);
    }
  }
  const count = new Set(clusters).size;
  const twin = Math.sqrt(sum * count / (count - 1)) / 60;
  assert.ok(twin > 0.05);
  assert.ok(Math.abs(clusteredMean(values, clusters)!.stderr - twin) < 1e-14);
});

Deno.test("clusteredMean() covers the truth with 20 clusters, where independence does not", () => {
  const random = pcg32(11);
  const trials = 1000;
  let covered = 0;
  let coveredByPlain = 0;
  for (let trial = 0; trial < trials; trial++) {
    const values: number[] = [];
    const clusters: string[] = [];
    for (let cluster = 0; cluster < 20; cluster++) {
      // Each database is easy or hard: the true mean is 0.5, the spread 0.3.
      const share = random() < 0.5 ? 0.2 : 0.8;
      for (let i = 0; i < 20; i++) {
        values.push(random() < share ? 1 : 0);
        clusters.push(`${cluster}`);
      }
    }
    const { mean, ci95: [low, high] } = clusteredMean(values, clusters)!;
    if (low <= 0.5 && 0.5 <= high) covered++;
    if (Math.abs(mean - 0.5) <= 1.96 * Math.sqrt(mean * (1 - mean) / values.length)) {
      coveredByPlain++;
    }
  }
  assert.ok(covered / trials > 0.925 && covered / trials < 0.975, `coverage ${covered / trials}`);
  assert.ok(coveredByPlain / trials < 0.7, `plain coverage ${coveredByPlain / trials}`);
});

Deno.test("clusteredMean() says nothing about one cluster, and refuses uneven lengths", () => {
  assert.equal(clusteredMean([1, 0], ["a", "a"]), undefined);
  assert.equal(clusteredMean([], []), undefined);
  assert.throws(() => clusteredMean([1], ["a", "b"]), RangeError);
});

Deno.test("clusteredMean() says nothing where all clusters agree, rather than an interval of width 0", () => {
  assert.equal(clusteredMean([0, 0, 0], ["a", "b", "c"]), undefined);
  assert.equal(clusteredMean([1, 0, 0, 1, 0, 0], ["a", "a", "a", "b", "b", "b"]), undefined);
  assert.ok(clusteredMean([1, 0, 0, 1, 0, 1], ["a", "a", "a", "b", "b", "b"]));
});
