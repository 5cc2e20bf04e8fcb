import { assertPositive } from "./_checks.ts";
import { higherIsBetter, pAbove, pDifference } from "./_evidence_p.ts";
import type { Evidence } from "./evidence.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import type { Interval } from "./interval.ts";

/** What may be said of a difference. */
export type Outcome = "gain" | "loss" | "loss_excluded" | "no_difference_shown";

/** Options of {@linkcode verdict}. */
export interface VerdictOptions {
  /** The loss that is not to be tolerated, > 0, in the unit of the difference. */
  readonly delta?: number;
}

/** What {@linkcode verdict} found: data for a sentence, and no sentence. */
export interface Verdict {
  /** The one word that both intervals allow. A gain or a loss goes before an excluded loss. */
  readonly outcome: Outcome;
  /** `tuned - base`, in the unit of the measure, whichever way is better. */
  readonly difference: number;
  /** The wider ends of both 95 % intervals; left out if one of the two cannot be taken. */
  readonly ci95?: Interval;
  /** The 95 % interval with examples as the unit. */
  readonly plainCi95?: Interval;
  /** The 95 % interval with clusters as the unit. */
  readonly clusteredCi95?: Interval;
  /**
   * The largest loss that is left open, one-sided at 5 %, as a difference: the smaller of both
   * lower bounds, or the larger of both upper ones if lower is better.
   */
  readonly worst?: number;
  /** The larger two-sided p-value against "no difference" of the two; 1 if one cannot be taken. */
  readonly pValue: number;
  /** Whether both bounds exclude a loss of `delta` or more; `false` without a `delta`. */
  readonly lossExcluded: boolean;
  /** The larger p-value of the two against "at least `delta` is lost"; 1 without a `delta`. */
  readonly pLossExcluded: number;
}

/**
 * The word that a paired difference may be given, from both of its intervals.
 *
 * - `gain` or `loss`: both 95 % intervals, with examples and with clusters as the unit, exclude 0;
 * - `loss_excluded`: neither, but both one-sided 5 % bounds are within `delta`;
 * - `no_difference_shown`: none of these. The difference may be anything in `ci95`.
 *
 * With one cluster only, means of three or fewer, or that do not vary, nothing is shown. `pValue` is below 0.05 exactly
 * where both intervals exclude 0, so that words and p-values cannot contradict each other. The word
 * is of these two adapters; several claims of one study are adjusted with `primaryClaims`.
 *
 * @throws {RangeError} If `delta` is not > 0 or the evidence is impossible.
 *
 * @example As many gained as lost: no loss is shown, a loss of 3 points is not excluded, one of 10 is
 * ```ts
 * import { scoreEvidence } from "./score_evidence.ts";
 * import { verdict } from "./verdict.ts";
 * import assert from "node:assert/strict";
 *
 * const base = Array.from({ length: 150 }, (_, i) => i < 60);
 * const tuned = base.map((right, i) => (i >= 50 && i < 70 ? !right : right));
 * assert.equal(verdict(scoreEvidence(base, tuned), { delta: 0.03 }).outcome, "no_difference_shown");
 * assert.equal(verdict(scoreEvidence(base, tuned), { delta: 0.1 }).outcome, "loss_excluded");
 * ```
 */
export function verdict(evidence: Evidence, options: VerdictOptions = {}): Verdict {
  const { delta } = options;
  if (delta !== undefined) assertPositive("tolerance", delta);
  const oriented = higherIsBetter(evidence);
  const { plain, clustered, wider } = evidenceIntervals(evidence);
  const better = evidenceIntervals(oriented).wider;
  const lowest = evidenceIntervals(oriented, { level: 0.9 }).wider?.[0];
  const lossExcluded = delta !== undefined && lowest !== undefined && lowest > -delta;
  return {
    outcome: outcomeOf(better, lossExcluded),
    difference: evidence.difference,
    ...(wider && { ci95: wider }),
    ...(plain && { plainCi95: plain }),
    ...(clustered && { clusteredCi95: clustered }),
    ...(lowest !== undefined && { worst: oriented === evidence ? lowest : -lowest }),
    pValue: pDifference(evidence),
    lossExcluded,
    pLossExcluded: delta === undefined ? 1 : pAbove(oriented, -delta),
  };
}

function outcomeOf(better: Interval | undefined, lossExcluded: boolean): Outcome {
  if (better && better[0] > 0) return "gain";
  if (better && better[1] < 0) return "loss";
  return lossExcluded ? "loss_excluded" : "no_difference_shown";
}
