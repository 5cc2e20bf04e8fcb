import assert from "node:assert/strict";
import fc from "fast-check";
import { sqlValue } from "../../testing/row_arbitraries.ts";
import { decodeFrame, encodeFrame, FRAME_HEADER_BYTES, frameLengths } from "./frames.ts";
import { jsonOfRows, PackedRows, packRows } from "./packed_rows.ts";

const table = fc.integer({ min: 0, max: 4 }).chain((width) =>
  fc.array(fc.array(sqlValue, { minLength: width, maxLength: width })).map((rows) => ({
    width,
    rows,
  }))
);

Deno.test("PackedRows gives every row back that was packed", () => {
  fc.assert(
    fc.property(table, ({ rows, width }) => {
      const packed = packRows(rows, width);
      assert.deepEqual(packed.rows(), rows);
      assert.equal(packed.valueCount, rows.length * width);
    }),
    { seed: 42, numRuns: 500 },
  );
});

Deno.test("PackedRows has the same bytes exactly for the same values of the same types", () => {
  const values = [1n, 1, -0, 0, 0n, 1.5, "1", "", null, new Uint8Array([0x31]), new Uint8Array()];
  const bytes = values.map((value) => packRows([[value]], 1).bytes.toHex());
  assert.equal(new Set(bytes).size, values.length);
  assert.equal(packRows([[1n, "é"]], 2).bytes.toHex(), packRows([[1n, "é"]], 2).bytes.toHex());
});

Deno.test("PackedRows gives every row back that came as JSON, and the same bytes", () => {
  fc.assert(
    fc.property(table, table, ({ rows, width }, other) => {
      const shape = { rowCount: rows.length, columnCount: width };
      const packed = packRows(rows, width);
      const sent = new PackedRows({ json: jsonOfRows(rows) }, shape);
      assert.deepEqual(sent.rows(), rows);
      assert.deepEqual(sent.bytes, packed.bytes);
      assert.equal(sent.isSameAs(packed) && packed.isSameAs(sent), true);
      const otherSent = new PackedRows(
        { json: jsonOfRows(other.rows) },
        { rowCount: other.rows.length, columnCount: other.width },
      );
      const expected = packed.isSameAs(packRows(other.rows, other.width));
      assert.equal(sent.isSameAs(otherSent), expected);
      assert.equal(packed.isSameAs(otherSent), expected);
    }),
    { seed: 42, numRuns: 500 },
  );
});

Deno.test("PackedRows keeps integers at their ends, infinities and long texts", () => {
  const rows = [
    [2n ** 63n - 1n, -(2n ** 63n), 2n ** 31n, -(2n ** 31n), 2n ** 31n - 1n, 2n ** 53n + 1n],
    [Infinity, -Infinity, 5e-324, 1.7976931348623157e308, -0, 0.1],
    ["x".repeat(100_000), "é".repeat(30), "\u{10ffff}", "\ufeffx", "a\0b", "🎉".repeat(9)],
  ];
  assert.deepEqual(packRows(rows, 6).rows(), rows);
});

Deno.test("decodeFrame() gives message and bytes back", () => {
  const frame = encodeFrame({ kind: "é", at: 1 }, new Uint8Array([0, 255]));
  const { json, all } = frameLengths(frame.subarray(0, FRAME_HEADER_BYTES));
  assert.equal(all, frame.length - FRAME_HEADER_BYTES);
  const { message, bytes } = decodeFrame(frame.subarray(FRAME_HEADER_BYTES), json);
  assert.deepEqual(message, { kind: "é", at: 1 });
  assert.deepEqual(bytes, new Uint8Array([0, 255]));
});
