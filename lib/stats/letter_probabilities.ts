/**
 * A model's probabilities of the letters of one question, among these letters only.
 *
 * `p_l = exp(logProb_l) / sum(exp(logProb))`, without overflow.
 *
 * @param logProbs `[options]` log-probabilities of the letters in nats, finite, in their order.
 * @returns `[options]` probabilities with a sum of 1.
 * @throws {RangeError} If there are no letters or a value is not finite.
 *
 * @example
 * ```ts
 * import { letterProbabilities } from "./letter_probabilities.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(letterProbabilities([-900, -900]), [0.5, 0.5]);
 * ```
 */
export function letterProbabilities(logProbs: readonly number[]): number[] {
  if (logProbs.length === 0 || !logProbs.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot normalise log-probabilities as each must be finite: current values are ${
        logProbs.join(", ")
      }`,
    );
  }
  const largest = Math.max(...logProbs);
  const weights = logProbs.map((logProb) => Math.exp(logProb - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
