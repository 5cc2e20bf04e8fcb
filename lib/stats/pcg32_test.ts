import assert from "node:assert/strict";
import fc from "fast-check";
import { pcg32 } from "./pcg32.ts";

Deno.test("pcg32() draws the numbers of the reference demo for seed 42, stream 54", () => {
  // pcg-c 0.94, sample/pcg32-demo.c: pcg32_srandom_r(&rng, 42u, 54u), "Round 1".
  const expected = [0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e];
  const random = pcg32(42);
  assert.deepEqual(expected.map(() => random() * 2 ** 32), expected);
});

Deno.test("pcg32() agrees with a slow twin on 64-bit integers for any seed", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const random = pcg32(seed);
      const twin = slowPcg32(BigInt(seed), 54n);
      for (let i = 0; i < 20; i++) assert.equal(random() * 2 ** 32, twin());
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("pcg32() is uniform: 100,000 draws fill 16 bins evenly", () => {
  const random = pcg32(7);
  const bins = new Array<number>(16).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const bin = Math.floor(random() * 16);
    bins[bin] = bins[bin]! + 1;
  }
  const expected = 100_000 / 16;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chiSquare < 37.7, `chi-square ${chiSquare} on 15 degrees exceeds its 0.999 quantile`);
});

Deno.test("pcg32() refuses a seed that is not a safe integer >= 0", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 60]) {
    assert.throws(() => pcg32(seed), { name: "RangeError", message: /the seed must be/ });
  }
});

/** The definition, in 64-bit integers. */
function slowPcg32(seed: bigint, stream: bigint): () => number {
  const mask = (1n << 64n) - 1n;
  const increment = ((stream << 1n) | 1n) & mask;
  let state = 0n;
  const step = (): void => {
    state = (state * 6364136223846793005n + increment) & mask;
  };
  step();
  state = (state + seed) & mask;
  step();
  return () => {
    const old = state;
    step();
    const xorShifted = (((old >> 18n) ^ old) >> 27n) & 0xffffffffn;
    const rotation = old >> 59n;
    const rotated = (xorShifted >> rotation) | (xorShifted << ((32n - rotation) % 32n));
    return Number(rotated & 0xffffffffn);
  };
}
