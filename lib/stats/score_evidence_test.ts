import assert from "node:assert/strict";
import { answersOf, assertNear } from "./testing/from_counts.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import { designEffect } from "./design_effect.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import { meanEvidence } from "./mean_evidence.ts";
import { pairedDifference } from "./testing/paired_difference.ts";
import { pcg32 } from "./pcg32.ts";
import { scoreEvidence } from "./score_evidence.ts";

const RANDOM = pcg32(14);
const CLUSTERS = Array.from({ length: 90 }, (_, i) => `db${Math.floor(Math.sqrt(i))}`);
const BASE = CLUSTERS.map(() => RANDOM() < 0.5);
const TUNED = BASE.map((right) => (RANDOM() < 0.3 ? RANDOM() < 0.7 : right));

Deno.test("scoreEvidence() has the counts and both intervals of pairedDifference()", () => {
  const evidence = scoreEvidence(BASE, TUNED, { clusters: CLUSTERS });
  const paired = pairedDifference(BASE, TUNED, { clusters: CLUSTERS });
  assert.deepEqual([evidence.n, evidence.gained, evidence.lost], [90, paired.gained, paired.lost]);
  const { plain, clustered } = evidenceIntervals(evidence);
  assert.deepEqual(plain, paired.ci95);
  clustered!.forEach((end, i) => assertNear(end, paired.clustered!.ci95[i]!));
  const changes = BASE.map((right, i) => Number(TUNED[i]) - Number(right));
  assertNear(paired.clustered!.stderr, clusterRobustMean(changes, CLUSTERS)!.stderr);
});

Deno.test("scoreEvidence() and meanEvidence() of the same 0 and 1 have one clustered spread", () => {
  const options = { clusters: CLUSTERS };
  const score = scoreEvidence(BASE, TUNED, options);
  const mean = meanEvidence(BASE.map(Number), TUNED.map(Number), options);
  assertNear(mean.difference, score.difference);
  assertNear(mean.clustered!.stderr, score.clustered!.stderr);
  // The plain one is that of a mean, with n - 1.
  const { stderr } = pairedDifference(BASE, TUNED);
  assertNear(mean.plain.stderr, stderr * Math.sqrt(90 / 89));
  assertNear(designEffect(mean), Math.max(1, (mean.clustered!.stderr / mean.plain.stderr) ** 2));
});

Deno.test("scoreEvidence() without clusters takes each example for its own", () => {
  const { clustered } = scoreEvidence(BASE, TUNED);
  assert.equal(clustered!.clusters, 90);
  assertNear(clustered!.degrees, 89);
  assertNear(designEffect(scoreEvidence(BASE, TUNED)), 90 / 89);
});

Deno.test("designEffect() is 1 where nothing flipped or there is one cluster", () => {
  assert.equal(designEffect(scoreEvidence(BASE, BASE, { clusters: CLUSTERS })), 1);
  const { base, tuned } = answersOf({ n: 20, gained: 5, lost: 1 });
  assert.equal(designEffect(scoreEvidence(base, tuned, { clusters: base.map(() => "a") })), 1);
});

Deno.test("evidenceIntervals() grow with the level and refuse one out of range", () => {
  const evidence = scoreEvidence(BASE, TUNED, { clusters: CLUSTERS });
  const at = (level: number): number => {
    const [low, high] = evidenceIntervals(evidence, { level }).wider!;
    return high - low;
  };
  assert.ok(at(0.9) < at(0.95) && at(0.95) < at(0.999));
  assert.throws(() => evidenceIntervals(evidence, { level: 0 }), RangeError);
});

Deno.test("scoreEvidence() and meanEvidence() refuse what cannot be paired", () => {
  assert.throws(() => scoreEvidence([], []), RangeError);
  assert.throws(() => scoreEvidence([true], [true], { clusters: [] }), RangeError);
  assert.throws(() => meanEvidence([1], [1]), /at least two pairs/);
  assert.throws(() => meanEvidence([1, NaN], [1, 2]), RangeError);
  assert.throws(() => meanEvidence([1, 2], [1]), RangeError);
});
