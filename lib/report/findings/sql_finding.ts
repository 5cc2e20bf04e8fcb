import { pointsText, signSentence } from "./finding_words.ts";
import {
  BASE_NAME,
  overallAccuracy,
  overallDifference,
  studyName,
  tunedVariants,
} from "../tables/study_lookup.ts";
import { cutCounts, cutText } from "../cut_text.ts";
import { formatBounds, formatCount, formatPercent } from "../format_numbers.ts";
import { markdownText } from "../markdown_text.ts";
import type { DifferenceRow, VariantRows } from "../rows.ts";

/**
 * Phase 3's finding as Markdown: what each recipe gains on text-to-SQL over the base model, on the
 * same questions, and how many completions were cut.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function sqlFinding(rows: VariantRows): string {
  const base = overallAccuracy(rows, "sql", BASE_NAME);
  const lines = tunedVariants(rows).map((variant) => {
    const tuned = overallAccuracy(rows, "sql", variant);
    const difference = overallDifference(rows, "sql", variant);
    return `- **${markdownText(variant)}**: ${
      formatPercent(tuned.mean)
    } against the base model's ` +
      `${formatPercent(base.mean)}, a difference of ${pointsText(difference)}; of ` +
      `${formatCount(difference.n)} questions ${formatCount(difference.gained)} gained and ` +
      `${formatCount(difference.lost)} lost. ` +
      `${signSentence(difference)}${clusterText(difference)}`;
  });
  const cut = cutText(cutCounts(rows.accuracy));
  return [
    `**Finding.** Execution accuracy of ${studyName(rows)}:\n`,
    ...lines,
    ...(cut === "" ? [] : ["", cut]),
  ].join("\n");
}

function clusterText({ clusteredCi95 }: DifferenceRow): string {
  if (clusteredCi95 === undefined) return "";
  return " With whole databases as the unit, few as they are, the interval is " +
    `${formatBounds(clusteredCi95)}.`;
}
