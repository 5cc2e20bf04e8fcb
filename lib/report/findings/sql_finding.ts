import { cutCounts, cutText } from "../words/cut_text.ts";
import { formatCount, formatCounted, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { changeSentence } from "../words/verdict_words.ts";
import type { ChangeRow, VariantRows } from "../rows/row_types.ts";
import {
  BASE_NAME,
  needed,
  neededAccuracy,
  overallChange,
  spokenVariants,
  studyName,
} from "../rows/study_lookup.ts";
import { listedFinding } from "./of_adapters.ts";

/**
 * Phase 3's finding as Markdown: how each variant that the study speaks of changes text-to-SQL
 * against the base model on the same questions, how far its statements get, and how many completions
 * were cut.
 *
 * @param options With `cut: false` nothing is said of cut completions, where that stands elsewhere.
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function sqlFinding(
  rows: VariantRows,
  options: { readonly cut?: boolean } = {},
): string {
  const base = neededAccuracy(rows, "sql", BASE_NAME);
  const variants = spokenVariants(rows);
  const lines = variants.map((variant) => {
    const change = needed(overallChange(rows, "sql", variant), `sql for "${variant}"`);
    const { mean } = neededAccuracy(rows, "sql", variant);
    return `- **${markdownText(variant)}**: ${formatPercent(mean)} ` +
      `against the base model's ${formatPercent(base.mean)}, ${changeSentence(change)}. ` +
      `${flipsText(change)}${runsText(rows, variant)}`;
  });
  const cut = options.cut === false ? "" : cutText(cutCounts(rows.accuracy));
  const heading = `Execution accuracy of ${studyName(rows)}.`;
  return listedFinding(heading, lines, rows, cut === "" ? [] : [cut]);
}

/** What the change is made of. */
function flipsText({ evidence }: ChangeRow): string {
  if (evidence.kind !== "score") return "";
  const { n, gained, lost } = evidence;
  return `Of ${formatCounted(n, "question")} ${formatCount(gained)} gained and ` +
    `${formatCount(lost)} lost.`;
}

function runsText(rows: VariantRows, variant: string): string {
  const change = overallChange(rows, "runs", variant);
  return change ? ` Statements that run: ${changeSentence(change)}.` : "";
}
