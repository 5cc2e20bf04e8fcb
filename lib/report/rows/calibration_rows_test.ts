import assert from "node:assert/strict";
import { type AnsweredChoice, calibrationRows } from "./calibration_rows.ts";

/** Two options, the chosen one with this probability. */
function answer(share: number, correct: boolean): AnsweredChoice {
  // as a model gives them: over the whole vocabulary, the letters having half of it
  return { logProbs: [Math.log(share / 2), Math.log((1 - share) / 2)], correct };
}

Deno.test("calibrationRows() sorts questions by the chosen letter's share of all letters", () => {
  const answers = Array.from({ length: 40 }, (_, i) => answer(0.55 + 0.01 * i, i >= 10));
  const rows = calibrationRows("qv", answers.toReversed());
  assert.equal(rows.length, 10);
  assert.ok(rows.every(({ n, variant }) => n === 4 && variant === "qv"));
  assert.deepEqual(rows.map(({ n, mean }) => n * mean), [0, 0, 2, 4, 4, 4, 4, 4, 4, 4]);
  assert.ok(Math.abs(rows[0]!.confidence - (0.55 + 0.015)) < 1e-12, `${rows[0]!.confidence}`);
  const [low, high] = rows[2]!.ci95;
  assert.ok(low > 0.1 && low < 0.5 && high > 0.5 && high < 0.9);
});

Deno.test("calibrationRows() has none with too few questions or without log-probabilities", () => {
  const answers = Array.from({ length: 19 }, () => answer(0.7, true));
  assert.deepEqual(calibrationRows("qv", answers), []);
  assert.equal(calibrationRows("qv", [...answers, answer(0.7, true)]).length, 10);
  assert.deepEqual(calibrationRows("qv", [...answers, { logProbs: [], correct: true }]), []);
});
