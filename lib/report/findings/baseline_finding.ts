import { BASE_NAME, overallAccuracy, studyName } from "../tables/study_lookup.ts";
import { cutCounts, cutText } from "../cut_text.ts";
import { formatCount, formatEstimate } from "../format_numbers.ts";
import type { VariantRows } from "../rows.ts";

/**
 * Phase 1's finding as Markdown: how many questions the base model answers, with the interval, what
 * its failures are, and how many completions were cut.
 *
 * @throws {RangeError} If the rows do not have the base model.
 */
export function baselineFinding(rows: VariantRows): string {
  const overall = overallAccuracy(rows, "sql", BASE_NAME);
  const { successes, n, mean, ci95 } = overall;
  const failures = rows.counts
    .filter((row) => row.variant === BASE_NAME && row.status !== "match" && row.count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ status, count }) => `${formatCount(count)} ${status}`);
  return `**Finding.** Before any training, ${studyName(rows)} gets ${formatCount(successes)} of ` +
    `${formatCount(n)} questions right and ${formatCount(n - successes)} wrong: ${
      formatEstimate({ mean, ci95 })
    } execution ` +
    `accuracy.${failures.length > 0 ? ` The failures: ${failures.join(", ")}.` : ""}` +
    ` ${cutText(cutCounts([overall]))}`.trimEnd();
}
