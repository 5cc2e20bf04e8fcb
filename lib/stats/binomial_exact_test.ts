import assert from "node:assert/strict";
import fc from "fast-check";
import { binomialPmf } from "./binomial_pmf.ts";
import { binomialTest } from "./binomial_exact.ts";

Deno.test("binomialTest() agrees with scipy, greater and less", () => {
  // scipy 1.17.1: scipy.stats.binomtest(k, n, p, alternative=...).pvalue
  const cases = [
    [0, 10, 0.25, 1, 0.056313514709472684],
    [48, 150, 0.25, 0.03208196050548475, 0.9788180948820364],
    [49, 150, 0.25, 0.02118190511796363, 0.9863813986203163],
    [38, 150, 0.25, 0.49370622161334515, 0.5806806208205006],
    [30, 150, 0.25, 0.937199500688823, 0.09120527447166321],
    [5, 5, 0.5, 0.03125, 1],
    [3, 17, 0.5, 0.9988250732421875, 0.0063629150390625],
    [300, 1034, 0.25, 0.0018517823457431877, 0.9985202231427626],
  ] as const;
  for (const [k, n, p, greater, less] of cases) {
    const close = (alternative: "greater" | "less", expected: number): void => {
      const actual = binomialTest(k, n, p, { alternative });
      assert.ok(Math.abs(actual - expected) < 1e-10, `${k}/${n} ${alternative}: ${actual}`);
    };
    close("greater", greater);
    close("less", less);
  }
});

Deno.test("binomialTest() tails share exactly the mass of k", () => {
  fc.assert(
    fc.property(
      fc.nat(60).chain((n) => fc.tuple(fc.nat(n), fc.constant(n))),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ([k, n], p) => {
        const sum = binomialTest(k, n, p, { alternative: "greater" }) +
          binomialTest(k, n, p, { alternative: "less" });
        assert.ok(Math.abs(sum - 1 - binomialPmf(k, n, p)) < 1e-10);
      },
    ),
    { seed: 1 },
  );
});

Deno.test("binomialTest() of no trials is 1", () => {
  assert.equal(binomialTest(0, 0, 0.5, { alternative: "less" }), 1);
});

Deno.test("binomialTest() refuses counts and chances out of range", () => {
  for (const [k, n, p] of [[3, 2, 0.5], [-1, 2, 0.5], [1.5, 2, 0.5], [1, 2, 1.1], [1, 2, NaN]]) {
    for (const alternative of ["greater", "less"] as const) {
      assert.throws(() => binomialTest(k!, n!, p!, { alternative }), RangeError);
    }
  }
});
