import { assertClusters, assertPairs, assertShare } from "./_checks.ts";
import { fiellerRatio } from "./_fieller.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import type { Interval } from "./interval.ts";
import { type EvidenceOptions, scoreEvidence } from "./score_evidence.ts";

/** Options of {@linkcode changeAboveChance}. */
export interface ChangeAboveChanceOptions extends EvidenceOptions {
  /** The score that guessing gives, 0.25 (four letters) by default. */
  readonly chance?: number;
}

/** What share of the knowledge above guessing a variant lost or gained. */
export interface ChangeAboveChance {
  /** `(tuned - chance) / (base - chance) - 1`; left out where the base is not above chance. */
  readonly change?: number;
  /**
   * The 95 % interval of `change`, examples as the unit. `null` where it has no bounds: the base
   * model is not shown to be above chance. That is no finding that it guesses.
   */
  readonly ci95: Interval | null;
  /** The same with clusters as the unit; left out with fewer than two clusters, or none given. */
  readonly clusteredCi95?: Interval | null;
  /** `(tuned - base) / (1 - chance)`: the change of the share that is known, if others are guessed. */
  readonly points: number;
  /** The wider ends of both 95 % intervals of `points`; left out with one cluster. */
  readonly pointsCi95?: Interval;
}

/**
 * The change of a multiple-choice score, above what guessing gives: one reading beside the raw
 * change, which is always to be shown with its interval.
 *
 * The interval of the ratio is Fieller's with the covariance of the pairs; clustered, with CR2
 * variances and Student's t.
 *
 * Source: E. C. Fieller, "Some Problems in Interval Estimation", Journal of the Royal Statistical
 * Society B 16(2), 1954.
 *
 * @param base Whether the base model was right, one entry an example.
 * @param tuned Whether the tuned variant was right, in the same order.
 * @throws {RangeError} If there are no examples, the lengths differ or the chance is out of range.
 *
 * @example From 60 to 54 of 150: a tenth of the score, more than a quarter of what is known
 * ```ts
 * import { changeAboveChance } from "./change_above_chance.ts";
 * import assert from "node:assert/strict";
 *
 * const base = Array.from({ length: 150 }, (_, i) => i < 60);
 * const tuned = base.map((right, i) => right && i >= 6);
 * const { change, ci95 } = changeAboveChance(base, tuned);
 * assert.equal(change?.toFixed(2), "-0.27");
 * assert.deepEqual(ci95?.map((end) => end.toFixed(2)), ["-0.60", "-0.06"]);
 * ```
 */
export function changeAboveChance(
  base: readonly boolean[],
  tuned: readonly boolean[],
  options: ChangeAboveChanceOptions = {},
): ChangeAboveChance {
  const { chance = 0.25, clusters } = options;
  assertPairs(base, tuned);
  assertShare("chance", chance);
  if (clusters) assertClusters(base.length, clusters);
  const before = base.filter(Boolean).length / base.length;
  const after = tuned.filter(Boolean).length / base.length;
  const plain = fiellerRatio(base, tuned, { shift: chance });
  const clustered = clusters && fiellerRatio(base, tuned, { shift: chance, clusters });
  const { wider } = evidenceIntervals(scoreEvidence(base, tuned, clusters ? { clusters } : {}));
  const known = 1 - chance;
  return {
    ...(before > chance && { change: (after - chance) / (before - chance) - 1 }),
    ci95: less1(plain ?? null),
    ...(clustered !== undefined && { clusteredCi95: less1(clustered) }),
    points: (after - before) / known,
    ...(wider && { pointsCi95: [wider[0] / known, wider[1] / known] as const }),
  };
}

function less1(ratio: Interval | null): Interval | null {
  return ratio && [ratio[0] - 1, ratio[1] - 1];
}
