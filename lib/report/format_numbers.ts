/**
 * Proportions and their intervals as text.
 *
 * One place decides how a number is printed, so that a table, a figure and a notebook never show
 * two roundings of the same value.
 *
 * @module
 */

// The typographic minus: it is as wide as the plus, so signed columns line up.
const MINUS = "\u2212";

/**
 * A proportion as a percentage with one decimal.
 *
 * @throws {RangeError} If the proportion is not a finite number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatPercent } from "./format_numbers.ts";
 * assert.equal(formatPercent(0.125), "12.5 %");
 * ```
 */
export function formatPercent(proportion: number): string {
  return `${decimal(proportion)} %`;
}

/**
 * A percentage with its interval: the estimate, then the bounds in brackets.
 *
 * @throws {RangeError} If a number is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatEstimate } from "./format_numbers.ts";
 * assert.equal(formatEstimate({ mean: 0.125, ci95: [0.07, 0.206] }), "12.5 % [7.0, 20.6]");
 * ```
 */
export function formatEstimate(
  estimate: { readonly mean: number; readonly ci95: readonly [number, number] },
): string {
  const [low, high] = estimate.ci95;
  return `${formatPercent(estimate.mean)} [${decimal(low)}, ${decimal(high)}]`;
}

/**
 * A difference of two proportions in percentage points, signed, with its interval.
 *
 * @throws {RangeError} If a number is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatDifference } from "./format_numbers.ts";
 * assert.equal(formatDifference({ mean: 0.1, ci95: [-0.01, 0.21] }), "+10.0 [\u22121.0, +21.0]");
 * ```
 */
export function formatDifference(
  estimate: { readonly mean: number; readonly ci95: readonly [number, number] },
): string {
  const [low, high] = estimate.ci95;
  return `${formatSigned(estimate.mean)} [${formatSigned(low)}, ${formatSigned(high)}]`;
}

/**
 * A proportion times 100 with its sign and one decimal, without a unit; zero has no sign.
 *
 * @throws {RangeError} If the proportion is not a finite number.
 */
export function formatSigned(proportion: number): string {
  const text = decimal(proportion);
  return text === "0.0" || text.startsWith(MINUS) ? text : `+${text}`;
}

/**
 * A p-value: three decimals, or "< 0.001".
 *
 * @throws {RangeError} If the value is not in 0..1.
 */
export function formatPValue(p: number): string {
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`Cannot format the p-value as it must be in 0..1: current value is ${p}`);
  }
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function decimal(proportion: number): string {
  if (!Number.isFinite(proportion)) {
    throw new RangeError(
      `Cannot format a proportion as it must be finite: current value is ${proportion}`,
    );
  }
  const text = (100 * proportion).toFixed(1);
  if (text === "-0.0") return "0.0";
  return text.replace("-", MINUS);
}
