import assert from "node:assert/strict";
import fc from "fast-check";
import { assertNear } from "./testing/from_counts.ts";
import { ranks } from "./_pearson.ts";
import { correlation } from "./correlation.ts";
import { pcg32 } from "./pcg32.ts";

const X = [0.1, 0.25, 0.2, 0.5, 0.9, 0.4, 0.35, 0.8];
const Y = [-1, -3, -2.5, -4, -8, -4, -2, -5];

Deno.test("correlation() agrees with scipy", () => {
  // scipy 1.17.1: pearsonr(X, Y), its confidence_interval(), spearmanr(X, Y).
  const { n, pearson, spearman } = correlation(X, Y)!;
  assert.equal(n, 8);
  assertNear(pearson.r, -0.9217928062418655);
  assertNear(pearson.ci95![0], -0.9859982859689499);
  assertNear(pearson.ci95![1], -0.6195679351342177);
  assertNear(spearman.r, -0.9221722216732094);
  // Bonett and Wright's is wider than Fisher's.
  assert.ok(spearman.ci95![1] > pearson.ci95![1]);
});

Deno.test("correlation() ranks as a slow twin that counts who is below", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 })), (values) => {
      const slow = values.map((value) =>
        values.filter((other) => other < value).length +
        (values.filter((other) => other === value).length + 1) / 2
      );
      assert.deepEqual(ranks(values), slow);
    }),
    { seed: 1 },
  );
});

Deno.test("correlation() covers the truth with 15 points, and with recipes of five scales only by groups", () => {
  const random = pcg32(6);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  // Two gauges of a recipe go together by 0.6, and all scales of a recipe with each other.
  const coverage = (shared: number): { readonly points: number; readonly groups: number } => {
    const covered = { points: 0, groups: 0 };
    const trials = 500;
    for (let trial = 0; trial < trials; trial++) {
      const x: number[] = [];
      const y: number[] = [];
      const groups: string[] = [];
      let recipe = [0, 0];
      for (let i = 0; i < 15; i++) {
        if (i % 3 === 0) recipe = pair(normal);
        const own = pair(normal);
        x.push(shared * recipe[0]! + Math.sqrt(1 - shared ** 2) * own[0]!);
        y.push(shared * recipe[1]! + Math.sqrt(1 - shared ** 2) * own[1]!);
        groups.push(`recipe ${Math.floor(i / 3)}`);
      }
      const holds = ([low, high]: readonly number[]): number => Number(low! <= 0.6 && 0.6 <= high!);
      covered.points += holds(correlation(x, y)!.pearson.ci95!) / trials;
      covered.groups += holds(correlation(x, y, { groups })!.pearson.ci95!) / trials;
    }
    return covered;
  };
  const apart = coverage(0);
  assert.ok(apart.points > 0.93 && apart.points < 0.975, `points apart: ${apart.points}`);
  const together = coverage(0.95);
  assert.ok(together.points < 0.85, `points together: ${together.points}`);
  assert.ok(together.groups > 0.92, `groups: ${together.groups}`);
});

Deno.test("correlation() has no interval of few points or groups, and nothing without variation", () => {
  const few = correlation([1, 2, 3], [1, 3, 2])!;
  assert.deepEqual([few.n, few.pearson.ci95, few.spearman.ci95], [3, undefined, undefined]);
  const two = correlation(X, Y, { groups: [..."aaaabbbb"] })!;
  assert.deepEqual([two.groups, two.pearson.ci95, two.spearman.ci95], [2, undefined, undefined]);
  assert.equal(correlation([1, 1, 1], [1, 2, 3]), undefined);
  assert.equal(correlation([1], [1]), undefined);
  // Without one of the groups, nothing varies.
  const one = correlation([0, 0, 0, 1], [0, 0, 0, 1], { groups: [..."abcd"] })!;
  assert.equal(one.pearson.ci95, undefined);
  assert.throws(() => correlation([1, 2], [1]), RangeError);
  assert.throws(() => correlation([1, NaN], [1, 2]), RangeError);
  assert.throws(() => correlation(X, Y, { groups: ["a"] }), RangeError);
});

function pair(normal: () => number): [number, number] {
  const first = normal();
  return [first, 0.6 * first + 0.8 * normal()];
}
