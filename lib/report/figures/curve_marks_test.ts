import assert from "node:assert/strict";
import { ticksOf } from "./curve_marks.ts";

Deno.test("ticksOf() gives round ticks with 0 among them, and never one alone", () => {
  assert.deepEqual(ticksOf([-6, 24]), [0, 10, 20]);
  assert.deepEqual(ticksOf([-1, 1]), [-1, -0.5, 0, 0.5, 1]);
  // steps of 5 would leave 0 alone
  assert.deepEqual(ticksOf([-4.9, 2.4], 3), [-4, -2, 0, 2]);
});
