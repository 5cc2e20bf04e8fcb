import { assertShare } from "./_checks.ts";
import { differenceInterval, type IntervalOptions } from "./difference_interval.ts";
import { effectiveDifferenceInterval } from "./effective_difference_interval.ts";
import { type Evidence, FEW_CLUSTERS, type Spread } from "./evidence.ts";
import type { Interval } from "./interval.ts";
import { studentQuantile } from "./student_t.ts";

/** Both intervals of a difference, `tuned - base`, and the wider ends of the two. */
export interface EvidenceIntervals {
  /** Examples as the unit: Tango's of scores, Student's t of means; left out if nothing varies. */
  readonly plain?: Interval;
  /** Clusters as the unit (CR2); left out with fewer than two, of means with three or fewer, or that do not vary. */
  readonly clustered?: Interval;
  /** The lower of both low ends and the higher of both high ends; left out unless there are both. */
  readonly wider?: Interval;
}

/**
 * Both intervals of a paired difference at a level, 95 % by default. The ends at 90 % are the
 * one-sided bounds at 5 %.
 *
 * Where all clusters of scores agree, such as when not one answer changed, the clustered one is
 * Tango's with Student's t on the clusters' degrees of freedom in place of a width of 0.
 *
 * @param evidence From `scoreEvidence`, `meanEvidence` or `crossedSeeds`.
 * @throws {RangeError} If the level is out of range or the evidence is impossible.
 *
 * @example Five gained and none lost: the two do not agree, and the wider ends are what is known
 * ```ts
 * import { evidenceIntervals } from "./evidence_intervals.ts";
 * import { scoreEvidence } from "./score_evidence.ts";
 * import assert from "node:assert/strict";
 *
 * const base = new Array<boolean>(40).fill(false);
 * const tuned = base.map((_, i) => i < 5);
 * const clusters = base.map((_, i) => `database ${i % 4}`);
 * const { plain, clustered, wider } = evidenceIntervals(scoreEvidence(base, tuned, { clusters }));
 * assert.equal(wider![0], Math.min(plain![0], clustered![0]));
 * assert.equal(wider![1], Math.max(plain![1], clustered![1]));
 * ```
 */
export function evidenceIntervals(
  evidence: Evidence,
  options: IntervalOptions = {},
): EvidenceIntervals {
  const { level = 0.95 } = options;
  assertShare("level", level);
  const plain = evidence.kind === "score"
    ? differenceInterval(evidence, { level })
    : studentInterval(evidence.difference, evidence.plain, level);
  const clustered = clusteredInterval(evidence, level);
  return {
    ...(plain && { plain }),
    ...(clustered && { clustered }),
    ...(plain && clustered && {
      wider: [Math.min(plain[0], clustered[0]), Math.max(plain[1], clustered[1])] as const,
    }),
  };
}

function clusteredInterval(evidence: Evidence, level: number): Interval | undefined {
  const { clustered, difference } = evidence;
  if (!clustered) return undefined;
  if (evidence.kind === "mean" && clustered.clusters <= FEW_CLUSTERS) return undefined;
  const interval = studentInterval(difference, clustered, level);
  if (evidence.kind === "mean") return interval;
  return interval
    ? withinOne(interval)
    : effectiveDifferenceInterval(evidence, clustered, { level });
}

function studentInterval(mean: number, spread: Spread, level: number): Interval | undefined {
  if (spread.stderr === 0) return undefined;
  const half = studentQuantile((1 + level) / 2, spread.degrees) * spread.stderr;
  return [mean - half, mean + half];
}

function withinOne([low, high]: Interval): Interval {
  return [Math.max(-1, low), Math.min(1, high)];
}
