import assert from "node:assert/strict";
import { binomialPmf } from "./binomial_pmf.ts";
import { proportion } from "./proportion.ts";

Deno.test("proportion() gives scipy's Wilson intervals", () => {
  // scipy 1.17.1: binomtest(k, n).proportion_ci(method="wilson")
  const cases = [
    [0, 60, 0, 0.06017185214208986],
    [3, 972, 0.0010502044029075596, 0.00903489572451226],
    [48, 150, 0.25064529057637863, 0.3983439973961289],
    [96, 96, 0.9615244121423243, 1],
    [1, 1, 0.20654931437723745, 1],
  ] as const;
  for (const [k, n, low, high] of cases) {
    const { ci95 } = proportion(k, n);
    assert.ok(Math.abs(ci95[0] - low) < 1e-12 && Math.abs(ci95[1] - high) < 1e-12, `${k}/${n}`);
  }
});

Deno.test("proportion() covers the truth about 95 times in 100 on average, exactly summed", () => {
  for (const n of [50, 96, 150]) {
    const intervals = Array.from({ length: n + 1 }, (_, k) => proportion(k, n).ci95);
    let total = 0;
    let worst = 1;
    const truths = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
    for (const p of truths) {
      const coverage = intervals.reduce(
        (sum, [low, high], k) => sum + (low <= p && p <= high ? binomialPmf(k, n, p) : 0),
        0,
      );
      total += coverage;
      worst = Math.min(worst, coverage);
    }
    const average = total / truths.length;
    assert.ok(average > 0.945 && average < 0.96, `n = ${n}: average coverage ${average}`);
    assert.ok(worst > 0.91, `n = ${n}: worst coverage ${worst}`);
  }
});

Deno.test("proportion() reports successes, mean and stderr", () => {
  const result = proportion(3, 12);
  assert.deepEqual([result.n, result.successes, result.mean], [12, 3, 0.25]);
  assert.equal(result.stderr, Math.sqrt(0.25 * 0.75 / 12));
});

Deno.test("proportion() refuses no trials and impossible counts", () => {
  assert.throws(() => proportion(0, 0), {
    name: "RangeError",
    message: /n must be an integer > 0/,
  });
  assert.throws(() => proportion(5, 4), { name: "RangeError", message: /current value is 5/ });
  assert.throws(() => proportion(0.5, 4), RangeError);
});
