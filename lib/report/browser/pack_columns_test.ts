import assert from "node:assert/strict";
import fc from "fast-check";
import { packColumns, smallestColumn } from "./pack_columns.ts";
import { unpackColumns } from "./client/unpack_columns.ts";

Deno.test("unpackColumns() gives back every column that packColumns() packed", () => {
  const column = fc.oneof(fc.uint8Array(), fc.uint16Array(), fc.uint32Array(), fc.int16Array());
  fc.assert(fc.property(fc.dictionary(fc.string(), column), (columns) => {
    const bytes = packColumns(columns);
    assert.deepEqual(
      Object.entries(unpackColumns(bytes.buffer as ArrayBuffer)),
      Object.entries(columns),
    );
  }));
});

Deno.test("packColumns() packs a part of a column, and refuses what is no column", () => {
  const part = new Uint16Array([1, 2, 3, 4]).subarray(1, 3);
  const bytes = packColumns({ part });
  assert.deepEqual(unpackColumns(bytes.buffer as ArrayBuffer).part, Uint16Array.of(2, 3));
  const wrong = { wrong: new Float64Array(1) } as unknown as Parameters<typeof packColumns>[0];
  assert.throws(() => packColumns(wrong), { name: "RangeError", message: /"wrong"/ });
});

Deno.test("smallestColumn() has room for the largest value", () => {
  assert.deepEqual(
    [[], [255], [256], [65_535], [65_536]].map((values) => {
      const column = smallestColumn(values);
      assert.deepEqual([...column], values);
      return column.BYTES_PER_ELEMENT;
    }),
    [1, 1, 2, 2, 4],
  );
});
