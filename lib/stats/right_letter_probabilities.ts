import { assertGold } from "./_letter_checks.ts";
import { letterProbabilities } from "./letter_probabilities.ts";

/**
 * The probability that a model gives the right letter of each question: it moves with what is known
 * also where the chosen letter does not. Its mean is compared with `meanEvidence`.
 *
 * @param logProbs `[questions][options]` log-probabilities of the letters in nats.
 * @param gold `[questions]` the index of the right letter.
 * @returns `[questions]` probabilities.
 * @throws {RangeError} If the lengths differ, a letter is not among the options or a value is not
 * finite.
 *
 * @example
 * ```ts
 * import { rightLetterProbabilities } from "./right_letter_probabilities.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(rightLetterProbabilities([[-1, -1, -1, -1], [-2, -2]], [3, 0]), [0.25, 0.5]);
 * ```
 */
export function rightLetterProbabilities(
  logProbs: readonly (readonly number[])[],
  gold: readonly number[],
): number[] {
  assertGold(logProbs, gold);
  return logProbs.map((row, i) => letterProbabilities(row)[gold[i]!]!);
}
