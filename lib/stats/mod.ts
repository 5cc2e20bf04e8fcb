/**
 * Statistics of scores: proportions, paired differences, tests and intervals.
 *
 * Everything is a share in `[0, 1]`, never a percentage; chance comes from a seed, never from the
 * machine; impossible input throws a `RangeError`. The room knows nothing of models or data sets.
 *
 * @example What a base model and a tuned one got right, compared
 * ```ts
 * import { alignById, scoreEvidence } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const base = [{ id: "dev-0", right: false }, { id: "dev-1", right: true }];
 * const tuned = [{ id: "dev-1", right: true }, { id: "dev-0", right: true }];
 * const pairs = alignById(base, tuned);
 * const { difference, gained, lost } = scoreEvidence(
 *   pairs.map((pair) => pair.base.right),
 *   pairs.map((pair) => pair.tuned.right),
 * );
 * assert.deepEqual([difference, gained, lost], [0.5, 1, 0]);
 * ```
 *
 * @module
 */
export { aboveChance, type AboveChanceOptions, type ChanceTest } from "./above_chance.ts";
export { alignById, type AlignedPair } from "./align_by_id.ts";
export { changeByCluster, type ClusterChange, type ClusterPair } from "./change_by_cluster.ts";
export { letterBrierScores } from "./brier_scores.ts";
export {
  type Calibration,
  calibration,
  CALIBRATION_BINS,
  type CalibrationBin,
  calibrationBins,
  type CalibrationOptions,
} from "./calibration.ts";
export {
  type ChangeAboveChance,
  changeAboveChance,
  type ChangeAboveChanceOptions,
} from "./change_above_chance.ts";
export { type ClusteredMean, clusteredMean } from "./clustered_mean.ts";
export {
  type Coefficient,
  type Correlation,
  correlation,
  type CorrelationOptions,
} from "./correlation.ts";
export { type CrossedSeeds, crossedSeeds, MIN_SEEDS_OF_A_RECIPE } from "./crossed_seeds.ts";
export { designEffect } from "./design_effect.ts";
export { type IntervalOptions } from "./difference_interval.ts";
export type {
  Better,
  Evidence,
  MeanEvidence,
  ScoreEvidence,
  Spread,
  SpreadOfClusters,
} from "./evidence.ts";
export { FEW_CLUSTERS } from "./evidence.ts";
export { type EvidenceIntervals, evidenceIntervals } from "./evidence_intervals.ts";
export { type Flip, type FlipRow, type FlipTable, flipTable } from "./flip_table.ts";
export { holm } from "./holm.ts";
export type { Interval } from "./interval.ts";
export { type HabitAnswers, type LetterHabit, letterHabit } from "./letter_habit.ts";
export { letterName } from "./letter_name.ts";
export { letterProbabilities } from "./letter_probabilities.ts";
export { type LetterTable, letterTable, type LetterTableOptions } from "./letter_table.ts";
export { mcnemarMidP } from "./mcnemar_mid_p.ts";
export { meanEvidence, type MeanEvidenceOptions } from "./mean_evidence.ts";
export { pcg32 } from "./pcg32.ts";
export { type PercentageChange, percentageChange } from "./percentage_change.ts";
export { type AdjustedClaim, type PrimaryClaim, primaryClaims } from "./primary_claims.ts";
export { type PriorFreeChoice, priorFreeChoices } from "./prior_free_choices.ts";
export { type Proportion, proportion } from "./proportion.ts";
export { FEWEST_TO_CONFIRM, recommend } from "./recommend.ts";
export type {
  PathStep,
  Recommendation,
  RecommendationData,
  RecommendationOutcome,
  RecommendationPath,
  RecommendationPlan,
  VariantResult,
} from "./recommendation.ts";
export { PLANNED_POWER, type PlanOptions, requiredExamples } from "./required_examples.ts";
export { rightLetterProbabilities } from "./right_letter_probabilities.ts";
export { type EvidenceOptions, scoreEvidence } from "./score_evidence.ts";
export { seededOrder } from "./seeded_order.ts";
export { shuffled } from "./shuffled.ts";
export { type Halves, splitHalves } from "./split_halves.ts";
export { studentQuantile } from "./student_t.ts";
export { type Outcome, type Verdict, verdict, type VerdictOptions } from "./verdict.ts";
