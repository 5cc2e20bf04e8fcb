import assert from "node:assert/strict";
import { formatDifference, formatPercent, formatPValue, formatSigned } from "./format_numbers.ts";

Deno.test("formatSigned() gives zero no sign, not even after rounding", () => {
  assert.equal(formatSigned(0), "0.0");
  assert.equal(formatSigned(-0.0004), "0.0");
  assert.equal(formatSigned(0.0004), "0.0");
  assert.equal(formatSigned(-0.0005001), "\u22120.1");
  assert.equal(formatSigned(0.031), "+3.1");
});

Deno.test("formatDifference() signs the estimate and both bounds", () => {
  assert.equal(
    formatDifference({ mean: -0.04, ci95: [-0.1, 0.02] }),
    "\u22124.0 [\u221210.0, +2.0]",
  );
});

Deno.test("formatPercent() refuses what is not a number", () => {
  assert.throws(() => formatPercent(NaN), RangeError);
  assert.throws(() => formatPercent(Infinity), RangeError);
});

Deno.test("formatPValue() has three decimals and a floor", () => {
  assert.equal(formatPValue(1), "1.000");
  assert.equal(formatPValue(0.00099), "< 0.001");
  assert.throws(() => formatPValue(1.2), RangeError);
});
