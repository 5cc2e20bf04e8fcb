import { assertPairs } from "./_checks.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import type { Better, MeanEvidence } from "./evidence.ts";
import type { EvidenceOptions } from "./score_evidence.ts";

/** Options of {@linkcode meanEvidence}. */
export interface MeanEvidenceOptions extends EvidenceOptions {
  /** Which way the measure gets better, "higher" by default. */
  readonly better?: Better;
}

/**
 * The paired difference of any measure taken on the same examples: the probability of the right
 * letter, a Brier score, cross-entropy in nats a token.
 *
 * @param base The first variant's values, one an example, finite.
 * @param tuned The second variant's values, in the same order.
 * @returns The difference of the means with its plain spread on `n - 1` degrees of freedom and
 * its clustered one.
 * @throws {RangeError} If there are fewer than two examples, the lengths differ or a value is not
 * finite.
 *
 * @example Cross-entropy, where higher is worse
 * ```ts
 * import { meanEvidence } from "./mean_evidence.ts";
 * import { verdict } from "./verdict.ts";
 * import assert from "node:assert/strict";
 *
 * const base = [2.1, 2.4, 1.9, 2.2, 2.0, 2.6];
 * const tuned = [2.3, 2.5, 2.2, 2.3, 2.3, 2.7];
 * const evidence = meanEvidence(base, tuned, { better: "lower" });
 * assert.equal(evidence.difference.toFixed(3), "0.183");
 * assert.equal(verdict(evidence).outcome, "loss");
 * ```
 */
export function meanEvidence(
  base: readonly number[],
  tuned: readonly number[],
  options: MeanEvidenceOptions = {},
): MeanEvidence {
  assertPairs(base, tuned);
  const n = base.length;
  const changes = base.map((value, i) => tuned[i]! - value);
  if (n < 2 || !changes.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot compare means as there must be at least two pairs of finite values: current count is ${n}`,
    );
  }
  const each = changes.map((_, i) => `${i}`);
  const plain = clusterRobustMean(changes, each)!;
  const found = options.clusters ? clusterRobustMean(changes, options.clusters) : plain;
  return {
    kind: "mean",
    n,
    difference: plain.mean,
    better: options.better ?? "higher",
    plain: { stderr: plain.stderr, degrees: n - 1 },
    ...(found && {
      clustered: { clusters: found.clusters, stderr: found.stderr, degrees: found.degrees },
    }),
  };
}
