import type { Summary } from "../../runs/mod.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { recommendedVariant } from "../../report/mod.ts";

/** The variants that single questions are shown of: the recommended one, or every primary one. */
export function shownVariants(
  { plan, findings }: Pick<Summary, "plan" | "findings">,
  tuned: readonly VariantAnswers[],
): VariantAnswers[] {
  const recommended = recommendedVariant(findings.recommendation);
  return tuned.filter(({ name }) =>
    recommended === undefined ? plan.primary.includes(name) : name === recommended
  );
}
