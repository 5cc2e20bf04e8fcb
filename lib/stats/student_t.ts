import { logGamma } from "./log_gamma.ts";

/**
 * Student's t distribution function, `P(T <= t)` with `degrees` degrees of freedom.
 *
 * Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.5.27 (through the
 * incomplete beta function) and 26.5.8 (its continued fraction).
 *
 * @param t Any finite number.
 * @param degrees Degrees of freedom, > 0.
 * @throws {RangeError} If `degrees` is not > 0.
 */
export function studentCdf(t: number, degrees: number): number {
  if (!(degrees > 0)) {
    throw new RangeError(
      `Cannot take Student's t as the degrees of freedom must be > 0: current value is ${degrees}`,
    );
  }
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/**
 * Student's t quantile, the `t` with `P(T <= t) = p`, to about 12 digits, by bisection.
 *
 * @param p A probability, `0 < p < 1`.
 * @param degrees Degrees of freedom, > 0.
 * @throws {RangeError} If `p` is not strictly between 0 and 1 or `degrees` is not > 0.
 *
 * @example With 19 degrees of freedom, as 20 clusters leave
 * ```ts
 * import { studentQuantile } from "./student_t.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(studentQuantile(0.975, 19) - 2.093024054408263) < 1e-10);
 * ```
 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) {
    throw new RangeError(
      `Cannot take a Student quantile as p must be between 0 and 1: current value is ${p}`,
    );
  }
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  const key = `${p} ${degrees}`;
  let found = QUANTILES.get(key);
  if (found === undefined) {
    if (QUANTILES.size >= MOST_QUANTILES) QUANTILES.clear();
    QUANTILES.set(key, found = bisectedQuantile(p, degrees));
  }
  return found;
}

/** Quantiles that were taken already: changes on the same examples ask for the same ones. */
const QUANTILES = new Map<string, number>();

const MOST_QUANTILES = 1_000;

function bisectedQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentCdf(high, degrees) < p) high *= 2;
  for (let i = 0; i < 100 && high > low; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function `I_x(a, b)`. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only below the mean of the distribution.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) +
    a * Math.log(x) + b * Math.log1p(-x);
  let fraction = 1;
  for (let m = 200; m >= 1; m--) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1));
    fraction = 1 + odd / (1 + even / fraction);
  }
  return Math.exp(logFront) / (a * fraction);
}
