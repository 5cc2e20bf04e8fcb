import { assertLetter } from "./_letter_checks.ts";
import { atLeastMatches } from "./_letter_matches.ts";

/** Options of {@linkcode letterTable}. */
export interface LetterTableOptions {
  /** How many letters the questions have, 4 by default. */
  readonly options?: number;
}

/** Which letters a model chose, and what it would get right if they had nothing to do with the question. */
export interface LetterTable {
  /** Questions. */
  readonly n: number;
  /** `[options]` how often each letter was chosen. */
  readonly chosen: readonly number[];
  /** `[options]` how often each letter is the right one. */
  readonly gold: readonly number[];
  /** Right answers. */
  readonly right: number;
  /** Right answers that these letters would get in a random order: `sum(chosen * gold) / n`. */
  readonly expected: number;
  /** The standard deviation of right answers in a random order. */
  readonly sd: number;
  /** `(right - expected) / sd`; 0 where `sd` is 0. */
  readonly z: number;
  /** `(right - expected) / (n - expected)`: 0 by letters alone, 1 if all is right. */
  readonly kappa: number;
  /** The share of all orders of the right letters with at least `right` matches. */
  readonly pValue: number;
  /** Whether `pValue` counts all orders or takes the normal distribution, with many questions. */
  readonly method: "exact" | "normal";
  /** The entropy of the chosen letters in bits: 0 for one letter, 2 for four chosen equally often. */
  readonly entropyBits: number;
  /** Whether one letter has more than 60 % or the entropy is under 1 bit: a habit to be shown. */
  readonly habit: boolean;
}

/**
 * Whether a multiple-choice score comes from the questions or from a habit of choosing a letter.
 *
 * A model that says one letter to every question is right as often as that letter is: `right` equals
 * `expected`, kappa is 0 and the p-value 1, whatever its score is.
 *
 * Source: J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological
 * Measurement 20(1), 1960 (kappa); J. Riordan, An Introduction to Combinatorial Analysis, 1958,
 * chapters 7 and 8 (matches); C. Zheng et al., "Large Language Models Are Not Robust Multiple Choice
 * Selectors", arXiv:2309.03882, 2024.
 *
 * @param chosen `[questions]` the index of the chosen letter.
 * @param gold `[questions]` the index of the right letter.
 * @throws {RangeError} If there are no questions, the lengths differ or a letter is out of range.
 *
 * @example 38 right of 150, and not one of them known
 * ```ts
 * import { letterTable } from "./letter_table.ts";
 * import assert from "node:assert/strict";
 *
 * const gold = Array.from({ length: 150 }, (_, i) => i % 4);
 * const { right, expected, kappa, pValue, habit } = letterTable(gold.map(() => 0), gold);
 * assert.deepEqual([right, expected, kappa, pValue, habit], [38, 38, 0, 1, true]);
 * ```
 */
export function letterTable(
  chosen: readonly number[],
  gold: readonly number[],
  options: LetterTableOptions = {},
): LetterTable {
  const letters = options.options ?? 4;
  const n = chosen.length;
  if (n !== gold.length || n === 0) {
    throw new RangeError(
      `Cannot count letters as each question > 0 needs a chosen and a right one: ` +
        `current lengths are ${n} and ${gold.length}`,
    );
  }
  const counts = { chosen: count(chosen, letters), gold: count(gold, letters) };
  const right = chosen.filter((letter, i) => letter === gold[i]).length;
  const expected = counts.chosen.reduce((sum, times, l) => sum + times * counts.gold[l]!, 0) / n;
  const sd = matchDeviation(counts.chosen, counts.gold);
  const shares = counts.chosen.filter((times) => times > 0).map((times) => times / n);
  const entropyBits = shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
  return {
    n,
    ...counts,
    right,
    expected,
    sd,
    z: sd === 0 ? 0 : (right - expected) / sd,
    kappa: expected === n ? 0 : (right - expected) / (n - expected),
    ...atLeastMatches({ ...counts, right, expected, sd }),
    entropyBits,
    habit: Math.max(...shares) > 0.6 || entropyBits < 1,
  };
}

function count(indices: readonly number[], letters: number): number[] {
  const counts = new Array<number>(letters).fill(0);
  for (const letter of indices) {
    assertLetter(letter, letters);
    counts[letter]!++;
  }
  return counts;
}

/**
 * The standard deviation of matches over all orders of the right letters. Over every pair of a
 * chosen and a right letter the match, centred by row and by column, is squared and summed.
 */
function matchDeviation(chosen: readonly number[], gold: readonly number[]): number {
  const n = chosen.reduce((sum, times) => sum + times, 0);
  if (n === 1) return 0;
  const expected = chosen.reduce((sum, times, l) => sum + times * gold[l]!, 0) / n;
  let squares = 0;
  chosen.forEach((times, c) =>
    gold.forEach((rights, g) => {
      const centred = Number(c === g) - gold[c]! / n - chosen[g]! / n + expected / n;
      squares += times * rights * centred ** 2;
    })
  );
  return squares < 1e-12 * n * n ? 0 : Math.sqrt(squares / (n - 1));
}
