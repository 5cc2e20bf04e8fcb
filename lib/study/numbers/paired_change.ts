import type { PairedChange, ScoreChange } from "../../runs/mod.ts";
import {
  type Better,
  mcnemarMidP,
  meanEvidence,
  percentageChange,
  scoreEvidence,
  verdict,
} from "../../stats/mod.ts";

/** What a change is judged by. */
export interface ChangeOptions {
  /** The cluster of each example, in the same order. */
  readonly clusters?: readonly string[];
  /** The loss that is not to be tolerated, > 0, in the unit of the measure. */
  readonly delta?: number;
}

/** The paired change of an accuracy, with everything that a table or a sentence says of it. */
export function scoreChange(
  base: readonly boolean[],
  tuned: readonly boolean[],
  options: ChangeOptions = {},
): ScoreChange {
  const evidence = scoreEvidence(base, tuned, options);
  return {
    evidence,
    verdict: verdict(evidence, options),
    midP: mcnemarMidP(evidence.gained, evidence.lost),
    percent: percentageChange(base, tuned, options) ?? null,
  };
}

/**
 * The paired change of a mean, such as nats a token.
 *
 * @returns `undefined` for fewer than two examples, which have no spread.
 */
export function meanChange(
  base: readonly number[],
  tuned: readonly number[],
  options: ChangeOptions & { readonly better: Better },
): PairedChange | undefined {
  if (base.length < 2) return undefined;
  const evidence = meanEvidence(base, tuned, options);
  return { evidence, verdict: verdict(evidence, options) };
}
