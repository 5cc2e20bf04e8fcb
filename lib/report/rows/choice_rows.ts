import type { WrittenScores } from "../../runs/mod.ts";
import type { Calibration, ChangeAboveChance, LetterTable, Proportion } from "../../stats/mod.ts";

/** Whether a variant's multiple-choice accuracy is shown to be above guessing. */
export interface ChanceRow {
  /** The variant's name. */
  readonly variant: string;
  /** The category, or "all". */
  readonly group: string;
  /** The accuracy of guessing, in 0..1. */
  readonly chance: number;
  /** One-sided exact binomial p-value. */
  readonly pValue: number;
  /** Whether it is shown at 5 %. That it is not does not show that a model guesses. */
  readonly shown: boolean;
}

/** What the log-probabilities of the letters say of one variant. */
export interface LetterRow {
  /** The variant's name. */
  readonly variant: string;
  /** Chosen and right letters. */
  readonly letters: LetterTable;
  /** Accuracy with the letter prior taken off. */
  readonly priorFree: Proportion;
  /** The mean probability of the right letter, in 0..1. */
  readonly rightProbability: number;
  /** The mean Brier score over all letters, 0 to 2. */
  readonly brier: number;
  /** Of the probability of the chosen letter; absent with few questions. */
  readonly calibration?: Calibration;
  /** By the letter that the model writes; absent where it was not asked for. */
  readonly written?: WrittenScores;
}

/** The change of a variant above guessing. */
export interface AboveChanceRow {
  /** The variant's name. */
  readonly variant: string;
  /** What was found. */
  readonly change: ChangeAboveChance;
}
