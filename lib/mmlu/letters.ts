import type { MmluQuestion } from "./types.ts";

/** The letters of the choices: MMLU uses the first four, your own data up to ten. */
export const LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"] as const;

/** The fewest choices that a question may have. */
export const FEWEST_CHOICES = 2;

/**
 * How many letters a model has to be asked for: the most choices that a question has.
 *
 * @throws {RangeError} If there is no question.
 */
export function letterCount(questions: readonly Pick<MmluQuestion, "choices">[]): number {
  if (questions.length === 0) throw new RangeError("Cannot count the letters of no question");
  return questions.reduce((most, { choices }) => Math.max(most, choices.length), 0);
}

/**
 * The share of questions that guessing gets right: the mean over the questions of 1 / choices.
 *
 * @throws {RangeError} If there is no question.
 *
 * @example One question of four choices and one of two
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(chanceOf([{ choices: ["a", "b", "c", "d"] }, { choices: ["a", "b"] }]), 0.375);
 * ```
 */
export function chanceOf(questions: readonly Pick<MmluQuestion, "choices">[]): number {
  if (questions.length === 0) throw new RangeError("Cannot tell the chance of no question");
  // counted by the number of choices, so that equal ones give exactly 1 / choices
  const counts = new Map<number, number>();
  for (const { choices } of questions) {
    counts.set(choices.length, (counts.get(choices.length) ?? 0) + 1);
  }
  return [...counts].reduce((sum, [size, count]) => sum + count / questions.length / size, 0);
}
