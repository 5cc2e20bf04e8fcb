import assert from "node:assert/strict";
import { int64 } from "./tensors.ts";

Deno.test("int64() holds every integer that a number can, of either sign", () => {
  const edges = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
  const values = edges.flatMap((value) => [value, -value]);
  assert.deepEqual([...int64(values).data], values.map(BigInt));
});

Deno.test("int64() refuses what is no integer", () => {
  for (const value of [1.5, NaN, Infinity, 2 ** 53, undefined as unknown as number]) {
    assert.throws(() => int64([1, value]), RangeError);
  }
});
