import { assertClusters, assertPairs } from "./_checks.ts";
import { fiellerRatio } from "./_fieller.ts";
import type { Interval } from "./interval.ts";
import { ratioInterval } from "./ratio_interval.ts";
import type { EvidenceOptions } from "./score_evidence.ts";

/** A change relative to the base score, as a fraction: -0.08 is "8 % lost". */
export interface PercentageChange {
  /** `(meanTuned - meanBase) / meanBase`, >= -1. */
  readonly change: number;
  /** The 95 % interval of `change`, from the score interval of the paired ratio. */
  readonly ci95: Interval;
  /**
   * The 95 % interval with clusters as the unit (Fieller's, CR2, Student's t). `null` where it has
   * no bounds, as the base score is not shown to be above 0 over clusters; left out with fewer than
   * two clusters and if none were given.
   */
  readonly clusteredCi95?: Interval | null;
}

/**
 * The change of a score relative to the base model's, with an interval that allows for the base
 * score's own uncertainty and for the pairing.
 *
 * The interval is that of the ratio of two paired proportions, minus 1. It excludes 0 exactly when
 * the interval of the paired difference does, and the clustered one when the clustered one
 * does. There is no gate on a base score at chance: a failed test does not show that a model guesses,
 * and a gate hides losses and not gains. `changeAboveChance` is the reading beside this one.
 *
 * @param base Whether the base model was right, one entry an example.
 * @param tuned Whether the tuned variant was right, in the same order.
 * @returns `undefined` where no change can be measured: the base score is 0.
 * @throws {RangeError} If there are no examples, or the lengths differ.
 *
 * @example From 60 of 150 to 54 of 150
 * ```ts
 * import { percentageChange } from "./percentage_change.ts";
 * import assert from "node:assert/strict";
 *
 * const base = Array.from({ length: 150 }, (_, i) => i < 60);
 * const tuned = base.map((right, i) => right && i >= 6);
 * assert.equal(percentageChange(base, tuned)?.change.toFixed(2), "-0.10");
 * ```
 */
export function percentageChange(
  base: readonly boolean[],
  tuned: readonly boolean[],
  options: EvidenceOptions = {},
): PercentageChange | undefined {
  const n = base.length;
  assertPairs(base, tuned);
  if (options.clusters) assertClusters(n, options.clusters);
  const rightBase = base.filter(Boolean).length;
  if (rightBase === 0) return undefined;
  const both = base.filter((right, i) => right && tuned[i]).length;
  const gained = tuned.filter((right, i) => right && !base[i]).length;
  const [low, high] = ratioInterval({ n, both, gained, lost: rightBase - both });
  const clustered = options.clusters && clusteredInterval(base, tuned, options.clusters);
  return {
    change: (both + gained) / rightBase - 1,
    ci95: [low - 1, high - 1],
    ...(clustered !== undefined && { clusteredCi95: clustered }),
  };
}

function clusteredInterval(
  base: readonly boolean[],
  tuned: readonly boolean[],
  clusters: readonly string[],
): Interval | null | undefined {
  const ratio = fiellerRatio(base, tuned, { shift: 0, clusters });
  return ratio && [Math.max(-1, ratio[0] - 1), ratio[1] - 1];
}
