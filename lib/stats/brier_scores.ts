import { assertPairs } from "./_checks.ts";
import { assertGold } from "./_letter_checks.ts";
import { letterProbabilities } from "./letter_probabilities.ts";

/**
 * The Brier score of the answer that was given: `(confidence - right)^2`, 0 at best, 1 at worst.
 *
 * Two variants are compared by the paired difference of their scores, with
 * `meanEvidence(base, tuned, { better: "lower" })`. Unlike a binned calibration error it has no bias
 * with few questions: a perfect model has an expected 10-bin error of 0.09 on 150 questions.
 *
 * Source: G. W. Brier, "Verification of Forecasts Expressed in Terms of Probability", Monthly Weather
 * Review 78(1), 1950.
 *
 * @param confidence `[questions]` the probability of the chosen answer, in `[0, 1]`.
 * @param right `[questions]` whether it was right.
 * @returns `[questions]` scores.
 * @throws {RangeError} If there are no questions, the lengths differ or a value is out of range.
 *
 * @example
 * ```ts
 * import { brierScores } from "./brier_scores.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(brierScores([0.75, 0.5], [true, false]), [0.0625, 0.25]);
 * ```
 */
export function brierScores(confidence: readonly number[], right: readonly boolean[]): number[] {
  assertPairs(confidence, right);
  return confidence.map((share, i) => {
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(
        `Cannot score a confidence outside of 0 to 1: current value is ${share}`,
      );
    }
    return (share - Number(right[i])) ** 2;
  });
}

/**
 * The Brier score over all letters: `sum_l (p_l - [l is right])^2`, 0 at best, 2 at worst. It does
 * not depend on which letter was chosen, and is best, on average, with true probabilities.
 *
 * @param logProbs `[questions][options]` log-probabilities of the letters in nats.
 * @param gold `[questions]` the index of the right letter.
 * @returns `[questions]` scores.
 * @throws {RangeError} If the lengths differ, a letter is not among the options or a value is not
 * finite.
 *
 * @example
 * ```ts
 * import { letterBrierScores } from "./brier_scores.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(letterBrierScores([[-1, -1, -1, -1]], [2]), [0.75]);
 * ```
 */
export function letterBrierScores(
  logProbs: readonly (readonly number[])[],
  gold: readonly number[],
): number[] {
  assertGold(logProbs, gold);
  return logProbs.map((row, i) =>
    letterProbabilities(row).reduce(
      (sum, share, letter) => sum + (share - Number(letter === gold[i])) ** 2,
      0,
    )
  );
}
