import assert from "node:assert/strict";
import { pairedDifference } from "./testing/paired_difference.ts";
import { percentageChange } from "./percentage_change.ts";

const BASE = Array.from({ length: 150 }, (_, i) => i < 60);
const TUNED = BASE.map((right, i) => right && i >= 6);

Deno.test("percentageChange() is relative to the base and as sure as the difference", () => {
  const result = percentageChange(BASE, TUNED)!;
  assert.ok(Math.abs(result.change + 0.1) < 1e-12);
  assert.ok(result.ci95[0] < -0.1 && result.ci95[1] > -0.1 && result.ci95[1] < 0);
  assert.ok(pairedDifference(BASE, TUNED).ci95[1] < 0);
});

Deno.test("percentageChange() is -1 when everything is lost, and still has an interval", () => {
  const none = BASE.map(() => false);
  const result = percentageChange(BASE, none)!;
  assert.equal(result.change, -1);
  assert.equal(result.ci95[0], -1);
  assert.ok(result.ci95[1] > -1 && result.ci95[1] < -0.8);
});

Deno.test("percentageChange() is undefined for a base of 0, and not for a base at chance", () => {
  const none = BASE.map(() => false);
  assert.equal(percentageChange(none, TUNED), undefined);
  const guessing = BASE.map((_, i) => i < 46);
  assert.notEqual(percentageChange(guessing, TUNED), undefined);
});

Deno.test("percentageChange() refuses uneven lengths and no examples", () => {
  assert.throws(() => percentageChange([true], []), RangeError);
  assert.throws(() => percentageChange([], []), RangeError);
});
