import assert from "node:assert/strict";

/** Sentences that no number warrants, and all of their kind, by what is wrong with them. */
const UNWARRANTED: Readonly<Record<string, RegExp>> = {
  "not to show chance is not chance": /\bat chance\b|no better than guess|only guess|just guess/i,
  "the paired test needs no knowledge": /cannot forget|no loss can be measured|noise/i,
  "a test that found nothing bounds nothing": /would probably|hardly any test|could (?:not )?tell/i,
  "the bound is the interval's end":
    /detectable|smallest (?:loss|difference)|no loss (?:is )?found/i,
  "one interval is not both": /the whole (?:95 % )?interval|whole interval/i,
  "the wider interval is not the more careful one": /more careful/i,
  "recipes are compared by pairing": /unless their intervals|intervals? (?:do not )?overlap/i,
  "guessed answers are no share of a score": /quarter of the score/i,
  "learning is not shown by a loss or a point":
    /\bis learnt\b|\bhas learnt\b|\bit fell\b|no fall is/i,
  "a heading asserts no direction": /gained \(points\)|lost \(points\)|accuracy (?:gained|lost)/i,
  "nor does a title": /gains on .* (?:and )?loses|brought and cost/i,
  "no difference shown is not no difference":
    /(?:is|was|there is) no (?:difference|change|loss)\b/i,
  "nothing proves": /\bproves?\b|\bproof\b|significant/i,
};

/** For tests: a text has no sentence of a kind that no number warrants. */
export function assertWarranted(text: string): void {
  for (const [why, kind] of Object.entries(UNWARRANTED)) {
    const found = kind.exec(text);
    assert.equal(
      found,
      null,
      `${why}: "${text.slice(Math.max(0, found?.index! - 80)).slice(0, 200)}"`,
    );
  }
}
