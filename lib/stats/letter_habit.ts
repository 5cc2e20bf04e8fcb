import { assertPairs } from "./_checks.ts";
import type { MeanEvidence, ScoreEvidence } from "./evidence.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import { meanEvidence } from "./mean_evidence.ts";
import { type EvidenceOptions, scoreEvidence } from "./score_evidence.ts";
import { verdict } from "./verdict.ts";

/** Two variants' answers to the same questions, as they are and with the letter prior taken off. */
export interface HabitAnswers {
  /** Whether each answer was right, by the letter of the highest probability. */
  readonly raw: readonly boolean[];
  /** Whether it was right with the prior taken off, in the same order. */
  readonly priorFree: readonly boolean[];
}

/** A change of a multiple-choice score in two parts: `raw = priorFree + habit`. */
export interface LetterHabit {
  /** The change of the score as it is. */
  readonly raw: ScoreEvidence;
  /** The change with the letter priors taken off: what is known. */
  readonly priorFree: ScoreEvidence;
  /** The rest, `raw - priorFree`: what comes from choosing letters otherwise. */
  readonly habit: MeanEvidence;
  /** Whether both 95 % intervals of `habit` exclude 0. */
  readonly habitShown: boolean;
  /** Whether `raw` and `priorFree` are given different words, so that a finding has to say why. */
  readonly disagree: boolean;
}

/**
 * Splits a change of a multiple-choice score into what is known and what is a habit of letters.
 *
 * @param base The base model's answers.
 * @param tuned The tuned variant's, to the same questions in the same order.
 * @throws {RangeError} If there are fewer than two questions, or the lengths differ.
 *
 * @example A fall that is all habit
 * ```ts
 * import { letterHabit } from "./letter_habit.ts";
 * import assert from "node:assert/strict";
 *
 * const priorFree = Array.from({ length: 150 }, (_, i) => i % 2 === 0);
 * const base = { raw: priorFree, priorFree };
 * const tuned = { raw: priorFree.map((right, i) => right && i >= 40), priorFree };
 * const { raw, habit, habitShown, disagree } = letterHabit(base, tuned);
 * assert.equal(raw.difference, habit.difference);
 * assert.deepEqual([habitShown, disagree], [true, true]);
 * ```
 */
export function letterHabit(
  base: HabitAnswers,
  tuned: HabitAnswers,
  options: EvidenceOptions = {},
): LetterHabit {
  assertPairs(base.raw, base.priorFree);
  assertPairs(tuned.raw, tuned.priorFree);
  const raw = scoreEvidence(base.raw, tuned.raw, options);
  const priorFree = scoreEvidence(base.priorFree, tuned.priorFree, options);
  const byHabit = ({ raw, priorFree }: HabitAnswers): number[] =>
    raw.map((right, i) => Number(right) - Number(priorFree[i]));
  const habit = meanEvidence(byHabit(base), byHabit(tuned), options);
  const { wider } = evidenceIntervals(habit);
  return {
    raw,
    priorFree,
    habit,
    habitShown: wider !== undefined && (wider[0] > 0 || wider[1] < 0),
    disagree: verdict(raw).outcome !== verdict(priorFree).outcome,
  };
}
