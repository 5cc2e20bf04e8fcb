import assert from "node:assert/strict";
import { deviceShare, stepsOf } from "./_sweep_steps.ts";

const LINES = [
  { at: 0.4, text: "reused the Python environment in .venv" },
  { at: 1, text: "[0:01] base: text-to-SQL, 972 questions" },
  { at: 2.5, text: "900/972 questions, 0:01 left" },
  { at: 4, text: "[0:04] base: multiple choice, 14042 questions" },
  { at: 1000, text: "[16:40] Done: results/x" },
];

Deno.test("stepsOf() ends each step where the next begins, and the last with the command", () => {
  assert.deepEqual(stepsOf(LINES, 1001), [
    { name: "start", from: 0, to: 1 },
    { name: "base: text-to-SQL, 972 questions", from: 1, to: 4 },
    { name: "base: multiple choice, 14042 questions", from: 4, to: 1000 },
    { name: "Done", from: 1000, to: 1001 },
  ]);
});

Deno.test("deviceShare() is the mean over a step's own samples, and none without one", () => {
  const samples = [{ at: 1, share: 1 }, { at: 2, share: 0.5 }, { at: 4, share: 0.7 }, {
    at: 5,
    share: 0,
  }];
  const share = deviceShare({ name: "a", from: 1, to: 4 }, samples)!;
  assert.ok(Math.abs(share - 0.6) < 1e-12);
  assert.equal(deviceShare({ name: "a", from: 6, to: 9 }, samples), undefined);
});
