/**
 * Numbers and their intervals as text.
 *
 * One place decides how a number is printed, so that a table, a figure and a notebook never show
 * two roundings of the same value, and none shows a value that cannot be.
 *
 * @module
 */

import { counted } from "../../ground/light.ts";

// The typographic minus: it is as wide as the plus, so signed columns line up.
const MINUS = "\u2212";

// What rounding may add to a share of 1, or take from one of 0.
const ROUNDING = 1e-9;

/** A number with its 95 % interval. */
export interface PrintedEstimate {
  /** The estimate. */
  readonly mean: number;
  /** Both ends. */
  readonly ci95: readonly [number, number];
}

/**
 * A proportion as a percentage with one decimal.
 *
 * @throws {RangeError} If the proportion is not in 0..1.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatPercent } from "./format_numbers.ts";
 * assert.equal(formatPercent(0.125), "12.5 %");
 * ```
 */
export function formatPercent(proportion: number): string {
  return `${decimal(checkShare(proportion))} %`;
}

/** A number with so many decimals. @throws {RangeError} If it is not finite. */
export function formatDecimal(value: number, decimals: number): string {
  return checkFinite(value).toFixed(decimals).replace("-", MINUS);
}

/**
 * A percentage with its interval: the estimate, then the bounds in brackets.
 *
 * @throws {RangeError} If a number is not in 0..1.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatEstimate } from "./format_numbers.ts";
 * assert.equal(formatEstimate({ mean: 0.125, ci95: [0.07, 0.206] }), "12.5 % [7.0, 20.6]");
 * ```
 */
export function formatEstimate({ mean, ci95: [low, high] }: PrintedEstimate): string {
  return `${formatPercent(mean)} [${decimal(checkShare(low))}, ${decimal(checkShare(high))}]`;
}

/**
 * The interval of a difference of two proportions, in percentage points.
 *
 * @throws {RangeError} If a bound is not in -1..1.
 */
export function formatBounds([low, high]: readonly [number, number]): string {
  return `[${formatSigned(checkDifference(low))}, ${formatSigned(checkDifference(high))}]`;
}

/**
 * A relative change as a percentage, signed, with its interval: it may be above 100 %.
 *
 * @throws {RangeError} If a number is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatChange } from "./format_numbers.ts";
 * assert.equal(formatChange({ mean: 8, ci95: [2.5, 20] }), "+800.0 % [+250.0, +2000.0]");
 * ```
 */
export function formatChange({ mean, ci95: [low, high] }: PrintedEstimate): string {
  return `${formatSigned(mean)} % [${formatSigned(low)}, ${formatSigned(high)}]`;
}

/**
 * A proportion times 100 with its sign and one decimal, without a unit; zero has no sign. What one
 * decimal would round to zero has as many as its sign needs, so that an interval that excludes 0
 * does not look as if it had 0 in it.
 *
 * @throws {RangeError} If the proportion is not a finite number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatSigned } from "./format_numbers.ts";
 * assert.deepEqual([0.031, 0.0004, 0].map(formatSigned), ["+3.1", "+0.04", "0.0"]);
 * ```
 */
export function formatSigned(proportion: number): string {
  return signed(100 * checkFinite(proportion), 1);
}

/**
 * A number with its sign and so many decimals, or as many as its sign needs; zero has no sign.
 *
 * @throws {RangeError} If it is not a finite number.
 */
export function formatSignedDecimal(value: number, decimals: number): string {
  return signed(checkFinite(value), decimals);
}

/**
 * A p-value: three decimals, or "< 0.001".
 *
 * @throws {RangeError} If the value is not in 0..1.
 */
export function formatPValue(p: number): string {
  checkProbability(p);
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/**
 * How many there are of something, its thousands parted by commas; {@linkcode formatSeed} is for what
 * is no count.
 *
 * @throws {RangeError} If it is not a whole number from 0 on.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatCount } from "./format_numbers.ts";
 * assert.deepEqual([972, 1034, 14042].map(formatCount), ["972", "1,034", "14,042"]);
 * ```
 */
export function formatCount(count: number): string {
  return String(checkCount(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A seed, as a config has it. @throws {RangeError} If it is not a whole number from 0 on. */
export function formatSeed(seed: number): string {
  return String(checkCount(seed));
}

/**
 * How many there are of something, with its name: "1 path", "3 paths".
 *
 * @param one The name of one; that of several has an "s" more.
 * @throws {RangeError} If the count is not a whole number from 0 on.
 */
export function formatCounted(count: number, one: string): string {
  return counted(count, one, formatCount(count));
}

/**
 * A cross-entropy in nats a token.
 *
 * @throws {RangeError} If it is not a finite number.
 */
export function formatNats(nats: number, decimals: number): string {
  return checkFinite(nats).toFixed(decimals);
}

/** The number if it is finite. @throws {RangeError} If not. */
export function checkFinite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new RangeError(`Cannot print a number as it must be finite: current value is ${value}`);
}

/** The count if it is a whole number from 0 on. @throws {RangeError} If not. */
export function checkCount(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(
    `Cannot print a count as it must be a whole number from 0 on: current value is ${value}`,
  );
}

/** The proportion if it is in 0..1, but for rounding. @throws {RangeError} If not. */
export function checkShare(value: number): number {
  if (value >= -ROUNDING && value <= 1 + ROUNDING) return value;
  throw new RangeError(
    `Cannot print a proportion as it must be in 0..1: current value is ${value}`,
  );
}

/** The p-value if it is in 0..1. @throws {RangeError} If not. */
export function checkProbability(p: number): number {
  if (p >= 0 && p <= 1) return p;
  throw new RangeError(`Cannot print a p-value as it must be in 0..1: current value is ${p}`);
}

/** The difference of proportions if it is in -1..1, but for rounding. @throws {RangeError} If not. */
export function checkDifference(value: number): number {
  if (Math.abs(value) <= 1 + ROUNDING) return value;
  throw new RangeError(
    `Cannot print a difference of proportions as it must be in -1..1: current value is ${value}`,
  );
}

function decimal(proportion: number): string {
  const text = (100 * proportion).toFixed(1);
  if (text === "-0.0") return "0.0";
  return text.replace("-", MINUS);
}

// Smaller values are what arithmetic leaves of 0.
const NOTHING = 1e-9;

function signed(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size < NOTHING) return (0).toFixed(decimals);
  let text = size.toFixed(decimals);
  for (let more = decimals + 1; Number(text) === 0; more++) text = size.toFixed(more);
  return (value < 0 ? MINUS : "+") + text;
}
