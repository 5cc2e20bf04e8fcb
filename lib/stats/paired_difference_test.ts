import assert from "node:assert/strict";
import fc from "fast-check";
import { pairedDifference } from "./testing/paired_difference.ts";

Deno.test("pairedDifference() counts flips and keeps the marginal means", () => {
  const scores = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(scores, (pairs) => {
      const base = pairs.map(([before]) => before);
      const tuned = pairs.map(([, after]) => after);
      const result = pairedDifference(base, tuned);
      const n = pairs.length;
      assert.equal(result.n, n);
      assert.equal(result.meanBase, base.filter(Boolean).length / n);
      assert.equal(result.meanTuned, tuned.filter(Boolean).length / n);
      assert.equal(result.gained, pairs.filter(([before, after]) => !before && after).length);
      assert.equal(result.lost, pairs.filter(([before, after]) => before && !after).length);
      assert.equal(result.difference, (result.gained - result.lost) / n);
      // The definition: the spread of the per-example changes over sqrt(n).
      const changes = pairs.map(([before, after]) => Number(after) - Number(before));
      const spread = changes.reduce((sum, d) => sum + (d - result.difference) ** 2, 0) / n;
      assert.ok(Math.abs(result.stderr - Math.sqrt(spread / n)) < 1e-12);
      assert.equal(result.clustered, undefined);
    }),
    { seed: 1 },
  );
});

Deno.test("pairedDifference() sees what two separate intervals would miss", () => {
  // 14 flips on 150, 12 of them losses: the marginal intervals overlap by far.
  const base = Array.from({ length: 150 }, (_, i) => i < 80);
  const tuned = base.map((right, i) => (i < 12 ? false : i >= 148 ? true : right));
  const result = pairedDifference(base, tuned);
  assert.deepEqual([result.gained, result.lost], [2, 12]);
  assert.ok(result.ci95[1] < 0);
  assert.ok(result.mcnemarExactP < 0.05 && result.mcnemarExactP > 0.01);
});

Deno.test("pairedDifference() reports the clustered error beside the plain one", () => {
  // Every flip falls into one database of four.
  const base = new Array<boolean>(40).fill(false);
  const tuned = base.map((_, i) => i < 10);
  const clusters = base.map((_, i) => `db${Math.floor(i / 10)}`);
  const result = pairedDifference(base, tuned, { clusters });
  assert.equal(result.clustered?.clusters, 4);
  assert.ok(result.clustered.stderr > 3 * result.stderr);
  assert.ok(result.ci95[0] > 0 && result.clustered.ci95[0] < 0);
});

Deno.test("pairedDifference() leaves the clustered error out when there is one cluster", () => {
  const result = pairedDifference([true, false], [true, true], { clusters: ["a", "a"] });
  assert.equal("clustered" in result, false);
});

Deno.test("pairedDifference() refuses uneven lengths and no examples", () => {
  assert.throws(() => pairedDifference([], []), RangeError);
  assert.throws(() => pairedDifference([true], [true, false]), /current lengths are 1 and 2/);
  assert.throws(() => pairedDifference([true], [true], { clusters: [] }), RangeError);
});
