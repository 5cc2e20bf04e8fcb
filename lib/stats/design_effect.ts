import type { Evidence } from "./evidence.ts";

/**
 * By how much clusters raise the variance of a difference: the number of examples that a plan needs
 * is multiplied by it.
 *
 * It is `(clustered stderr / plain stderr)^2`, at least 1: clusters that seem to help do so by luck.
 *
 * Source: L. Kish, Survey Sampling, 1965, section 8.2.
 *
 * @param evidence From a pilot or an earlier study on the same clusters.
 * @returns A number >= 1; 1 where nothing varies or there are no two clusters.
 *
 * @example All change is in one database of four
 * ```ts
 * import { designEffect } from "./design_effect.ts";
 * import { scoreEvidence } from "./score_evidence.ts";
 * import assert from "node:assert/strict";
 *
 * const base = new Array<boolean>(40).fill(false);
 * const tuned = base.map((_, i) => i < 10);
 * const clusters = base.map((_, i) => `${Math.floor(i / 10)}`);
 * assert.equal(designEffect(scoreEvidence(base, tuned, { clusters })).toFixed(2), "13.33");
 * ```
 */
export function designEffect(evidence: Evidence): number {
  const { clustered, difference, n } = evidence;
  const plain = evidence.kind === "mean"
    ? evidence.plain.stderr ** 2
    : ((evidence.gained + evidence.lost) / n - difference ** 2) / n;
  return clustered && plain > 0 ? Math.max(1, clustered.stderr ** 2 / plain) : 1;
}
