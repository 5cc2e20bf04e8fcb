// Pinned values: scipy 1.17.1 (scipy.special.gammaln, scipy.stats.norm, scipy.stats.t).
import assert from "node:assert/strict";
import fc from "fast-check";
import { logGamma } from "./log_gamma.ts";
import { normalCdf } from "./normal_cdf.ts";
import { normalQuantile } from "./normal_quantile.ts";
import { studentCdf, studentQuantile } from "./student_t.ts";

Deno.test("logGamma() agrees with scipy from 0.001 to a million", () => {
  const cases = [
    [0.001, 6.907178885383853],
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [3.7, 1.428072326665388],
    [10, 12.801827480081469],
    [151, 605.0201058494238],
    [1034.5, 6144.109415177323],
    [1e6, 12815504.569147611],
  ] as const;
  for (const [x, expected] of cases) assertClose(logGamma(x), expected, 2e-14);
  assert.deepEqual([logGamma(1), logGamma(2)], [0, 0]);
  assert.throws(() => logGamma(0), { name: "RangeError", message: /current value is 0/ });
});

Deno.test("normalCdf() agrees with scipy in the middle and in the tails", () => {
  const cases = [
    [-10, 7.61985302416047e-24],
    [-5, 2.866515718791933e-7],
    [-3.2, 0.0006871379379158471],
    [-3, 0.0013498980316300933],
    [-1.5, 0.06680720126885807],
    [-0.001, 0.49960105778608893],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [2.9, 0.998134186699616],
    [3.1, 0.9990323967867817],
    [6, 0.9999999990134123],
  ] as const;
  for (const [z, expected] of cases) assertClose(normalCdf(z), expected, 1e-12);
  assert.equal(normalCdf(-Infinity), 0);
  assert.equal(normalCdf(Infinity), 1);
});

Deno.test("normalQuantile() agrees with scipy and inverts normalCdf()", () => {
  const cases = [
    [1e-12, -7.034483825301131],
    [1e-4, -3.7190164854556804],
    [0.025, -1.9599639845400545],
    [0.2, -0.8416212335729142],
    [0.95, 1.6448536269514722],
    [0.9999, 3.719016485455709],
  ] as const;
  for (const [p, expected] of cases) assertClose(normalQuantile(p), expected, 1e-12);
  assert.equal(normalQuantile(0.5), 0);
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
      assertClose(normalCdf(normalQuantile(p)), p, 1e-11);
    }),
    { seed: 1 },
  );
  assert.throws(() => normalQuantile(1), RangeError);
});

Deno.test("studentCdf() and studentQuantile() agree with scipy", () => {
  const cdf = [
    [-2.5, 1, 0.12111894159084341],
    [0, 3, 0.5],
    [0.7, 4.5, 0.7407801988441911],
    [1.3, 19, 0.8954242498513361],
    [-6, 19, 4.4896177362454195e-6],
    [2, 1000, 0.9771148267533741],
  ] as const;
  for (const [t, degrees, expected] of cdf) assertClose(studentCdf(t, degrees), expected, 1e-11);
  const quantiles = [
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 19, 2.0930240544083087],
    [0.025, 56, -2.0032407188478722],
    [0.9, 1e4, 1.2816362297304775],
  ] as const;
  for (const [p, degrees, expected] of quantiles) {
    assertClose(studentQuantile(p, degrees), expected, 1e-9);
  }
  assert.throws(() => studentQuantile(0.9, 0), RangeError);
});

function assertClose(actual: number, expected: number, relative: number): void {
  const off = Math.abs(actual - expected);
  assert.ok(off <= relative * Math.abs(expected), `${actual} is not ${expected} (off by ${off})`);
}
