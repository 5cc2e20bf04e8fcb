import { letterProbabilities } from "./letter_probabilities.ts";

/** A question's letters with the letter prior taken off. */
export interface PriorFreeChoice {
  /** `[options]` `log(p_l / prior_l)` in nats. */
  readonly scores: readonly number[];
  /** The index of the highest score, the first one on a tie. */
  readonly choice: number;
}

/** Below this a probability has underflowed, and its logarithm would be infinite. */
const LEAST = Number.MIN_VALUE;

/**
 * Chooses letters with the model's letter habit taken off: by how much likelier each letter is at
 * this question than at other ones.
 *
 * If a score falls and the one by these choices does not, what changed is a habit and not what is
 * known. The prior never comes from the question itself nor from the right letters, so that a score
 * cannot raise itself. A question without another one of as many options keeps its raw choice.
 *
 * Source: H. Zhou et al., arXiv:2309.17249, 2024; C. Zheng et al., arXiv:2309.03882, 2024. We differ
 * on purpose in leaving each question out of its own prior.
 *
 * @param logProbs `[questions][options]` log-probabilities of the letters in nats.
 * @returns One an entry of `logProbs`.
 * @throws {RangeError} If a value is not finite.
 *
 * @example B everywhere, but least surely where A is right
 * ```ts
 * import { priorFreeChoices } from "./prior_free_choices.ts";
 * import assert from "node:assert/strict";
 *
 * const logProbs = [[-3, -0.1], [-1, -0.5], [-3, -0.1], [-1, -0.5]];
 * assert.deepEqual(priorFreeChoices(logProbs).map(({ choice }) => choice), [1, 0, 1, 0]);
 * ```
 */
export function priorFreeChoices(
  logProbs: readonly (readonly number[])[],
): PriorFreeChoice[] {
  const shares = logProbs.map(letterProbabilities);
  const byOptions = Map.groupBy(shares.keys(), (i) => shares[i]!.length);
  const result = new Array<PriorFreeChoice>(shares.length);
  for (const positions of byOptions.values()) {
    const priors = priorsOfOthers(positions.map((i) => shares[i]!));
    positions.forEach((i, k) => {
      result[i] = scored(shares[i]!, priors[k]!);
    });
  }
  return result;
}

/**
 * For each row the mean of all other ones; equal shares if there are none. Sums from both ends, as
 * taking a row off the sum of all would leave rounding where the others are small.
 */
function priorsOfOthers(rows: readonly (readonly number[])[]): number[][] {
  const others = rows.length - 1;
  if (others === 0) return rows.map((row) => row.map(() => 1 / row.length));
  const after = rows.map((row) => row.map(() => 0));
  for (let i = others - 1; i >= 0; i--) {
    after[i] = rows[i + 1]!.map((share, letter) => share + after[i + 1]![letter]!);
  }
  const before = rows[0]!.map(() => 0);
  return rows.map((row, i) => {
    const prior = before.map((sum, letter) => (sum + after[i]![letter]!) / others);
    row.forEach((share, letter) => {
      before[letter]! += share;
    });
    return prior;
  });
}

function scored(shares: readonly number[], prior: readonly number[]): PriorFreeChoice {
  const scores = shares.map((share, letter) =>
    Math.log(Math.max(LEAST, share)) - Math.log(Math.max(LEAST, prior[letter]!))
  );
  return { scores, choice: scores.indexOf(Math.max(...scores)) };
}
