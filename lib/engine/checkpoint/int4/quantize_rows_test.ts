import assert from "node:assert/strict";
import fc from "fast-check";
import { dequantizeRows, INT4_BLOCK, type Int4Rows, quantizeRows } from "./quantize_rows.ts";

/** The upper half of a float32 number as the number that it stands for. */
function bfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

Deno.test("quantizeRows() packs codes and zero points as MatMulNBits reads them", () => {
  // from -2 to 5.5 in steps of 0.5, twice: 16 values, a step of 0.5, a zero point of 4
  const block = Array.from({ length: INT4_BLOCK }, (_, i) => -2 + 0.5 * (i % 16));
  // from 0 to 15, twice, with a zero point of 0; of the third block, one value
  const other = Array.from({ length: INT4_BLOCK }, (_, i) => i % 16);
  const row = [...block, ...other, -30];
  const { codes, scales, zeroPoints } = quantizeRows(Float32Array.from([...row, ...row]), 65);
  assert.equal(codes.length, 2 * 3 * 16);
  assert.deepEqual([...scales].map(bfloat16), [0.5, 1, 2, 0.5, 1, 2]);
  assert.deepEqual([...zeroPoints], [0x04, 0x0f, 0x04, 0x0f]);
  const inOrder = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
  assert.deepEqual([...codes.subarray(0, 32)], [...inOrder, ...inOrder, ...inOrder, ...inOrder]);
  assert.deepEqual([...codes.subarray(32, 48)], Array(16).fill(0));
  assert.deepEqual(codes.subarray(48), codes.subarray(0, 48));
});

Deno.test("dequantizeRows() gives what is on a grid of 16 values back, digit by digit", () => {
  const values = Float32Array.from({ length: 3 * 70 }, (_, i) => 0.25 * ((i * 7) % 16 - 8));
  // every block needs both ends, or its grid is a finer one
  for (let row = 0; row < 3; row++) {
    for (const start of [0, 32, 64]) values.set([-2, 1.75], row * 70 + start);
  }
  assert.deepEqual(dequantizeRows(quantizeRows(values, 70), 70), values);
});

Deno.test("dequantizeRows() leaves no weight further than half a step from the original, and 0 at 0", () => {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.float({ min: -1, max: 1, noNaN: true }) },
    { weight: 1, arbitrary: fc.float({ min: -100, max: 100, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.float({ min: Math.fround(-1e-6), max: 0, noNaN: true }) },
  );
  const matrix = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 3 })).chain(
    ([columns, rows]) =>
      fc.tuple(
        fc.constant(columns),
        fc.array(value, { minLength: rows * columns, maxLength: rows * columns }),
      ),
  );
  fc.assert(fc.property(matrix, ([columns, list]) => {
    const values = Float32Array.from(list);
    const packed = quantizeRows(values, columns);
    checkHalfStep(values, { columns, packed });
  }));
});

Deno.test("quantizeRows() takes the smallest step that reaches from a block's smallest weight to its largest", () => {
  fc.assert(
    fc.property(
      fc.float({ min: 0, max: 8, noNaN: true }),
      fc.float({ min: 0, max: 8, noNaN: true }),
      (low, high) => {
        const values = new Float32Array(INT4_BLOCK);
        values.set([-low, high]);
        const step = bfloat16(quantizeRows(values, INT4_BLOCK).scales[0]!);
        const exact = (low + high) / 15;
        assert(step >= exact, `${step} for ${exact}`);
        // bfloat16 has 8 digits; below 1e-37 it has fewer
        assert(step <= exact * (1 + 2 ** -7) || exact < 1e-37, `${step} for ${exact}`);
      },
    ),
  );
});

Deno.test("quantizeRows() gives a row the same codes wherever it stands", () => {
  const rows = [1, 2, 3].map((seed) =>
    Float32Array.from({ length: 45 }, (_, i) => Math.sin(seed * 100 + i))
  );
  const together = quantizeRows(Float32Array.from(rows.flatMap((row) => [...row])), 45);
  const apart = rows.map((row) => quantizeRows(row, 45));
  for (const part of ["codes", "scales", "zeroPoints"] as const) {
    assert.deepEqual([...together[part]], apart.flatMap((one) => [...one[part]]));
  }
});

function checkHalfStep(
  values: Float32Array,
  { columns, packed }: { readonly columns: number; readonly packed: Int4Rows },
): void {
  const found = dequantizeRows(packed, columns);
  assert.equal(found.length, values.length);
  const blocks = Math.ceil(columns / INT4_BLOCK);
  for (const [i, value] of values.entries()) {
    const row = Math.floor(i / columns);
    const block = Math.floor((i % columns) / INT4_BLOCK);
    const step = bfloat16(packed.scales[row * blocks + block]!);
    const difference = Math.abs(found[i]! - value);
    assert(difference <= step / 2 * (1 + 1e-6), `${value} became ${found[i]}, the step is ${step}`);
    if (value === 0) assert.equal(Math.abs(found[i]!), 0);
  }
}
