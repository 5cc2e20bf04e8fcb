import assert from "node:assert/strict";
import { clipLine } from "./clip_line.ts";

Deno.test("clipLine() leaves a line within as it is, and one outside out", () => {
  const line = [[1, 5], [2, 7], [2, 9]] as const;
  assert.deepEqual(clipLine(line, [0, 3]), [[[1, 5], [2, 7], [2, 9]]]);
  assert.deepEqual(clipLine(line, [3, 4]), []);
  assert.deepEqual(clipLine([[1, 1]], [0, 3]), [], "a point is no line");
});

Deno.test("clipLine() has two parts of a line that leaves and comes back", () => {
  const line = [[0, 0], [4, 4], [0, 8]] as const;
  assert.deepEqual(clipLine(line, [-1, 2]), [[[0, 0], [2, 2]], [[2, 6], [0, 8]]]);
});

Deno.test("clipLine() cuts a line on both sides, whichever way it goes", () => {
  assert.deepEqual(clipLine([[0, 0], [10, 20]], [2, 4]), [[[2, 4], [4, 8]]]);
  assert.deepEqual(clipLine([[10, 20], [0, 0]], [2, 4]), [[[4, 8], [2, 4]]]);
});
