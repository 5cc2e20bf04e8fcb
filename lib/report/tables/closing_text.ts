import { shortRecommendation } from "../findings/recommendation_finding.ts";
import { variantChanges } from "../findings/trade_off_finding.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { spokenVariants } from "../rows/study_lookup.ts";
import { formatCounted } from "../words/format_numbers.ts";

/** So many variants have room in the last lines of a command. */
const MOST_VARIANTS = 3;

/**
 * A study's answer for the last lines of a command, after a table that may scroll away: what is
 * recommended, or why nothing is, and the changes of the first variants that sentences are about.
 * One paragraph or variant a line, as Markdown; empty where no tuned variant was asked.
 */
export function closingText(rows: StudyRows): string {
  const variants = rows.tradeOff.length > 0 ? spokenVariants(rows) : [];
  const more = variants.length - MOST_VARIANTS;
  return [
    shortRecommendation(rows),
    ...variants.slice(0, MOST_VARIANTS).map((variant) => variantChanges(rows, variant)),
    more > 0 ? `- ${formatCounted(more, "more variant")} in the report.` : "",
  ].filter((line) => line !== "").join("\n");
}
