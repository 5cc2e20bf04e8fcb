import { recommendationFinding, shortRecommendation } from "../findings/recommendation_finding.ts";
import { nextStep } from "../findings/next_step.ts";
import { variantChanges } from "../findings/trade_off_finding.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { spokenVariants } from "../rows/study_lookup.ts";
import { formatCounted } from "../words/format_numbers.ts";
import { ENGLISH } from "../words/verdict_texts.ts";
import { UNADJUSTED_NOTE } from "../words/verdict_words.ts";

/** So many variants have room in the last lines of a command. */
const MOST_VARIANTS = 3;

/**
 * A study's answer for the last lines of a command, after a table that may scroll away: what is
 * recommended, or why nothing is, and the changes of the first variants that sentences are about, the
 * recommended one before the others. One paragraph or variant a line, as Markdown; empty where no
 * tuned variant was asked.
 */
export function closingText(rows: StudyRows): string {
  const spoken = rows.tradeOff.length > 0 ? spokenVariants(rows) : [];
  const chosen = rows.tradeOff.filter(({ recommended, variant }) =>
    recommended && spoken.includes(variant)
  ).map(({ variant }) => variant);
  const variants = [...new Set([...chosen, ...spoken])];
  const more = variants.length - MOST_VARIANTS;
  const lines = [
    // a rule that promises nothing is not passed over
    rows.plan.afterAnswers ? recommendationFinding(rows) : shortRecommendation(rows),
    ...variants.slice(0, MOST_VARIANTS).map((variant) => variantChanges(rows, variant)),
    more > 0 ? `- ${formatCounted(more, "more variant")} in the report.` : "",
    rows.recommendation?.outcome === "recommended" ? "" : spokenStep(rows, spoken),
  ].filter((line) => line !== "");
  const isMarked = lines.some((line) => line.includes(ENGLISH.unadjusted));
  return [...lines, ...isMarked ? [UNADJUSTED_NOTE] : []].join("\n");
}

/**
 * What to do about a training that was unstable, about a loss, or about an open change where no
 * recommendation says how many questions it takes.
 */
function spokenStep(rows: StudyRows, spoken: readonly string[]): string {
  const own = rows.changes.filter(({ variant, outcome }) =>
    spoken.includes(variant) && (outcome === "loss" || rows.recommendation === undefined)
  );
  const scaled = rows.tradeOff.some(({ origin }) => (origin.scale ?? 1) !== 1);
  const unstable = rows.unstable.filter(({ recipe, seed }) =>
    rows.tradeOff.some(({ variant, origin }) =>
      spoken.includes(variant) && origin.source === recipe && origin.seed === seed
    )
  );
  return nextStep(own, rows.titles, { scaled, unstable });
}
