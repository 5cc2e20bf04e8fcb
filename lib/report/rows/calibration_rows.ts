import {
  CALIBRATION_BINS,
  calibrationBins,
  type Interval,
  letterProbabilities,
  proportion,
} from "../../stats/mod.ts";

/** With fewer bins than these there is no curve to see. */
const FEWEST_BINS = 3;
/** So many questions a bin has where they are enough: its 95 % interval is 27 points wide at most. */
const BIN_QUESTIONS = 50;
/** Fewer questions than these have no bins, and in the record no calibration. */
const FEWEST_QUESTIONS = 20;

/** Questions of multiple choice that a variant is about equally sure of. */
export interface CalibrationRow {
  /** The variant's name. */
  readonly variant: string;
  /** Questions. */
  readonly n: number;
  /** The mean probability of the chosen letter among all letters, in 0..1. */
  readonly confidence: number;
  /** The share of right ones, in 0..1. */
  readonly mean: number;
  /** 95 % interval of the mean, in 0..1. */
  readonly ci95: Interval;
}

/** What is read of an answered multiple-choice question. */
export interface AnsweredChoice {
  /** `[options]` the letters' log-probabilities in nats; empty where they were not kept. */
  readonly logProbs: readonly number[];
  /** Whether the chosen letter is the right one. */
  readonly correct: boolean;
}

/**
 * How often a variant is right where it is so sure: its questions in bins of equal count, by the
 * probability of the chosen letter among all letters of the question. There is a bin for every 50
 * questions, three at least and ten at most: more bins of fewer questions show chance.
 *
 * The calibration error of a summary is of ten bins whatever the number of questions is, see
 * `calibration`: it is not the mean distance of these rows.
 *
 * @returns One row a bin, the least sure one first; none where log-probabilities were not kept, or
 * there are fewer than 20 questions.
 */
export function calibrationRows(
  variant: string,
  answers: readonly AnsweredChoice[],
): CalibrationRow[] {
  const n = answers.length;
  if (n < FEWEST_QUESTIONS || answers.some(({ logProbs }) => logProbs.length === 0)) return [];
  const bins = calibrationBins(
    answers.map(({ logProbs }) => Math.max(...letterProbabilities(logProbs))),
    answers.map(({ correct }) => correct),
    { bins: Math.min(CALIBRATION_BINS, Math.max(FEWEST_BINS, Math.floor(n / BIN_QUESTIONS))) },
  );
  return bins.map(({ n, confidence, right }) => {
    const { mean, ci95 } = proportion(right, n);
    return { variant, n, confidence, mean, ci95 };
  });
}
