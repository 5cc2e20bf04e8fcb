import { assertPairs } from "./_checks.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import type { ScoreEvidence } from "./evidence.ts";

/** Options of {@linkcode scoreEvidence}. */
export interface EvidenceOptions {
  /**
   * The cluster of each example (its database, subject or topic), in the same order. Without it
   * every example is a cluster of its own.
   */
  readonly clusters?: readonly string[];
}

/**
 * Counts what changed between two variants on the same examples, and how it varies over clusters.
 *
 * Base and tuned may as well be two recipes: they are compared directly, by pairing, and not by
 * looking whether their intervals overlap.
 *
 * @param base Whether the first variant was right, one entry an example.
 * @param tuned Whether the second variant was right, in the same order.
 * @throws {RangeError} If there are no examples, or the lengths differ.
 *
 * @example
 * ```ts
 * import { scoreEvidence } from "./score_evidence.ts";
 * import assert from "node:assert/strict";
 *
 * const clusters = ["car_1", "car_1", "world_1", "world_1"];
 * const { gained, lost, clustered } = scoreEvidence(
 *   [false, true, false, true],
 *   [true, true, false, false],
 *   { clusters },
 * );
 * assert.deepEqual([gained, lost, clustered?.clusters], [1, 1, 2]);
 * ```
 */
export function scoreEvidence(
  base: readonly boolean[],
  tuned: readonly boolean[],
  options: EvidenceOptions = {},
): ScoreEvidence {
  assertPairs(base, tuned);
  const n = base.length;
  const changes = base.map((right, i) => Number(tuned[i]) - Number(right));
  const gained = changes.filter((change) => change === 1).length;
  const lost = changes.filter((change) => change === -1).length;
  const clusters = options.clusters ?? changes.map((_, i) => `${i}`);
  const found = clusterRobustMean(changes, clusters);
  return {
    kind: "score",
    n,
    gained,
    lost,
    difference: (gained - lost) / n,
    ...(found && {
      clustered: { clusters: found.clusters, stderr: found.stderr, degrees: found.degrees },
    }),
  };
}
