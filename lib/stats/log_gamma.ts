/** B(2k) / (2k (2k - 1)), the coefficients of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/**
 * The natural logarithm of the gamma function, `ln Γ(x)`, to about 15 digits.
 *
 * The argument is moved above 10 by `Γ(x + 1) = x Γ(x)`, and Stirling's series does the rest.
 *
 * Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 6.1.15 and 6.1.41.
 *
 * @param x A finite number > 0.
 * @throws {RangeError} If `x` is not a finite number > 0.
 *
 * @example ln Γ(6) = ln 120
 * ```ts
 * import { logGamma } from "./log_gamma.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(logGamma(6) - Math.log(120)) < 1e-14);
 * ```
 */
export function logGamma(x: number): number {
  if (!Number.isFinite(x) || x <= 0) {
    throw new RangeError(
      `Cannot take log-gamma as x must be finite and > 0: current value is ${x}`,
    );
  }
  // Factorials up to 22! are exact, so that counts of a few trials have exact probabilities.
  if (Number.isInteger(x) && x <= 23) return Math.log(factorial(x - 1));
  let product = 1;
  let shifted = x;
  while (shifted < 10) product *= shifted++;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) {
    series = series / (shifted * shifted) + STIRLING[k]!;
  }
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) +
    series / shifted - Math.log(product);
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}
