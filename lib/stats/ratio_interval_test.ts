import assert from "node:assert/strict";
import fc from "fast-check";
import { binomialPmf } from "./binomial_pmf.ts";
import { differenceInterval } from "./difference_interval.ts";
import type { Interval } from "./interval.ts";
import { type RatioCounts, ratioInterval } from "./ratio_interval.ts";

const Z = 1.959963984540054;

Deno.test("ratioInterval() agrees with a slow twin that maximises the likelihood itself", () => {
  const cases: RatioCounts[] = [
    { n: 150, both: 54, gained: 0, lost: 6 },
    { n: 96, both: 3, gained: 30, lost: 2 },
    { n: 60, both: 20, gained: 5, lost: 5 },
    { n: 40, both: 0, gained: 0, lost: 12 },
    { n: 30, both: 25, gained: 5, lost: 0 },
  ];
  for (const counts of cases) {
    const [low, high] = ratioInterval(counts);
    const name = JSON.stringify(counts);
    for (let i = 0; i <= 20; i++) {
      const inside = low + (high - low) * (0.02 + 0.96 * i / 20);
      assert.ok(slowStatistic(counts, inside) < Z, `${name}: ${inside} should be inside`);
    }
    for (const factor of [1.02, 1.2, 2, 5]) {
      const outside = [high * factor, low / factor].filter((ratio) => ratio > 0);
      for (const ratio of outside) {
        assert.ok(slowStatistic(counts, ratio) > Z, `${name}: ${ratio} should be outside`);
      }
    }
  }
});

Deno.test("ratioInterval() never contradicts differenceInterval() about no change", () => {
  fc.assert(
    fc.property(ratioCounts(), (counts) => {
      const [low, high] = ratioInterval(counts);
      const [differenceLow, differenceHigh] = differenceInterval(counts);
      assert.equal(low > 1, differenceLow > 0);
      assert.equal(high < 1, differenceHigh < 0);
    }),
    { seed: 1 },
  );
});

Deno.test("ratioInterval() holds the estimate and is finite", () => {
  fc.assert(
    fc.property(ratioCounts(), (counts) => {
      const [low, high] = ratioInterval(counts);
      const ratio = (counts.both + counts.gained) / (counts.both + counts.lost);
      assert.ok(0 <= low && low <= ratio && ratio <= high && Number.isFinite(high));
    }),
    { seed: 2 },
  );
});

Deno.test("ratioInterval() covers the truth near 95 times in 100, exactly summed", () => {
  const n = 60;
  const intervals = new Map<number, Interval>();
  const truths = [[0.3, 0, 0.1], [0.3, 0.1, 0.1], [0.1, 0.3, 0.05], [0.5, 0.02, 0.02]] as const;
  for (const [both, gained, lost] of truths) {
    const truth = (both + gained) / (both + lost);
    let coverage = 0;
    for (let a = 0; a <= n; a++) {
      const massA = binomialPmf(a, n, both);
      if (massA < 1e-7) continue;
      for (let b = 0; a + b <= n; b++) {
        const massB = massA * binomialPmf(b, n - a, gained / (1 - both));
        if (massB < 1e-7) continue;
        for (let c = 0; a + b + c <= n; c++) {
          const mass = massB * binomialPmf(c, n - a - b, lost / (1 - both - gained));
          if (mass < 1e-7 || a + c === 0) continue;
          const key = (a * 100 + b) * 100 + c;
          const interval = intervals.get(key) ?? ratioInterval({ n, both: a, gained: b, lost: c });
          intervals.set(key, interval);
          if (interval[0] <= truth && truth <= interval[1]) coverage += mass;
        }
      }
    }
    assert.ok(coverage > 0.93 && coverage < 0.999, `${[both, gained, lost]}: coverage ${coverage}`);
  }
});

Deno.test("ratioInterval() refuses a base without a right answer and impossible counts", () => {
  assert.throws(() => ratioInterval({ n: 9, both: 0, gained: 3, lost: 0 }), RangeError);
  assert.throws(() => ratioInterval({ n: 9, both: 5, gained: 3, lost: 2 }), RangeError);
});

function ratioCounts(): fc.Arbitrary<RatioCounts> {
  return fc.tuple(fc.nat(150), fc.nat(60), fc.nat(60), fc.nat(150))
    .filter(([both, , lost]) => both + lost > 0)
    .map(([both, gained, lost, rest]) => ({ n: both + gained + lost + rest, both, gained, lost }));
}

/** The definition: how far, in standard errors, the counts are from a true ratio. */
function slowStatistic(counts: RatioCounts, ratio: number): number {
  const distance = Math.abs(counts.both + counts.gained - ratio * (counts.both + counts.lost));
  return distance / Math.sqrt(counts.n * likeliestVariance(counts, ratio));
}

/** Two golden-section searches, one in the other, over the shares of `both` and `lost`. */
function likeliestVariance({ n, both, gained, lost }: RatioCounts, ratio: number): number {
  const term = (count: number, share: number): number =>
    count === 0 ? 0 : share <= 0 ? -1e9 * count : count * Math.log(share);
  const gainedShare = (b: number, c: number): number => ratio * (b + c) - b;
  const neither = n - both - gained - lost;
  const value = (b: number, c: number): number =>
    term(both, b) + term(lost, c) + term(gained, gainedShare(b, c)) +
    term(neither, 1 - b - c - gainedShare(b, c));
  // For a share `s` right before, `both` lies between 0 and min(s, ratio s), and at least
  // what keeps all four shares within 1.
  const best = (s: number): number =>
    goldenMax((b) => value(b, s - b), Math.max(0, s + ratio * s - 1), Math.min(s, ratio * s));
  const s = goldenMax(
    (x) => {
      const b = best(x);
      return value(b, x - b);
    },
    0,
    Math.min(1, 1 / ratio),
  );
  const b = best(s);
  return b * (1 - ratio) ** 2 + gainedShare(b, s - b) + ratio * ratio * (s - b);
}

function goldenMax(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = from;
  let high = to;
  for (let i = 0; i < 40; i++) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (f(left) > f(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
