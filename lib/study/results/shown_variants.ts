import type { Summary } from "../../runs/mod.ts";
import type { VariantAnswers } from "../numbers/answers.ts";

/** The variants that single questions are shown of: the recommended one, or every primary one. */
export function shownVariants(
  { plan, findings }: Pick<Summary, "plan" | "findings">,
  tuned: readonly VariantAnswers[],
): VariantAnswers[] {
  const recommended = findings.recommendation?.outcome === "recommended"
    ? findings.recommendation.chosen
    : undefined;
  return tuned.filter(({ name }) =>
    recommended === undefined ? plan.primary.includes(name) : name === recommended
  );
}
