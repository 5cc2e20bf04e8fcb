/** The multiplier of the 64-bit linear congruential step, 6364136223846793005, in two halves. */
const MULTIPLIER_HIGH = 0x5851f42d;
const MULTIPLIER_LOW = 0x4c957f2d;

/** The increment of stream 54, the reference program's; any odd one is as good. */
const INCREMENT = 2 * 54 + 1;

/**
 * A seeded pseudo-random number generator: PCG-XSH-RR with 64 bits of state and 32 bits out.
 *
 * The same seed gives the same numbers on every machine. Seed 42 draws the
 * numbers that the reference implementation's demo prints, divided by 2^32.
 *
 * Source: M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
 * Algorithms for Random Number Generation", HMC-CS-2014-0905, and https://www.pcg-random.org.
 *
 * @param seed A safe integer >= 0.
 * @returns A function that returns the next number, uniform in `[0, 1)` in steps of 2^-32.
 * @throws {RangeError} If the seed is not a safe integer >= 0.
 *
 * @example Same seed, same numbers
 * ```ts
 * import { pcg32 } from "./pcg32.ts";
 * import assert from "node:assert/strict";
 *
 * const random = pcg32(42);
 * assert.equal(random() * 2 ** 32, 0xa15c02b7);
 * assert.equal(random() * 2 ** 32, 0x7b47f409);
 * ```
 */
export function pcg32(seed: number): () => number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot seed a generator as the seed must be a safe integer >= 0: current value is ${seed}`,
    );
  }
  let high = 0;
  let low = 0;

  function step(): void {
    const productHigh = (multiplyHigh(low, MULTIPLIER_LOW) + Math.imul(high, MULTIPLIER_LOW) +
      Math.imul(low, MULTIPLIER_HIGH)) >>> 0;
    const sum = (Math.imul(low, MULTIPLIER_LOW) >>> 0) + INCREMENT;
    low = sum >>> 0;
    high = (productHigh + (sum >= 2 ** 32 ? 1 : 0)) >>> 0;
  }

  step();
  const sum = low + seed % 2 ** 32;
  low = sum >>> 0;
  high = (high + Math.floor(seed / 2 ** 32) + (sum >= 2 ** 32 ? 1 : 0)) >>> 0;
  step();

  return function next(): number {
    // xorshifted = ((state >> 18) ^ state) >> 27, of which 32 bits are kept.
    const shiftedLow = (((high << 14) | (low >>> 18)) ^ low) >>> 0;
    const shiftedHigh = ((high >>> 18) ^ high) >>> 0;
    const xorShifted = ((shiftedHigh << 5) | (shiftedLow >>> 27)) >>> 0;
    const rotation = high >>> 27;
    step();
    const rotated = (xorShifted >>> rotation) | (xorShifted << ((32 - rotation) & 31));
    return (rotated >>> 0) / 2 ** 32;
  };
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 2 ** 16) + Math.floor(carry / 2 ** 16)) >>> 0;
}
