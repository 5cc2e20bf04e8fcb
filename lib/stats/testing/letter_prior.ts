import { letterProbabilities } from "../letter_probabilities.ts";

/**
 * How likely a model makes each letter, whatever the question: the mean of its probabilities over
 * questions. The right letters do not enter.
 *
 * Source: H. Zhou et al., "Batch Calibration: Rethinking Calibration for In-Context Learning and
 * Prompt Engineering", arXiv:2309.17249, 2024.
 *
 * @param logProbs `[questions][options]` log-probabilities of the letters in nats, all questions
 * with the same number of options. Take other questions than those that are scored with it.
 * @returns `[options]` probabilities with a sum of 1.
 * @throws {RangeError} If there are no questions, their options differ in number or a value is not
 * finite.
 *
 * @example
 * ```ts
 * import { letterPrior } from "./letter_prior.ts";
 * import assert from "node:assert/strict";
 *
 * const prior = letterPrior([[0, 0], [Math.log(3), 0]]);
 * assert.deepEqual(prior.map((share) => share.toFixed(3)), ["0.625", "0.375"]);
 * ```
 */
export function letterPrior(logProbs: readonly (readonly number[])[]): number[] {
  const options = logProbs[0]?.length ?? 0;
  if (logProbs.some((row) => row.length !== options) || options === 0) {
    throw new RangeError(
      `Cannot take a letter prior as there must be questions with the same number of options: ` +
        `current numbers are ${[...new Set(logProbs.map((row) => row.length))].join(", ")}`,
    );
  }
  const sums = new Array<number>(options).fill(0);
  for (const row of logProbs) {
    letterProbabilities(row).forEach((share, letter) => {
      sums[letter]! += share;
    });
  }
  return sums.map((sum) => sum / logProbs.length);
}
