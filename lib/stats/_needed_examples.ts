import { higherIsBetter } from "./_evidence_p.ts";
import { designEffect } from "./design_effect.ts";
import type { Evidence } from "./evidence.ts";
import { normalQuantile } from "./normal_quantile.ts";
import { requiredExamples } from "./required_examples.ts";

/**
 * Flips that are reckoned with where fewer were seen: with not one in n the true share may still be
 * as high as 3 / n (95 %, one-sided), so that a plan must not rest on 0.
 *
 * Source: J. A. Hanley, A. Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA
 * 249(13), 1983 (the rule of three).
 */
export const FEWEST_FLIPS = 3;

/**
 * The fewest items with which one of these first steps would be expected to pass, if it truly loses
 * what it was seen to lose; `undefined` if all of them lose `delta` or more, as no number of items
 * would be enough. A gain is not counted on, and fewer than {@linkcode FEWEST_FLIPS} flips are
 * reckoned with as so many.
 */
export function examplesForPath(
  firstSteps: readonly Evidence[],
  { delta, level }: { readonly delta: number; readonly level: number },
): number | undefined {
  const needed = firstSteps.flatMap((evidence) => {
    const trueDifference = Math.min(0, higherIsBetter(evidence).difference);
    if (trueDifference <= -delta) return [];
    // Not one flip still leaves a loss of z^2 / (n + z^2) open.
    const least = evidence.kind === "score"
      ? Math.ceil(normalQuantile(1 - level) ** 2 * (1 - delta) / delta)
      : 0;
    const variance = plannedVariance(evidence);
    if (variance === 0) return [];
    const n = requiredExamples(variance, delta, {
      alpha: level,
      trueDifference,
      designEffect: designEffect(evidence),
    });
    return [Math.max(least, n)];
  });
  return needed.length === 0 ? undefined : Math.min(...needed);
}

/** The examples that a gain as large as this one takes; `undefined` if it is no gain. */
export function examplesForGain(evidence: Evidence): number | undefined {
  if (evidence.difference <= 0) return undefined;
  return requiredExamples(varianceOfAPair(evidence), 0, {
    alpha: 0.025,
    trueDifference: evidence.difference,
    designEffect: designEffect(evidence),
  });
}

/** The variance to plan with: of scores, that of the rule of three at the least. */
function plannedVariance(evidence: Evidence): number {
  const seen = varianceOfAPair(evidence);
  return evidence.kind === "score" ? Math.max(seen, Math.min(1, FEWEST_FLIPS / evidence.n)) : seen;
}

/** The share of flips of scores, the variance of a paired difference of means. */
function varianceOfAPair(evidence: Evidence): number {
  return evidence.kind === "score"
    ? (evidence.gained + evidence.lost) / evidence.n
    : evidence.plain.stderr ** 2 * evidence.n;
}
