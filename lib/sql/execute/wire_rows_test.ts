import assert from "node:assert/strict";
import fc from "fast-check";
import { sqlValue } from "../compare/_test_arbitraries.ts";
import { fromWire, toWire } from "./wire_rows.ts";

Deno.test("fromWire() gives every row back that toWire() sent through JSON", () => {
  fc.assert(
    fc.property(fc.array(fc.array(sqlValue)), (rows) => {
      const sent = JSON.parse(JSON.stringify(toWire(rows)));
      assert.deepEqual(fromWire(sent), rows);
    }),
    { seed: 42, numRuns: 500 },
  );
});

Deno.test("fromWire() keeps integers, whole floats, infinities and bytes apart", () => {
  const row = [1n, 1, -0, 1.5, 2n ** 63n - 1n, -(2n ** 63n), Infinity, -Infinity, "1", null];
  const rows = [[...row, new Uint8Array([0, 255]), new Uint8Array()]];
  assert.deepEqual(fromWire(JSON.parse(JSON.stringify(toWire(rows)))), rows);
});
