import {
  calibrationBins,
  type Interval,
  letterProbabilities,
  proportion,
} from "../../stats/mod.ts";

/** So many bins of equal count a variant has. */
const BINS = 10;

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
 * How often a variant is right where it is so sure: its questions in ten bins of equal count, by the
 * probability of the chosen letter among all letters of the question.
 *
 * @returns One row a bin, the least sure one first; none where log-probabilities were not kept, or
 * there are fewer than two questions a bin.
 */
export function calibrationRows(
  variant: string,
  answers: readonly AnsweredChoice[],
): CalibrationRow[] {
  if (answers.length < 2 * BINS || answers.some(({ logProbs }) => logProbs.length === 0)) return [];
  const bins = calibrationBins(
    answers.map(({ logProbs }) => Math.max(...letterProbabilities(logProbs))),
    answers.map(({ correct }) => correct),
    { bins: BINS },
  );
  return bins.map(({ n, confidence, right }) => {
    const { mean, ci95 } = proportion(right, n);
    return { variant, n, confidence, mean, ci95 };
  });
}
