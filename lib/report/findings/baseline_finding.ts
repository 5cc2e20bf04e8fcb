import { cutCounts, cutText } from "../words/cut_text.ts";
import { formatCount, formatEstimate } from "../words/format_numbers.ts";
import type { VariantRows } from "../rows/row_types.ts";
import { BASE_NAME, neededAccuracy, studyName } from "../rows/study_lookup.ts";

/**
 * Phase 1's finding as Markdown: how many questions the base model answers, with the interval, what
 * its failures are, and how many completions were cut.
 *
 * @throws {RangeError} If the rows do not have the base model.
 */
export function baselineFinding(rows: VariantRows): string {
  const overall = neededAccuracy(rows, "sql", BASE_NAME);
  const { successes, n, mean, ci95 } = overall;
  const failures = rows.counts
    .filter((row) => row.variant === BASE_NAME && row.status !== "match" && row.count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ status, count }) => `${formatCount(count)} ${status}`);
  const scored = `${formatEstimate({ mean, ci95 })} execution accuracy`;
  return `**Finding.** Before any training, ${studyName(rows)} gets ${formatCount(successes)} of ` +
    `${formatCount(n)} questions right and ${formatCount(n - successes)} wrong: ${scored}.` +
    (failures.length > 0 ? ` The failures: ${failures.join(", ")}.` : "") +
    ` ${cutText(cutCounts([overall]))}`.trimEnd();
}
