import type { Evidence } from "./evidence.ts";
import { holm } from "./holm.ts";
import { type Outcome, type Verdict, verdict } from "./verdict.ts";

/** One of the claims that a study's plan names before an answer is read. */
export interface PrimaryClaim {
  /** What is claimed about, such as "all-linear, SQL". */
  readonly name: string;
  /** The paired difference. */
  readonly evidence: Evidence;
  /** The loss that is not to be tolerated, > 0, in the unit of the difference. */
  readonly delta?: number;
}

/** A claim with its words before and after the adjustment for all of them. */
export interface AdjustedClaim {
  /** The claim's name. */
  readonly name: string;
  /** What its own intervals allow. */
  readonly verdict: Verdict;
  /** Holm's p-value against "no difference", over all claims. */
  readonly adjustedP: number;
  /** Holm's p-value against "at least delta is lost", over the claims that have a delta. */
  readonly adjustedPLossExcluded: number;
  /** What may be said of it beside the others. Never more than `verdict.outcome` says. */
  readonly outcome: Outcome;
}

/** The level of a claim after the adjustment. */
const ALPHA = 0.05;

/**
 * Adjusts the primary claims of a study for each other by Holm's procedure: SQL and multiple choice
 * overall, of every recipe that the plan names. Every other claim is to be marked as unadjusted.
 *
 * Gains and losses are one family, excluded losses are another: in each, the chance of even one
 * false word is at most 5 %. The p-value of a claim is the larger one of its two intervals, so that
 * a single claim is given exactly its own verdict.
 *
 * Source: S. Holm, Scandinavian Journal of Statistics 6(2), 1979.
 *
 * @param claims All of them at once, in any order.
 * @returns One an entry of `claims`, in the same order.
 * @throws {RangeError} If a `delta` is not > 0 or evidence is impossible.
 *
 * @example Alone it is a gain, beside three claims of nothing it is none
 * ```ts
 * import { primaryClaims } from "./primary_claims.ts";
 * import { scoreEvidence } from "./score_evidence.ts";
 * import assert from "node:assert/strict";
 *
 * const base = new Array<boolean>(100).fill(false);
 * const gain = scoreEvidence(base, base.map((_, i) => i < 5));
 * const nothing = scoreEvidence(base, base);
 * const claim = { name: "qv, SQL", evidence: gain };
 * const others = ["a", "b", "c"].map((name) => ({ name, evidence: nothing }));
 * assert.equal(primaryClaims([claim])[0]!.outcome, "gain");
 * assert.equal(primaryClaims([claim, ...others])[0]!.outcome, "no_difference_shown");
 * ```
 */
export function primaryClaims(claims: readonly PrimaryClaim[]): AdjustedClaim[] {
  const verdicts = claims.map(({ evidence, delta }) =>
    verdict(evidence, delta === undefined ? {} : { delta })
  );
  const adjusted = holm(verdicts.map(({ pValue }) => pValue));
  const withDelta = claims.flatMap(({ delta }, i) => (delta === undefined ? [] : [i]));
  const excluded = holm(withDelta.map((i) => verdicts[i]!.pLossExcluded));
  return claims.map(({ name }, i) => {
    const adjustedP = adjusted[i]!;
    const adjustedPLossExcluded = excluded[withDelta.indexOf(i)] ?? 1;
    const own = verdicts[i]!;
    return {
      name,
      verdict: own,
      adjustedP,
      adjustedPLossExcluded,
      outcome: outcomeOf(own, adjustedP, adjustedPLossExcluded),
    };
  });
}

function outcomeOf(own: Verdict, adjustedP: number, adjustedPLossExcluded: number): Outcome {
  if ((own.outcome === "gain" || own.outcome === "loss") && adjustedP < ALPHA) return own.outcome;
  return own.lossExcluded && adjustedPLossExcluded < ALPHA
    ? "loss_excluded"
    : "no_difference_shown";
}
