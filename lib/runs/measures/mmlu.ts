import { z } from "zod";
import { COUNT, LABEL, type RecordOf, TEXT } from "../../ground/mod.ts";
import {
  ABOVE_CHANCE,
  CALIBRATION,
  CHANCE,
  CLUSTERED,
  FLIP_TABLE,
  LETTER_TABLE,
  PROPORTION,
  SCORE_EVIDENCE,
  VERDICT,
} from "../_estimate_schemas.ts";
import { BY_GROUP, PAIRED_CHANGE, SCORE_CHANGE } from "../paired_change.ts";
import { COMPLETION_KEYS, SAMPLE_NAME_KEYS, SAMPLE_PROMPT_KEYS } from "../samples.ts";
import { SUITE_COUNT_KEYS } from "../suite_counts.ts";

/** The multiple-choice half of a study. */
export const MMLU_KEYS = {
  /** The folder in MMLU's layout; or questions of one's own, a file or a folder. */
  path: TEXT,
  /**
   * What tables and figures call the data, and the subject of questions that name none; "MMLU", or
   * the name of the file or the folder, if left out.
   */
  title: LABEL.exactOptional(),
  /**
   * Questions of each of the three categories, or of each of one's own. `null` asks all test
   * questions of all subjects, those of the fourth category included.
   */
  perCategory: z.int().min(1).max(1000).nullable().default(50),
  /** Dev questions shown before each question, of which MMLU has five. */
  shots: z.int().min(0).max(5).default(4),
};

/** The keys of {@linkcode MmluSample}. */
export const MMLU_SAMPLE_KEYS = {
  ...SAMPLE_NAME_KEYS,
  /** The question's subject. */
  subject: TEXT,
  /** The subject's category. */
  category: TEXT,
  ...SAMPLE_PROMPT_KEYS,
  /**
   * Log-probabilities of the letters from A on as the next token, nats, <= 0; as many as the
   * question has choices: 4 in MMLU, 2 to 10 in data of one's own.
   */
  logProbs: z.array(z.number().max(0)).min(2).max(10),
};

/** The letter scores of one multiple-choice question. */
export interface MmluSample extends RecordOf<typeof MMLU_SAMPLE_KEYS> {}

/** The keys of {@linkcode WrittenSample}. */
export const WRITTEN_SAMPLE_KEYS:
  & typeof SAMPLE_NAME_KEYS
  & typeof SAMPLE_PROMPT_KEYS
  & typeof COMPLETION_KEYS = {
    ...SAMPLE_NAME_KEYS,
    ...SAMPLE_PROMPT_KEYS,
    ...COMPLETION_KEYS,
  };

/** What a variant wrote to a multiple-choice question. */
export interface WrittenSample extends RecordOf<typeof WRITTEN_SAMPLE_KEYS> {}

/** The keys of {@linkcode WrittenScores}. */
export const WRITTEN_SCORE_KEYS = {
  /** Right letters; no letter counts as wrong. */
  accuracy: PROPORTION,
  /** By log-probability on the same questions. */
  byLogProbability: PROPORTION,
  /** Completions in which there is no letter of an option. */
  noLetter: COUNT,
};

/** Multiple choice by the letter that the model writes, on the questions that were asked so. */
export interface WrittenScores extends RecordOf<typeof WRITTEN_SCORE_KEYS> {}

/** The keys of {@linkcode LetterScores}. */
export const LETTER_SCORE_KEYS = {
  /** Which letters were chosen. Of the questions with the most common number of options. */
  letters: LETTER_TABLE,
  /** Accuracy with the letter prior taken off, each question by the prior of all others. */
  priorFree: PROPORTION,
  /** The mean probability of the right letter, normalised over the letters. */
  rightProbability: z.number().min(0).max(1),
  /** The mean Brier score over all letters, 0 to 2, lower is better. */
  brier: z.number().min(0).max(2),
  /** Of the chosen letter's probability; absent with fewer than 20 questions. */
  calibration: CALIBRATION.exactOptional(),
  /** The answers that the model writes, where they were asked for. */
  written: z.strictObject(WRITTEN_SCORE_KEYS).exactOptional(),
};

/** Multiple choice as more than a count of right answers. */
export interface LetterScores extends RecordOf<typeof LETTER_SCORE_KEYS> {}

/** The keys of {@linkcode ChoiceScore}. */
export const CHOICE_SCORE_KEYS = {
  /** Right answers. */
  accuracy: PROPORTION,
  /** Whether that is above guessing. */
  chance: CHANCE,
};

/** An accuracy and whether it is above guessing. */
export interface ChoiceScore extends RecordOf<typeof CHOICE_SCORE_KEYS> {}

/** The keys of {@linkcode MmluScores}. */
export const MMLU_SCORE_KEYS = {
  /** Over all scored questions. */
  overall: z.strictObject(CHOICE_SCORE_KEYS),
  /** By category, in the order in which they are reported. */
  byCategory: z.record(TEXT, z.strictObject(CHOICE_SCORE_KEYS)),
  /** What the log-probabilities of the letters say; absent where they were not kept. */
  letters: z.strictObject(LETTER_SCORE_KEYS).exactOptional(),
  /** Overall accuracy with subjects as clusters; left out with fewer than two. */
  clustered: CLUSTERED.exactOptional(),
};

/** Multiple-choice accuracy. */
export interface MmluScores extends RecordOf<typeof MMLU_SCORE_KEYS> {}

const PRIOR_FREE = z.strictObject({ evidence: SCORE_EVIDENCE, verdict: VERDICT });

/** The keys of {@linkcode LetterChanges}. */
export const LETTER_CHANGE_KEYS = {
  /** Which letters the answers moved from and to, as "A" to "J". */
  flips: FLIP_TABLE,
  /** The change with the letter prior taken off. */
  priorFree: PRIOR_FREE,
  /** The rest of the raw change: what comes from choosing letters otherwise. */
  habit: PAIRED_CHANGE,
  /** Whether both 95 % intervals of the habit exclude 0. */
  habitShown: z.boolean(),
  /** Whether the raw and the prior-free change are given different words. */
  disagree: z.boolean(),
  /** Of the mean probability of the right letter. */
  rightProbability: PAIRED_CHANGE,
  /** Of the mean Brier score; lower is better. */
  brier: PAIRED_CHANGE,
  /** Of the answers that the model writes; absent where they were not asked for. */
  written: SCORE_CHANGE.exactOptional(),
};

/** What a variant chose otherwise than the base model did, and how much of a change is a habit. */
export interface LetterChanges extends RecordOf<typeof LETTER_CHANGE_KEYS> {}

/** Multiple choice, compared: its part of {@linkcode Comparison}. */
export const MMLU_COMPARISON_KEYS = {
  /** Over all scored questions; subjects are the clusters. */
  overall: SCORE_CHANGE,
  /** By category. */
  byCategory: BY_GROUP,
  /** The change of what is known above guessing. */
  aboveChance: ABOVE_CHANCE,
  /** What the log-probabilities of the letters say; absent where they were not kept. */
  letters: z.strictObject(LETTER_CHANGE_KEYS).exactOptional(),
};

/** How many questions were asked and scored, of how many subjects. */
export const MMLU_COUNT_KEYS = {
  ...SUITE_COUNT_KEYS,
  subjects: COUNT,
  /**
   * Examples that were shown before a question, where subjects differ the most of them: fewer than
   * the config's where data of one's own have fewer. Earlier summaries have it not.
   */
  shots: COUNT.exactOptional(),
  /** The fewest that were shown before a question; left out where it is `shots`. */
  fewestShots: COUNT.exactOptional(),
};
