import assert from "node:assert/strict";
import fc from "fast-check";
import { forEachDiscordance } from "./testing/paired_exact.ts";
import { clusteredNonInferiority } from "./testing/clustered_non_inferiority.ts";
import { effectiveDifferenceInterval } from "./effective_difference_interval.ts";
import { differenceInterval } from "./difference_interval.ts";
import { nonInferiority } from "./testing/non_inferiority.ts";

const COUNTS = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(200))
  .filter(([gained, lost, rest]) => gained + lost + rest > 0)
  .map(([gained, lost, rest]) => ({ n: gained + lost + rest, gained, lost }));

Deno.test("nonInferiority() is wrong in about 5 % at the boundary, exactly summed", () => {
  for (const [n, delta, rate] of [[150, 0.05, 0.12], [300, 0.03, 0.1]] as const) {
    const truth = { both: 0, gained: (rate - delta) / 2, lost: (rate + delta) / 2 };
    let wrong = 0;
    forEachDiscordance(n, truth, (gained, lost, probability) => {
      if (probability < 1e-7) return;
      if (nonInferiority({ n, gained, lost }, delta).nonInferior) wrong += probability;
    });
    assert.ok(wrong > 0.035 && wrong < 0.06, `n ${n}, delta ${delta}: ${wrong}`);
  }
});

Deno.test("nonInferiority() and its bounds never disagree, and it mirrors", () => {
  fc.assert(
    fc.property(COUNTS, fc.constantFrom(0.01, 0.03, 0.1), (counts, delta) => {
      const { n, gained, lost } = counts;
      const found = nonInferiority(counts, delta);
      assert.equal(found.nonInferior, found.pNonInferior < 0.05);
      assert.equal(found.upper < delta, found.pNotSuperiorBeyond < 0.05);
      assert.equal(found.equivalent, found.pTost < 0.05);
      const mirror = nonInferiority({ n, gained: lost, lost: gained }, delta);
      assert.equal(mirror.lower, -found.upper);
      assert.ok(Math.abs(mirror.pNonInferior - found.pNotSuperiorBeyond) < 1e-12);
    }),
    { seed: 1 },
  );
});

Deno.test("clusteredNonInferiority() and its bounds never disagree", () => {
  const means = fc.double({ min: -0.2, max: 0.2, noNaN: true });
  fc.assert(
    fc.property(means, fc.constantFrom(1.5, 4, 19), (mean, degrees) => {
      const found = clusteredNonInferiority({ mean, stderr: 0.03, degrees }, 0.05);
      assert.equal(found.nonInferior, found.pNonInferior < 0.05);
      assert.equal(found.equivalent, found.pTost < 0.05);
    }),
    { seed: 2 },
  );
});

Deno.test("effectiveDifferenceInterval() is never narrower than Tango's, and equals it at 0 spread and many degrees", () => {
  fc.assert(
    fc.property(COUNTS, fc.double({ min: 0, max: 0.1, noNaN: true }), (counts, stderr) => {
      const [low, high] = differenceInterval(counts);
      const wide = effectiveDifferenceInterval(counts, { stderr, degrees: 7 });
      assert.ok(wide[0] <= low && high <= wide[1]);
      const same = effectiveDifferenceInterval(counts, { stderr: 0, degrees: 1e7 });
      assert.ok(Math.abs(same[0] - low) < 1e-6 && Math.abs(same[1] - high) < 1e-6);
    }),
    { seed: 3, numRuns: 50 },
  );
});

Deno.test("the bounds refuse what is out of range", () => {
  const counts = { n: 10, gained: 1, lost: 2 };
  assert.throws(() => nonInferiority({ n: 2, gained: 2, lost: 2 }, 0.1), RangeError);
  assert.throws(() => nonInferiority(counts, 0), RangeError);
  assert.throws(() => nonInferiority(counts, 0.1, { alpha: 0.5 }), /alpha .* current value is 0.5/);
  assert.throws(() => differenceInterval(counts, { level: 1 }), /level .* current value is 1/);
  const spread = { stderr: -1, degrees: 2 };
  assert.throws(() => effectiveDifferenceInterval(counts, spread), /standard error/);
  const found = { mean: 0, stderr: 0, degrees: 2 };
  assert.throws(() => clusteredNonInferiority(found, 0.1), /standard error/);
  assert.throws(() => clusteredNonInferiority({ ...found, stderr: 1 }, 0), /tolerance/);
});
