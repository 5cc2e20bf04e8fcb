import type { VariantOrigin } from "../../runs/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import type { MeasureAnswers } from "../measures/measures.ts";

/** What one variant answered, each measure for the same examples in the same order. */
export interface VariantAnswers extends MeasureAnswers {
  /** "base", or a name that no other variant has. */
  readonly name: string;
  /** Which weights answered. */
  readonly origin: VariantOrigin;
}

/**
 * Variants with verdicts on the same examples: one that could not be judged for
 * a variant (a gold that ran into its time limit once) counts for none.
 */
export function judgedAlike(answers: readonly VariantAnswers[]): VariantAnswers[] {
  const all = answers.flatMap(({ unjudged = [] }) => unjudged);
  const unjudged = [...new Map(all.map((example) => [example.id, example])).values()];
  if (unjudged.length === 0) return [...answers];
  const left = new Set(unjudged.map(({ id }) => id));
  const kept = (verdicts: readonly SqlVerdict[]): SqlVerdict[] =>
    verdicts.filter(({ id }) => !left.has(id));
  return answers.map((variant) => ({
    ...variant,
    verdicts: kept(variant.verdicts),
    ...(variant.byShots && {
      byShots: Object.fromEntries(
        Object.entries(variant.byShots).map(([shots, verdicts]) => [shots, kept(verdicts)]),
      ),
    }),
    unjudged,
  }));
}
