import assert from "node:assert/strict";
import fc from "fast-check";
import { holm } from "./holm.ts";

Deno.test("holm() gives the values of a worked case", () => {
  // By hand: 0.01 * 4, max(0.04, 0.02 * 3), max(0.06, 0.03 * 2), max(0.06, 0.04 * 1).
  const actual = holm([0.04, 0.01, 0.03, 0.02]);
  [0.06, 0.04, 0.06, 0.06].forEach((p, i) => assert.ok(Math.abs(actual[i]! - p) < 1e-15));
});

Deno.test("holm() rejects what the sequential procedure rejects", () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.01, 0.05, 0.2), (pValues, alpha) => {
      // Holm's own words: go up from the smallest, stop at the first that is not significant.
      const sorted = [...pValues].sort((a, b) => a - b);
      const rejected = new Set<number>();
      for (const [rank, p] of sorted.entries()) {
        if ((sorted.length - rank) * p > alpha) break;
        rejected.add(p);
      }
      holm(pValues).forEach((adjusted, i) => {
        assert.equal(adjusted <= alpha, rejected.has(pValues[i]!));
        assert.ok(adjusted >= pValues[i]! && adjusted <= 1);
      });
    }),
    { seed: 1 },
  );
});

Deno.test("holm() refuses what is not a p-value", () => {
  assert.throws(() => holm([0.1, 1.2]), RangeError);
  assert.throws(() => holm([NaN]), RangeError);
  assert.deepEqual(holm([]), []);
});
