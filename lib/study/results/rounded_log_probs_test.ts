import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { readAnswers } from "./read_answers.ts";
import { roundedLogProbs } from "./rounded_log_probs.ts";

const LETTER = { id: "x", subject: "s", category: "c", answer: 0, chosen: 0, correct: true };

Deno.test("roundedLogProbs() tells a recording's log-probabilities from a study's own", () => {
  const recorded = readAnswers(`${fromRoot("results/recorded/sample")}::base`, () => {});
  assert.ok(recorded.letters.length > 0);
  assert.equal(roundedLogProbs(recorded), true);
  const own = [-1.6155, -5.7678, -3.69, -3.1104];
  assert.equal(roundedLogProbs({ letters: [{ ...LETTER, logProbs: own }] }), false);
});

Deno.test("roundedLogProbs() says nothing of answers without log-probabilities", () => {
  assert.equal(roundedLogProbs({ letters: [{ ...LETTER, logProbs: [] }] }), false);
  assert.equal(roundedLogProbs({ letters: [] }), false);
});
