import assert from "node:assert/strict";
import {
  formatBounds,
  formatChange,
  formatCount,
  formatCounted,
  formatEstimate,
  formatNats,
  formatPercent,
  formatPValue,
  formatSeed,
  formatSigned,
  formatSignedDecimal,
} from "./format_numbers.ts";

Deno.test("formatSigned() gives zero no sign, and rounds no other number to zero", () => {
  assert.equal(formatSigned(0), "0.0");
  assert.equal(formatSigned(1e-13), "0.0");
  assert.equal(formatSigned(-0.0004), "\u22120.04");
  assert.equal(formatSigned(0.0004), "+0.04");
  assert.equal(formatSigned(0.0000001), "+0.00001");
  assert.equal(formatSigned(-0.0005001), "\u22120.1");
  assert.equal(formatSigned(0.031), "+3.1");
});

Deno.test("formatBounds() signs both bounds", () => {
  assert.equal(formatBounds([-0.1, 0.02]), "[\u221210.0, +2.0]");
});

Deno.test("formatPercent() refuses what is not a number", () => {
  assert.throws(() => formatPercent(NaN), RangeError);
  assert.throws(() => formatPercent(Infinity), RangeError);
});

Deno.test("formatSignedDecimal() has so many decimals, or as many as a sign needs", () => {
  assert.deepEqual([0.0312, -0.0001, 0].map((change) => formatSignedDecimal(change, 3)), [
    "+0.031",
    "\u22120.0001",
    "0.000",
  ]);
  assert.throws(() => formatSignedDecimal(NaN, 3), RangeError);
});

Deno.test("formatCount() parts thousands, a seed is as it is", () => {
  assert.deepEqual([0, 999, 1000, 14042, 1234567].map(formatCount), [
    "0",
    "999",
    "1,000",
    "14,042",
    "1,234,567",
  ]);
  assert.equal(formatSeed(14042), "14042");
});

Deno.test("formatCounted() names one of them and several", () => {
  assert.deepEqual([0, 1, 2].map((count) => formatCounted(count, "path")), [
    "0 paths",
    "1 path",
    "2 paths",
  ]);
});

Deno.test("formatPValue() has three decimals and a floor", () => {
  assert.equal(formatPValue(1), "1.000");
  assert.equal(formatPValue(0.00099), "< 0.001");
  assert.throws(() => formatPValue(1.2), RangeError);
});

const NOT_NUMBERS = [NaN, Infinity, -Infinity];

Deno.test("formatPercent() and formatEstimate() refuse what is no proportion", () => {
  for (const wrong of [...NOT_NUMBERS, -0.001, 1.001, 97.4]) {
    assert.throws(() => formatPercent(wrong), RangeError);
    assert.throws(() => formatEstimate({ mean: wrong, ci95: [0, 1] }), RangeError);
    assert.throws(() => formatEstimate({ mean: 0.5, ci95: [wrong, 1] }), RangeError);
    assert.throws(() => formatEstimate({ mean: 0.5, ci95: [0, wrong] }), RangeError);
  }
  // what rounding leaves of a share of 1
  assert.equal(formatPercent(1 + 1e-12), "100.0 %");
  assert.equal(formatPercent(-1e-12), "0.0 %");
});

Deno.test("formatBounds() refuses what is no difference of proportions, formatChange() what is not finite", () => {
  for (const wrong of [...NOT_NUMBERS, -1.001, 1.001]) {
    assert.throws(() => formatBounds([wrong, 1]), RangeError);
    assert.throws(() => formatBounds([-1, wrong]), RangeError);
  }
  for (const wrong of NOT_NUMBERS) {
    assert.throws(() => formatChange({ mean: wrong, ci95: [-1, 1] }), RangeError);
    assert.throws(() => formatChange({ mean: 0, ci95: [-1, wrong] }), RangeError);
    assert.throws(() => formatSigned(wrong), RangeError);
    assert.throws(() => formatNats(wrong, 2), RangeError);
  }
});

Deno.test("formatPValue() and formatCount() refuse what is neither", () => {
  for (const wrong of [...NOT_NUMBERS, -1e-9, 1 + 1e-9]) {
    assert.throws(() => formatPValue(wrong), RangeError);
  }
  for (const wrong of [...NOT_NUMBERS, -1, 0.5, 2 ** 60]) {
    assert.throws(() => formatCount(wrong), RangeError);
  }
  assert.equal(formatCount(0), "0");
});
