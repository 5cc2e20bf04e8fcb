import assert from "node:assert/strict";
import { pairedPower } from "./_paired_power.ts";
import { smallestDetectableDifference } from "./smallest_detectable_difference.ts";

Deno.test("smallestDetectableDifference() is found by McNemar's test about 8 times in 10", () => {
  for (const [n, rate] of [[96, 0.3], [150, 0.2], [400, 0.1], [1034, 0.15]] as const) {
    const difference = smallestDetectableDifference(n, rate)!;
    const power = pairedPower(n, rate, difference, "tango");
    assert.ok(Math.abs(power - 0.8) < 0.04, `n ${n}, rate ${rate}: power ${power}`);
    const below = pairedPower(n, rate, 0.9 * difference, "exact");
    assert.ok(below > 0.6, `at 0.9 of it the loss is still found in ${below}`);
  }
});

Deno.test("smallestDetectableDifference() solves its own equation, or no difference does", () => {
  const z = { 0.05: 1.959963984540054, 0.01: 2.5758293035489 };
  const zPower = { 0.5: 0, 0.8: 0.8416212335729142, 0.9: 1.2815515655446 };
  let solved = 0;
  for (const n of [1, 3, 5, 20, 50, 150, 1034]) {
    for (let s = 0.02; s <= 1; s += 0.07) {
      for (const alpha of [0.05, 0.01] as const) {
        for (const power of [0.5, 0.8, 0.9] as const) {
          const d = smallestDetectableDifference(n, s, { power, alpha });
          const distance = (x: number): number =>
            x * Math.sqrt(n) - z[alpha] * Math.sqrt(s) -
            zPower[power] * Math.sqrt(Math.max(0, s - x * x));
          // The distance grows with d, so that it has a root up to s exactly if it is > 0 there.
          assert.equal(d !== undefined, distance(s) >= 0, `n ${n}, s ${s}, ${alpha}, ${power}`);
          if (d !== undefined) assert.ok(Math.abs(distance(d)) < 1e-9);
          solved += Number(d !== undefined);
        }
      }
    }
  }
  assert.ok(solved > 100);
});

Deno.test("smallestDetectableDifference() falls with n and is undefined where flips are too few", () => {
  assert.ok(
    smallestDetectableDifference(600, 0.2)! < smallestDetectableDifference(150, 0.2)! / 1.8,
  );
  assert.equal(smallestDetectableDifference(150, 0), undefined);
  assert.equal(smallestDetectableDifference(150, 0.01), undefined);
});

Deno.test("smallestDetectableDifference() of clusters is that of fewer examples", () => {
  const clustered = smallestDetectableDifference(300, 0.2, { designEffect: 2 });
  assert.equal(clustered, smallestDetectableDifference(150, 0.2));
});

Deno.test("smallestDetectableDifference() refuses inputs out of range", () => {
  assert.throws(() => smallestDetectableDifference(0, 0.1), RangeError);
  assert.throws(() => smallestDetectableDifference(10, 1.5), RangeError);
  assert.throws(() => smallestDetectableDifference(10, 0.1, { power: 1 }), RangeError);
  assert.throws(() => smallestDetectableDifference(10, 0.1, { designEffect: 0.9 }), RangeError);
});
