import assert from "node:assert/strict";
import { answersOf, assertNear } from "./testing/from_counts.ts";
import { changeAboveChance } from "./change_above_chance.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import { differenceInterval } from "./difference_interval.ts";
import { pairedDifference } from "./testing/paired_difference.ts";
import { pcg32 } from "./pcg32.ts";
import { percentageChange } from "./percentage_change.ts";
import { studentQuantile } from "./student_t.ts";

const RANDOM = pcg32(21);
const CLUSTERS = Array.from({ length: 240 }, (_, i) => `subject ${Math.floor(Math.sqrt(i))}`);
const BASE = CLUSTERS.map(() => RANDOM() < 0.6);
const TUNED = BASE.map((right) => (RANDOM() < 0.15 ? RANDOM() < 0.3 : right));

Deno.test("changeAboveChance() and percentageChange() hold just the ratios that a slow twin does not reject", () => {
  for (const shift of [0.25, 0]) {
    const above = changeAboveChance(BASE, TUNED, { clusters: CLUSTERS });
    const raw = percentageChange(BASE, TUNED, { clusters: CLUSTERS })!;
    const clustered = shift === 0 ? raw.clusteredCi95! : above.clusteredCi95!;
    const single = BASE.map((_, i) => `${i}`);
    const intervals = shift === 0
      ? [[clustered, CLUSTERS]] as const
      : [[clustered, CLUSTERS], [above.ci95!, single]] as const;
    for (const [[low, high], clusters] of intervals) {
      for (const end of [low, high]) {
        const ratio = end + 1;
        assert.ok(Math.abs(slowStatistic(ratio, shift, clusters)) < 1.0001, `${shift}: ${end}`);
        const out = end + (end === low ? -0.02 : 0.02) + 1;
        assert.ok(Math.abs(slowStatistic(out, shift, clusters)) > 1, `${shift}: beyond ${end}`);
      }
    }
  }
});

Deno.test("percentageChange() with clusters excludes 0 exactly where the paired difference does", () => {
  const random = pcg32(5);
  let excluded = 0;
  for (let trial = 0; trial < 60; trial++) {
    const clusters = Array.from({ length: 80 }, (_, i) => `db${i % 7}`);
    const base = clusters.map(() => random() < 0.5);
    const tuned = base.map((right) => (random() < 0.2 ? random() < 0.2 : right));
    const change = percentageChange(base, tuned, { clusters })!.clusteredCi95!;
    const { ci95 } = pairedDifference(base, tuned, { clusters }).clustered!;
    assert.equal(change[0] > 0, ci95[0] > 0);
    assert.equal(change[1] < 0, ci95[1] < 0);
    excluded += Number(change[1] < 0);
  }
  assert.ok(excluded > 10 && excluded < 50);
});

Deno.test("changeAboveChance() is unbounded, and not 0, where the base is not shown to be above chance", () => {
  const { base, tuned } = answersOf({ n: 150, both: 33, gained: 4, lost: 13 });
  const found = changeAboveChance(base, tuned);
  assert.equal(found.ci95, null);
  assert.ok(found.change! < 0);
  // The points do not need a base above chance.
  assertNear(found.points, -9 / 150 / 0.75);
  assert.ok(found.pointsCi95![0] < found.points && found.points < found.pointsCi95![1]);
  const below = changeAboveChance(tuned.map((right, i) => right && i % 2 === 0), base);
  assert.deepEqual([below.ci95, "change" in below], [null, false]);
});

Deno.test("changeAboveChance() of the same answers twice has the width that their number leaves", () => {
  const { ci95, clusteredCi95, change } = changeAboveChance(BASE, BASE, { clusters: CLUSTERS });
  assert.equal(change, 0);
  assert.ok(ci95![0] < -0.02 && ci95![1] > 0.02);
  assert.ok(clusteredCi95![0] < ci95![0] && clusteredCi95![1] > ci95![1]);
  const raw = percentageChange(BASE, BASE, { clusters: CLUSTERS })!;
  assert.ok(raw.clusteredCi95![0] < raw.ci95[0] && raw.clusteredCi95![1] > raw.ci95[1]);
});

Deno.test("changeAboveChance() and percentageChange() leave the clustered interval out with one cluster", () => {
  const one = { clusters: BASE.map(() => "a") };
  assert.equal("clusteredCi95" in changeAboveChance(BASE, TUNED, one), false);
  assert.equal("clusteredCi95" in percentageChange(BASE, TUNED, one)!, false);
  assert.equal("clusteredCi95" in percentageChange(BASE, TUNED)!, false);
  assert.throws(() => changeAboveChance(BASE, TUNED, { clusters: ["a"] }), RangeError);
  assert.throws(() => changeAboveChance(BASE, TUNED, { chance: 1 }), RangeError);
  assert.throws(() => changeAboveChance([], []), RangeError);
});

/** How far `tuned - shift - ratio (base - shift)` is from 0, in units of its critical value. */
function slowStatistic(ratio: number, shift: number, clusters: readonly string[]): number {
  const values = BASE.map((right, i) => Number(TUNED[i]) - shift - ratio * (Number(right) - shift));
  const { mean, stderr, degrees } = clusterRobustMean(values, clusters)!;
  // Fieller's plain form takes the variance with n and the normal quantile.
  if (new Set(clusters).size === values.length) {
    return mean / (1.959963984540054 * stderr * Math.sqrt(1 - 1 / values.length));
  }
  return mean / (studentQuantile(0.975, degrees) * stderr);
}

Deno.test("changeAboveChance() has no interval of width 0 where every answer changed", () => {
  const base = new Array<boolean>(6).fill(true);
  // the ends of these shares are apart by the rounding of a square root
  for (const chance of [0.24166666666666667, 0.25, 1 / 3]) {
    const { ci95 } = changeAboveChance(base, base.map((right) => !right), { chance });
    const [low, high] = differenceInterval({ n: 6, gained: 0, lost: 6 });
    assert.ok(Math.abs(ci95![0] - low / (1 - chance)) < 1e-9);
    assert.ok(Math.abs(ci95![1] - high / (1 - chance)) < 1e-9);
  }
});
