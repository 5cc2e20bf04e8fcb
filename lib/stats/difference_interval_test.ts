import assert from "node:assert/strict";
import fc from "fast-check";
import { differenceInterval } from "./difference_interval.ts";
import type { PairedCounts } from "./paired_counts.ts";
import { forEachDiscordance } from "./testing/paired_exact.ts";
import type { Interval } from "./interval.ts";

const Z = 1.959963984540054;

Deno.test("differenceInterval() agrees with a slow twin that maximises the likelihood itself", () => {
  const cases: PairedCounts[] = [
    { n: 44, gained: 1, lost: 0 },
    { n: 96, gained: 30, lost: 2 },
    { n: 150, gained: 9, lost: 13 },
    { n: 20, gained: 10, lost: 10 },
    { n: 12, gained: 0, lost: 12 },
    { n: 5, gained: 0, lost: 0 },
  ];
  for (const counts of cases) {
    const [low, high] = differenceInterval(counts);
    const [slowLow, slowHigh] = slowInterval(counts);
    const message = `${JSON.stringify(counts)}: [${low}, ${high}], twin [${slowLow}, ${slowHigh}]`;
    assert.ok(Math.abs(low - slowLow) < 2e-4 && Math.abs(high - slowHigh) < 2e-4, message);
  }
});

Deno.test("differenceInterval() covers the truth near 95 times in 100, exactly summed", () => {
  // Down to 1 disagreement in 500: on 96 pairs most samples then have none at all.
  const shares = [0, 0.002, 0.01, 0.03, 0.1, 0.25];
  for (const n of [60, 96, 150]) {
    const intervals = new Map<number, Interval>();
    let total = 0;
    let count = 0;
    for (const gained of shares) {
      for (const lost of shares) {
        let coverage = 0;
        forEachDiscordance(n, { both: 0, gained, lost }, (b, c, probability) => {
          const key = b * 1000 + c;
          const interval = intervals.get(key) ?? differenceInterval({ n, gained: b, lost: c });
          intervals.set(key, interval);
          const [low, high] = interval;
          if (low <= gained - lost && gained - lost <= high) coverage += probability;
        });
        assert.ok(coverage > 0.93, `n ${n}, gained ${gained}, lost ${lost}: coverage ${coverage}`);
        total += coverage;
        count++;
      }
    }
    const average = total / count;
    assert.ok(average > 0.945 && average < 0.98, `n = ${n}: average coverage ${average}`);
  }
});

Deno.test("differenceInterval() excludes 0 exactly when McNemar's statistic exceeds 1.96", () => {
  fc.assert(
    fc.property(pairedCounts(), (counts) => {
      const { gained, lost } = counts;
      const [low, high] = differenceInterval(counts);
      const statistic = gained + lost === 0 ? 0 : (gained - lost) / Math.sqrt(gained + lost);
      assert.equal(low > 0, statistic > Z);
      assert.equal(high < 0, statistic < -Z);
    }),
    { seed: 1 },
  );
});

Deno.test("differenceInterval() holds the estimate, stays in [-1, 1] and mirrors with its input", () => {
  fc.assert(
    fc.property(pairedCounts(), ({ n, gained, lost }) => {
      const [low, high] = differenceInterval({ n, gained, lost });
      const estimate = (gained - lost) / n;
      assert.ok(-1 <= low && low <= estimate && estimate <= high && high <= 1);
      assert.ok(low < high);
      const [otherLow, otherHigh] = differenceInterval({ n, gained: lost, lost: gained });
      assert.deepEqual([otherLow + high, otherHigh + low], [0, 0]);
    }),
    { seed: 2 },
  );
});

Deno.test("differenceInterval() without disagreement is z^2 / (n + z^2) either way", () => {
  for (const n of [1, 60, 1034]) {
    const expected = Z * Z / (n + Z * Z);
    const [low, high] = differenceInterval({ n, gained: 0, lost: 0 });
    assert.ok(Math.abs(high - expected) < 1e-12 && low === -high);
  }
});

Deno.test("differenceInterval() refuses impossible counts", () => {
  assert.throws(() => differenceInterval({ n: 0, gained: 0, lost: 0 }), RangeError);
  assert.throws(() => differenceInterval({ n: 5, gained: 3, lost: 3 }), RangeError);
  assert.throws(() => differenceInterval({ n: 5, gained: -1, lost: 0 }), RangeError);
});

function pairedCounts(): fc.Arbitrary<PairedCounts> {
  return fc.tuple(fc.nat(200), fc.nat(200), fc.nat(300)).filter(([b, c, rest]) => b + c + rest > 0)
    .map(([gained, lost, rest]) => ({ n: gained + lost + rest, gained, lost }));
}

/** The definition: all differences on a grid whose score test is within 1.96. */
function slowInterval({ n, gained, lost }: PairedCounts): Interval {
  const accepted: number[] = [];
  for (let i = -10_000; i <= 10_000; i++) {
    const delta = i / 10_000;
    const q = likeliestLost({ n, gained, lost }, delta);
    const variance = n * (2 * q + delta - delta * delta);
    if (Math.abs(gained - lost - n * delta) <= Z * Math.sqrt(Math.max(0, variance)) + 1e-12) {
      accepted.push(delta);
    }
  }
  return [accepted[0]!, accepted[accepted.length - 1]!];
}

/** Golden-section search for the share of `lost` given `gained share - lost share = delta`. */
function likeliestLost({ n, gained, lost }: PairedCounts, delta: number): number {
  const term = (count: number, share: number): number =>
    count === 0 ? 0 : count * Math.log(Math.max(share, 1e-300));
  const logLikelihood = (q: number): number =>
    term(gained, q + delta) + term(lost, q) + term(n - gained - lost, 1 - 2 * q - delta);
  let low = Math.max(0, -delta);
  let high = (1 - delta) / 2;
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 60; i++) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (logLikelihood(left) > logLikelihood(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
