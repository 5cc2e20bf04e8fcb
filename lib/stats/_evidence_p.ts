import { tangoStatistic } from "./_tango.ts";
import { type Evidence, FEW_CLUSTERS, type Spread } from "./evidence.ts";
import { normalCdf } from "./normal_cdf.ts";
import { studentCdf } from "./student_t.ts";

/** The evidence with base and tuned exchanged. */
export function mirrored(evidence: Evidence): Evidence {
  return evidence.kind === "score"
    ? {
      ...evidence,
      gained: evidence.lost,
      lost: evidence.gained,
      difference: -evidence.difference,
    }
    : { ...evidence, difference: -evidence.difference };
}

/** The evidence turned so that above 0 is better. */
export function higherIsBetter(evidence: Evidence): Evidence {
  return evidence.kind === "mean" && evidence.better === "lower" ? mirrored(evidence) : evidence;
}

/**
 * The larger of the plain and the clustered one-sided p-value against "the difference is at most
 * `margin`"; 1 where one of them cannot be taken. Each belongs to an end of `evidenceIntervals`.
 */
export function pAbove(evidence: Evidence, margin: number): number {
  return Math.max(plainPAbove(evidence, margin), clusteredPAbove(evidence, margin));
}

/** The larger of the plain and the clustered two-sided p-value against "no difference". */
export function pDifference(evidence: Evidence): number {
  const other = mirrored(evidence);
  const twoSided = (p: typeof plainPAbove): number =>
    Math.min(1, 2 * Math.min(p(evidence, 0), p(other, 0)));
  return Math.max(twoSided(plainPAbove), twoSided(clusteredPAbove));
}

function plainPAbove(evidence: Evidence, margin: number): number {
  return evidence.kind === "score"
    ? normalCdf(-tangoStatistic(evidence, margin))
    : studentPAbove(evidence.difference - margin, evidence.plain);
}

function clusteredPAbove(evidence: Evidence, margin: number): number {
  const { clustered, difference } = evidence;
  if (!clustered || (evidence.kind === "mean" && clustered.clusters <= FEW_CLUSTERS)) return 1;
  if (evidence.kind === "score" && clustered.stderr === 0) {
    return studentCdf(-tangoStatistic(evidence, margin), clustered.degrees);
  }
  return studentPAbove(difference - margin, clustered);
}

function studentPAbove(distance: number, { stderr, degrees }: Spread): number {
  return stderr === 0 ? 1 : studentCdf(-distance / stderr, degrees);
}
