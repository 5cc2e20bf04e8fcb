import { assertAlpha, assertPositive } from "../_checks.ts";
import type { Spread } from "../evidence.ts";
import type { NonInferiority, NonInferiorityOptions } from "./non_inferiority.ts";
import { studentCdf, studentQuantile } from "../student_t.ts";

/** A mean with its spread, as `clusterRobustMean` gives. */
export interface MeanWithSpread extends Spread {
  /** The mean of paired differences. */
  readonly mean: number;
}

/** What {@linkcode clusteredNonInferiority} found; `t` in place of `z`. */
export interface ClusteredNonInferiority extends Omit<NonInferiority, "z"> {
  /** `(mean + delta) / stderr`. */
  readonly t: number;
}

/**
 * Whether a loss of `delta` or more is excluded, with clusters as the independent unit: the
 * one-sided t test of a mean.
 *
 * The bounds are `mean ± t stderr` with Student's t at `1 - alpha`. A loss is called excluded only
 * if this and `nonInferiority` both say so.
 *
 * Source: R. M. Bell and D. F. McCaffrey, Survey Methodology 28(2), 2002, for the standard error
 * and the degrees of freedom.
 *
 * @param found A mean of paired differences, `tuned - base`, in any unit.
 * @param delta The tolerance in the same unit, > 0.
 * @throws {RangeError} If `delta`, the standard error or the degrees are not > 0, or `alpha` is out
 * of range.
 *
 * @example Fifty-seven subjects of three, as many lost as the tolerance allows
 * ```ts
 * import { clusteredNonInferiority } from "./clustered_non_inferiority.ts";
 * import assert from "node:assert/strict";
 *
 * const found = { mean: -0.0468, stderr: 0.02276, degrees: 56 };
 * const { lower, nonInferior } = clusteredNonInferiority(found, 0.1);
 * assert.equal(lower.toFixed(3), "-0.085");
 * assert.equal(nonInferior, true);
 * ```
 */
export function clusteredNonInferiority(
  found: MeanWithSpread,
  delta: number,
  options: NonInferiorityOptions = {},
): ClusteredNonInferiority {
  const { alpha = 0.05 } = options;
  const { mean, stderr, degrees } = found;
  assertPositive("tolerance", delta);
  assertPositive("standard error", stderr);
  assertAlpha(alpha);
  const t = (mean + delta) / stderr;
  const pNonInferior = studentCdf(-t, degrees);
  const pNotSuperiorBeyond = studentCdf((mean - delta) / stderr, degrees);
  const half = studentQuantile(1 - alpha, degrees) * stderr;
  const nonInferior = mean - half > -delta;
  return {
    t,
    pNonInferior,
    pNotSuperiorBeyond,
    pTost: Math.max(pNonInferior, pNotSuperiorBeyond),
    lower: mean - half,
    upper: mean + half,
    nonInferior,
    equivalent: nonInferior && mean + half < delta,
  };
}
