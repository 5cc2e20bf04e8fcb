import { type Gauge, GAUGES, type StudyFindings, type VariantSummary } from "../../runs/mod.ts";
import { ALL } from "./groups.ts";
import type { ChangeRow, StepResult, TradeOffRow } from "./row_types.ts";

/**
 * One row a tuned variant: its changes over all examples, how far its path got, and whether it is
 * the one that is recommended.
 *
 * @param changes Of all variants.
 * @param recommendation Absent before a study is whole, or where no variant is a step of a path.
 */
export function tradeOffRows(
  variants: readonly VariantSummary[],
  changes: readonly ChangeRow[],
  recommendation?: StudyFindings["recommendation"],
): TradeOffRow[] {
  const recommended = recommendedVariant(recommendation);
  return variants.filter(({ versusBase }) => versusBase !== undefined).map(({ name, origin }) => {
    const step = stepResult(name, recommendation);
    return {
      variant: name,
      origin,
      ...overall(changes, name),
      ...(step && { step }),
      recommended: name === recommended,
    };
  });
}

/** The variant that a study recommends; `undefined` where there is none. */
export function recommendedVariant(
  recommendation: StudyFindings["recommendation"],
): string | undefined {
  return recommendation?.outcome === "recommended" ? recommendation.chosen : undefined;
}

function overall(
  changes: readonly ChangeRow[],
  name: string,
): Pick<TradeOffRow, Gauge> {
  const own = changes.filter(({ variant, group }) => variant === name && group === ALL);
  return Object.fromEntries(
    GAUGES.flatMap((gauge) => {
      const change = own.find(({ measure }) => measure === gauge);
      return change ? [[gauge, change]] : [];
    }),
  );
}

function stepResult(
  name: string,
  recommendation: StudyFindings["recommendation"],
): StepResult | undefined {
  const steps = recommendation?.paths.flatMap((path) => path.steps) ?? [];
  const step = steps.find(({ variant }) => variant === name);
  if (!step) return undefined;
  if (!step.tested) return "untested";
  return step.passed ? "passed" : "not passed";
}
