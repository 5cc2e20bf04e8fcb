import assert from "node:assert/strict";
import { forEachDiscordance } from "./_paired_exact.ts";
import { smallestDetectableDifference } from "./smallest_detectable_difference.ts";

Deno.test("smallestDetectableDifference() is found by McNemar's test about 8 times in 10", () => {
  for (const [n, rate] of [[96, 0.3], [150, 0.2], [400, 0.1], [1034, 0.15]] as const) {
    const difference = smallestDetectableDifference(n, rate)!;
    const truth = { both: 0, gained: (rate - difference) / 2, lost: (rate + difference) / 2 };
    let power = 0;
    forEachDiscordance(n, truth, (gained, lost, probability) => {
      if ((lost - gained) / Math.sqrt(Math.max(1, gained + lost)) > 1.959964) power += probability;
    });
    assert.ok(Math.abs(power - 0.8) < 0.03, `n ${n}, rate ${rate}: power ${power}`);
  }
});

Deno.test("smallestDetectableDifference() solves its own equation", () => {
  const d = smallestDetectableDifference(150, 0.2, { power: 0.9, alpha: 0.01 })!;
  const right = 2.5758293035489 * Math.sqrt(0.2) + 1.2815515655446 * Math.sqrt(0.2 - d * d);
  assert.ok(Math.abs(d * Math.sqrt(150) - right) < 1e-9);
});

Deno.test("smallestDetectableDifference() falls with n and is undefined where flips are too few", () => {
  assert.ok(
    smallestDetectableDifference(600, 0.2)! < smallestDetectableDifference(150, 0.2)! / 1.8,
  );
  assert.equal(smallestDetectableDifference(150, 0), undefined);
  assert.equal(smallestDetectableDifference(150, 0.01), undefined);
});

Deno.test("smallestDetectableDifference() refuses inputs out of range", () => {
  assert.throws(() => smallestDetectableDifference(0, 0.1), RangeError);
  assert.throws(() => smallestDetectableDifference(10, 1.5), RangeError);
  assert.throws(() => smallestDetectableDifference(10, 0.1, { power: 1 }), RangeError);
});
