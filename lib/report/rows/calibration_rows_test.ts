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
  assert.deepEqual(rows.map(({ n, variant }) => [n, variant]), [[14, "qv"], [13, "qv"], [
    13,
    "qv",
  ]]);
  assert.deepEqual(rows.map(({ n, mean }) => Math.round(n * mean)), [4, 13, 13]);
  assert.ok(Math.abs(rows[0]!.confidence - (0.55 + 0.065)) < 1e-12, `${rows[0]!.confidence}`);
  const [low, high] = rows[0]!.ci95;
  assert.ok(low > 0.1 && low < 4 / 14 && high > 4 / 14 && high < 0.6);
});

Deno.test("calibrationRows() has none with too few questions or without log-probabilities", () => {
  const answers = Array.from({ length: 19 }, () => answer(0.7, true));
  assert.deepEqual(calibrationRows("qv", answers), []);
  assert.equal(calibrationRows("qv", [...answers, answer(0.7, true)]).length, 3);
  assert.deepEqual(calibrationRows("qv", [...answers, { logProbs: [], correct: true }]), []);
});

Deno.test("calibrationRows() has a bin for every 50 questions, three at least and ten at most", () => {
  const bins = (n: number): number[] =>
    calibrationRows("qv", Array.from({ length: n }, (_, i) => answer(0.5 + i / 2 / n, true)))
      .map(({ n }) => n);
  assert.deepEqual(
    [20, 150, 199, 200, 499, 500, 14_042].map((n) => bins(n).length),
    [3, 3, 3, 4, 9, 10, 10],
  );
  assert.deepEqual(bins(150), [50, 50, 50]);
  assert.equal(bins(14_042).reduce((sum, n) => sum + n), 14_042);
});
