import { clusterRobustMean } from "../cluster_robust_mean.ts";
import { differenceInterval } from "../difference_interval.ts";
import type { Interval } from "../interval.ts";
import { mcnemarExact } from "./mcnemar_exact.ts";

/** How a tuned variant's score differs from its base model's, on the same examples. */
export interface PairedDifference {
  /** Examples, each scored for both variants. */
  readonly n: number;
  /** The base model's share of right answers. */
  readonly meanBase: number;
  /** The tuned variant's share of right answers. */
  readonly meanTuned: number;
  /** `meanTuned - meanBase`, in `[-1, 1]`: below 0 is a loss. */
  readonly difference: number;
  /** The standard error of `difference`, pairs taken as independent. */
  readonly stderr: number;
  /** Tango's 95 % score interval of `difference`. */
  readonly ci95: Interval;
  /** Examples that went from wrong to right. */
  readonly gained: number;
  /** Examples that went from right to wrong. */
  readonly lost: number;
  /** The p-value of McNemar's exact two-sided test. */
  readonly mcnemarExactP: number;
  /** The same difference with clusters, not pairs, as the independent unit. */
  readonly clustered?: ClusteredDifference;
}

/** The uncertainty of a paired difference when examples come in clusters. */
export interface ClusteredDifference {
  /** How many clusters there are. */
  readonly clusters: number;
  /** The clustered standard error of the difference (CR2). */
  readonly stderr: number;
  /** `difference ± t stderr` on Bell and McCaffrey's degrees of freedom, cut at -1 and 1. */
  readonly ci95: Interval;
}

/** Options of {@linkcode pairedDifference}. */
export interface PairedDifferenceOptions {
  /** The cluster of each example (its database or subject), in the same order. */
  readonly clusters?: readonly string[];
}

/**
 * Compares two variants on the same examples: difference, interval, exact test, and what was
 * gained and lost.
 *
 * What may be said of the difference follows from both of its intervals: see `verdict`.
 *
 * Pairing matters: whether an example is hard is the same for both, and drops out. Line up the
 * scores by id first, with `alignById`.
 *
 * @param base Whether the base model was right, one entry an example.
 * @param tuned Whether the tuned variant was right, in the same order.
 * @returns The comparison; `clustered` is there if clusters were given, there are at least two
 * and they do not all agree.
 * @throws {RangeError} If there are no examples, or the lengths differ.
 *
 * @example
 * ```ts
 * import { pairedDifference } from "./paired_difference.ts";
 * import assert from "node:assert/strict";
 *
 * const base = [false, false, false, true];
 * const tuned = [true, true, false, true];
 * const { difference, gained, lost, mcnemarExactP } = pairedDifference(base, tuned);
 * assert.deepEqual([difference, gained, lost, mcnemarExactP], [0.5, 2, 0, 0.5]);
 * ```
 */
export function pairedDifference(
  base: readonly boolean[],
  tuned: readonly boolean[],
  options: PairedDifferenceOptions = {},
): PairedDifference {
  const n = base.length;
  if (n !== tuned.length || n === 0) {
    throw new RangeError(
      `Cannot compare pairs as both variants need the same number > 0 of scores: current lengths are ${n} and ${tuned.length}`,
    );
  }
  const changes = base.map((right, i) => Number(tuned[i]) - Number(right));
  const gained = changes.filter((change) => change === 1).length;
  const lost = changes.filter((change) => change === -1).length;
  const rightBase = base.filter(Boolean).length;
  const difference = (gained - lost) / n;
  const clustered = options.clusters && clusterRobustMean(changes, options.clusters);
  return {
    n,
    meanBase: rightBase / n,
    meanTuned: (rightBase + gained - lost) / n,
    difference,
    stderr: Math.sqrt((gained + lost) / n - difference ** 2) / Math.sqrt(n),
    ci95: differenceInterval({ n, gained, lost }),
    gained,
    lost,
    mcnemarExactP: mcnemarExact(gained, lost),
    ...(clustered?.ci95 && {
      clustered: {
        clusters: clustered.clusters,
        stderr: clustered.stderr,
        ci95: [Math.max(-1, clustered.ci95[0]), Math.min(1, clustered.ci95[1])] as const,
      },
    }),
  };
}
