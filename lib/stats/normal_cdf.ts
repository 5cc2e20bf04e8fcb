/**
 * The standard normal distribution function, `Φ(z) = P(Z <= z)`, to about 15 digits, tails included.
 *
 * Near the middle a Taylor series of the distribution function is summed; from 3 on the continued
 * fraction of the tail converges faster and loses no digits to cancellation.
 *
 * Source: G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software
 * 11(4), 2004; M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.2.14.
 *
 * @param z Any number; the infinities give 0 and 1.
 * @returns A probability in `[0, 1]`; `NaN` for `NaN`.
 *
 * @example
 * ```ts
 * import { normalCdf } from "./normal_cdf.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(normalCdf(1.959963984540054) - 0.975) < 1e-15);
 * ```
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (z > 3) return 1 - upperTail(z);
  if (z < -3) return upperTail(-z);
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= z * z / k;
    sum += term;
  }
  return 0.5 + sum * density(z);
}

/** `P(Z > z)` for `z >= 3`: density(z) / (z + 1 / (z + 2 / (z + 3 / ...))). */
function upperTail(z: number): number {
  if (z > 40) return 0;
  let fraction = z;
  for (let k = 120; k >= 1; k--) fraction = z + k / fraction;
  return density(z) / fraction;
}

function density(z: number): number {
  return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
}
