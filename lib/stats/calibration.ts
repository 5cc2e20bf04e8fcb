import { meanOf } from "./_mean.ts";
import { brierScores } from "./brier_scores.ts";

/** Into how many bins questions are sorted where nobody says otherwise: those of every summary. */
export const CALIBRATION_BINS = 10;

/** Options of {@linkcode calibration}. */
export interface CalibrationOptions {
  /**
   * Into how many bins of equal count the questions are sorted, {@linkcode CALIBRATION_BINS}
   * by default. A figure of few questions may take fewer; errors on other numbers of bins are not comparable.
   */
  readonly bins?: number;
}

/** How well confidences say how often an answer is right. */
export interface Calibration {
  /** Questions. */
  readonly n: number;
  /** Bins. */
  readonly bins: number;
  /** `sum w |confidence - accuracy|` over these bins. It is above 0 for a perfect model with few questions. */
  readonly ece: number;
  /** `sum w (confidence - accuracy)^2`, biased in the same way. */
  readonly l2: number;
  /** The same less its bias: 0 on average for a perfect model, and below 0 by chance. */
  readonly l2Debiased: number;
  /** The mean Brier score, `reliability - resolution + uncertainty + withinBin`. */
  readonly brier: number;
  /** `l2` as a part of the Brier score. */
  readonly reliability: number;
  /** How far the bins' accuracies are from the overall one. */
  readonly resolution: number;
  /** `accuracy (1 - accuracy)`. */
  readonly uncertainty: number;
  /** What the spread of confidences within a bin adds. */
  readonly withinBin: number;
}

/** Questions of like confidence. */
export interface CalibrationBin {
  /** Questions. */
  readonly n: number;
  /** Their mean confidence. */
  readonly confidence: number;
  /** How many of them are right. */
  readonly right: number;
}

/**
 * Questions in the order of their confidence, in bins of equal count: what a reliability diagram
 * draws, and what {@linkcode calibration} is computed on.
 *
 * @param confidence `[questions]` the probability of the chosen answer, in `[0, 1]`.
 * @param right `[questions]` whether it was right.
 * @throws {RangeError} If the lengths differ, a value is out of range or a bin has fewer than two
 * questions.
 *
 * @example Two bins of two questions
 * ```ts
 * import { calibrationBins } from "./calibration.ts";
 * import assert from "node:assert/strict";
 *
 * const bins = calibrationBins([0.9, 0.5, 0.3, 0.9], [true, true, false, false], { bins: 2 });
 * assert.deepEqual(bins, [
 *   { n: 2, confidence: 0.4, right: 1 },
 *   { n: 2, confidence: 0.9, right: 1 },
 * ]);
 * ```
 */
export function calibrationBins(
  confidence: readonly number[],
  right: readonly boolean[],
  options: CalibrationOptions = {},
): CalibrationBin[] {
  // checks lengths and values
  brierScores(confidence, right);
  return equalBins(confidence, options).map((bin) => ({
    n: bin.length,
    confidence: meanOf(bin.map((i) => confidence[i]!)),
    right: bin.filter((i) => right[i]).length,
  }));
}

/**
 * The calibration of confidences on bins of equal count, with the bias of few questions taken off.
 *
 * With `k` questions in a bin, `(confidence - accuracy)^2` is too large by the variance of the
 * accuracy, which is taken off: `accuracy (1 - accuracy) / (k - 1)`. Two variants are compared by
 * their Brier scores, not by this.
 *
 * Source: C. A. T. Ferro and T. E. Fricker, "A bias-corrected decomposition of the Brier score",
 * Quarterly Journal of the Royal Meteorological Society 138, 2012; A. Kumar, P. Liang and T. Ma,
 * "Verified Uncertainty Calibration", NeurIPS 2019; D. B. Stephenson, C. A. S. Coelho and I. T.
 * Jolliffe, "Two Extra Components in the Brier Score Decomposition", Weather and Forecasting 23,
 * 2008.
 *
 * @param confidence `[questions]` the probability of the chosen answer, in `[0, 1]`.
 * @param right `[questions]` whether it was right.
 * @throws {RangeError} If the lengths differ, a value is out of range or a bin has fewer than two
 * questions.
 *
 * @example Right half of the time at 50 %
 * ```ts
 * import { calibration } from "./calibration.ts";
 * import assert from "node:assert/strict";
 *
 * const { ece, brier } = calibration([0.5, 0.5, 0.5, 0.5], [true, false, true, false], { bins: 2 });
 * assert.deepEqual([ece, brier], [0, 0.25]);
 * ```
 */
export function calibration(
  confidence: readonly number[],
  right: readonly boolean[],
  options: CalibrationOptions = {},
): Calibration {
  const brier = meanOf(brierScores(confidence, right));
  const sorted = equalBins(confidence, options);
  const bins = sorted.length;
  const n = confidence.length;
  const accuracy = right.filter(Boolean).length / n;
  const result = { ece: 0, l2: 0, l2Debiased: 0, resolution: 0, withinBin: 0 };
  for (const bin of sorted) {
    const shares = bin.map((i) => confidence[i]!);
    const outcomes = bin.map((i) => Number(right[i]));
    const weight = bin.length / n;
    const share = meanOf(shares);
    const hits = meanOf(outcomes);
    const gap = share - hits;
    const spread = meanOf(shares.map((value) => (value - share) ** 2));
    const along = meanOf(shares.map((value, k) => (value - share) * (outcomes[k]! - hits)));
    result.ece += weight * Math.abs(gap);
    result.l2 += weight * gap ** 2;
    result.l2Debiased += weight * (gap ** 2 - hits * (1 - hits) / (bin.length - 1));
    result.resolution += weight * (hits - accuracy) ** 2;
    result.withinBin += weight * (spread - 2 * along);
  }
  const uncertainty = accuracy * (1 - accuracy);
  return { n, bins, ...result, brier, reliability: result.l2, uncertainty };
}

/** Positions in the order of their values, in bins of which the first ones may have one more. */
function equalBins(
  values: readonly number[],
  { bins = CALIBRATION_BINS }: CalibrationOptions,
): number[][] {
  const n = values.length;
  if (!Number.isSafeInteger(bins) || bins < 1 || n < 2 * bins) {
    throw new RangeError(
      `Cannot calibrate as each bin needs at least two questions: ` +
        `current values are ${n} questions and ${bins} bins`,
    );
  }
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const size = Math.floor(n / bins);
  const larger = n % bins;
  return Array.from({ length: bins }, (_, k) => {
    const start = k * size + Math.min(k, larger);
    return order.slice(start, start + size + (k < larger ? 1 : 0));
  });
}
