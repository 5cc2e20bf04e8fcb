import assert from "node:assert/strict";
import { aboveChance } from "./above_chance.ts";

Deno.test("aboveChance() says where 150 four-way questions leave guessing behind", () => {
  // scipy 1.17.1: binomtest(48, 150, 0.25, alternative="greater").pvalue
  const result = aboveChance(48, 150);
  assert.ok(Math.abs(result.pValue - 0.03208196050548475) < 1e-11);
  assert.deepEqual([result.chance, result.above], [0.25, true]);
  assert.equal(aboveChance(48, 150, { chance: 0.5 }).above, false);
});

Deno.test("aboveChance() never calls no answers above chance", () => {
  assert.deepEqual(aboveChance(0, 0), { chance: 0.25, pValue: 1, above: false });
});
