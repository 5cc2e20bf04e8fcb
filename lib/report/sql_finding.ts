import { pointsText, signSentence } from "./_finding_words.ts";
import {
  BASE_NAME,
  overallAccuracy,
  overallDifference,
  studyName,
  tunedVariants,
} from "./_study_lookup.ts";
import { cutCounts, cutText } from "./cut_text.ts";
import { formatPercent, formatSigned } from "./format_numbers.ts";
import type { DifferenceRow, VariantRows } from "./rows.ts";

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
    return `- **${variant}**: ${formatPercent(tuned.mean)} against the base model's ` +
      `${formatPercent(base.mean)}, a difference of ${pointsText(difference)}; of ` +
      `${difference.n} questions ${difference.gained} gained and ${difference.lost} lost. ` +
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
  const [low, high] = clusteredCi95;
  return " With whole databases as the unit, few as they are, the interval is " +
    `[${formatSigned(low)}, ${formatSigned(high)}].`;
}
