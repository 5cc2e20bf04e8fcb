import assert from "node:assert/strict";
import { answersOf, answersOfChanges, assertNear, changesOf } from "./from_counts.ts";
import { clusterRobustMean } from "../cluster_robust_mean.ts";
import { clusteredMean } from "../clustered_mean.ts";
import { clusteredNonInferiority } from "./clustered_non_inferiority.ts";
import { designEffect } from "../design_effect.ts";
import { differenceInterval } from "../difference_interval.ts";
import { effectiveDifferenceInterval } from "../effective_difference_interval.ts";
import { nonInferiority } from "./non_inferiority.ts";
import { scoreEvidence } from "../score_evidence.ts";
import { studentQuantile } from "../student_t.ts";
import reference from "../testdata/statistics_reference.json" with { type: "json" };
import { verdict } from "../verdict.ts";

/** The block `nonInferiorityTango`. */
export function checkNonInferiority(): void {
  for (const { n, gained, lost, delta, ...expected } of reference.nonInferiorityTango.cases) {
    const what = `${gained}, ${lost} of ${n}, ${delta}`;
    const found = nonInferiority({ n, gained, lost }, delta);
    assertNear(found.z, expected.z, what);
    assertNear(found.pNonInferior, expected.pNonInferior, what);
    assertNear(found.pNotSuperiorBeyond, expected.pNotSuperiorBeyond, what);
    assertNear(found.pTost, expected.pTost, what);
    assertNear(found.lower, expected.lower95, what);
    assertNear(found.upper, expected.upper95, what);
    assert.equal(found.nonInferior, expected.nonInferior, what);
    assert.equal(found.equivalent, expected.equivalent, what);
    const { base, tuned } = answersOf({ n, gained, lost });
    const { lossExcluded } = verdict(scoreEvidence(base, tuned), { delta });
    if (lossExcluded) assert.ok(expected.nonInferior, what);
  }
  for (const { level, ci, ...counts } of reference.nonInferiorityTango.intervalAt) {
    const found = differenceInterval(counts, { level });
    ci.forEach((end, i) => assertNear(found[i]!, end, `level ${level}`));
  }
  // The vignette that the block cites: 1 both, 1 gained, 7 lost, 12 neither.
  const published = differenceInterval({ n: 21, gained: 1, lost: 7 });
  assert.deepEqual(published.map((end) => end.toFixed(4)), ["-0.5172", "-0.0260"]);
}

/** The block `nonInferiorityClustered`. */
export function checkClustered(): void {
  for (const item of reference.nonInferiorityClustered.cases) {
    const { name, clusterSums, clusterSizes, delta } = item;
    const { changes, clusters } = changesOf(clusterSums, clusterSizes);
    const plain = clusteredMean(changes, clusters)!;
    assertNear(plain.mean, item.difference, name);
    assertNear(plain.stderr, item.stderrG1, name);
    const before = clusteredNonInferiority({ ...plain, degrees: item.df }, delta);
    assertNear(before.t, item.t, name);
    assertNear(before.pNonInferior, item.p, name, 1e-8);
    assertNear(before.lower, item.lower95, name);
    const robust = clusterRobustMean(changes, clusters)!;
    assertNear(robust.stderr, item.stderrCR2, name);
    assertNear(robust.degrees, item.dfBellMcCaffrey, name);
    const now = clusteredNonInferiority(robust, delta);
    assertNear(now.pNonInferior, item.pCR2, name, 1e-8);
    assertNear(now.lower, item.lower95CR2, name);
    assertNear(
      robust.ci95![0],
      robust.mean - studentQuantile(0.975, robust.degrees) * robust.stderr,
    );
    checkDecision(changes, clusters, delta);
  }
  for (const item of reference.nonInferiorityClustered.effectiveTango) {
    const { n, gained, lost, df: degrees, clusteredStderr: stderr } = item;
    const evidence = {
      kind: "score",
      n,
      gained,
      lost,
      difference: (gained - lost) / n,
      clustered: { clusters: degrees + 1, stderr, degrees },
    } as const;
    assertNear(designEffect(evidence), item.designEffect);
    const at = (level: number): readonly number[] =>
      effectiveDifferenceInterval({ n, gained, lost }, { stderr, degrees }, { level });
    item.ci90.forEach((end, i) => assertNear(at(0.9)[i]!, end));
    item.ci95.forEach((end, i) => assertNear(at(0.95)[i]!, end));
  }
}

/** The block's decision: the smaller of both lower bounds counts. */
function checkDecision(
  changes: readonly number[],
  clusters: readonly string[],
  delta: number,
): void {
  const { base, tuned } = answersOfChanges(changes);
  const evidence = scoreEvidence(base, tuned, { clusters });
  const found = verdict(evidence, { delta });
  const tango = nonInferiority(evidence, delta);
  const clustered = clusteredNonInferiority(clusterRobustMean(changes, clusters)!, delta);
  assert.equal(found.lossExcluded, tango.nonInferior && clustered.nonInferior);
  assertNear(found.worst!, Math.min(tango.lower, clustered.lower));
  assertNear(found.pLossExcluded, Math.max(tango.pNonInferior, clustered.pNonInferior));
}
