import { type Comparison, type Gauge, GAUGES } from "../../runs/mod.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "./answers.ts";

/** The losses that are not to be tolerated, each in the unit of its measure. */
export type Tolerances = { readonly [G in Gauge]?: number };

/**
 * Compares a variant with another one, example by example: every measure that both answered.
 *
 * @param base The one that changes are counted from: the base model, or the first of two recipes.
 * @throws {RangeError} If the two did not answer the same examples.
 */
export function compareVariants(
  base: VariantAnswers,
  tuned: VariantAnswers,
  tolerances: Tolerances = {},
): Comparison {
  return Object.assign(
    {},
    ...GAUGES.map((gauge) => MEASURES[gauge].compare(base, tuned, tolerances[gauge])),
  );
}
