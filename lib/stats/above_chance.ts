import { binomialTest } from "./binomial_exact.ts";

/** Options of {@linkcode aboveChance}. */
export interface AboveChanceOptions {
  /** The chance of a right answer by guessing, 0.25 (four letters) by default. */
  readonly chance?: number;
  /** The level of the test, 0.05 by default. */
  readonly alpha?: number;
}

/** What {@linkcode aboveChance} found. */
export interface ChanceTest {
  /** The chance that was tested against. */
  readonly chance: number;
  /** How likely at least this many right answers are by guessing alone. */
  readonly pValue: number;
  /** Whether `pValue < alpha`: the score says more than guessing would. */
  readonly above: boolean;
}

/**
 * Whether a score is above guessing, by the exact one-sided binomial test.
 *
 * A model that guesses cannot lose anything: where this says `above: false` about the base model,
 * a later drop or gain is noise, and no percentage change should be shown.
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
  const { chance = 0.25, alpha = 0.05 } = options;
  const pValue = binomialTest(successes, n, chance, { alternative: "greater" });
  return { chance, pValue, above: pValue < alpha };
}
