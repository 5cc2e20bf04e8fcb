import assert from "node:assert/strict";
import { ciede2000, seenLab } from "./colour_sight.ts";

Deno.test("ciede2000() gives the distances of the paper's test data", () => {
  // Sharma, Wu and Dalal, table 1: pairs with hues all round
  const cases = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.001], 7.1792],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[50, 2.5, 0], [61, -5, 29], 22.8977],
    [[50, 2.5, 0], [56, -27, -3], 31.9030],
    [[50, 2.5, 0], [58, 24, 15], 19.4535],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082],
  ] as const;
  for (const [one, other, expected] of cases) {
    assert.equal(ciede2000(one, other).toFixed(4), expected.toFixed(4));
    assert.equal(ciede2000(other, one).toFixed(4), expected.toFixed(4));
  }
});

Deno.test("seenLab() has white and grey the same for all eyes, and red and green near each other", () => {
  for (const sight of ["normal", "deuteranopia", "protanopia"] as const) {
    const [l, a, b] = seenLab("#ffffff", sight);
    assert.ok(Math.abs(l - 100) < 0.1 && Math.hypot(a, b) < 0.1, `${l} ${a} ${b}`);
  }
  const apart = (sight: "normal" | "deuteranopia"): number =>
    ciede2000(seenLab("#c04040", sight), seenLab("#608000", sight));
  assert.ok(apart("deuteranopia") < apart("normal") / 3);
});
