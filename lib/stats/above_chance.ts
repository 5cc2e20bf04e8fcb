import { binomialTest } from "./binomial_exact.ts";

/** Options of {@linkcode aboveChance}. */
export interface AboveChanceOptions {
  /** The chance of a right answer by guessing, 0.25 (four letters) by default. */
  readonly chance?: number;
}

/** What {@linkcode aboveChance} found. */
export interface ChanceTest {
  /** The chance that was tested against. */
  readonly chance: number;
  /** How likely at least this many right answers are by guessing alone. */
  readonly pValue: number;
  /** Whether `pValue` is below 0.05: the score is shown to be above guessing. */
  readonly above: boolean;
}

/**
 * Whether a score is above guessing, by the exact one-sided binomial test.
 *
 * One reading beside others, and never a gate: `above: false` does not show that a model guesses,
 * and a paired difference needs no score above chance. See `changeAboveChance`, `letterTable` and
 * `rightLetterProbabilities` for what else a score near chance may be.
 *
 * @param successes Right answers, an integer in `[0, n]`.
 * @param n Questions, an integer >= 0.
 * @throws {RangeError} If a count or the chance is out of range.
 *
 * @example 46 of 150 is not above one in four, 48 is
 * ```ts
 * import { aboveChance } from "./above_chance.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(aboveChance(46, 150).above, false);
 * assert.equal(aboveChance(48, 150).above, true);
 * ```
 */
export function aboveChance(
  successes: number,
  n: number,
  options: AboveChanceOptions = {},
): ChanceTest {
  const { chance = 0.25 } = options;
  const pValue = binomialTest(successes, n, chance, { alternative: "greater" });
  return { chance, pValue, above: pValue < 0.05 };
}
