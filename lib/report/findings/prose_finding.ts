import { formatCounted, formatNats } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { changeSentence } from "../words/verdict_words.ts";
import type { VariantRows } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import {
  BASE_NAME,
  needed,
  overallChange,
  spokenVariants,
  studyName,
} from "../rows/study_lookup.ts";
import { listedFinding } from "./of_adapters.ts";

/**
 * What each variant that the study speaks of changes in predicting general text, as Markdown, in
 * all and by kind: above 0 is for the worse.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function proseFinding(rows: VariantRows): string {
  const nats = (variant: string): string => {
    const row = rows.prose.find((row) => row.variant === variant && row.group === ALL);
    return formatNats(needed(row, `general text for "${variant}"`).nats, 3);
  };
  const lines = spokenVariants(rows).map((variant) => {
    const change = needed(overallChange(rows, "prose", variant), `general text for "${variant}"`);
    const kinds = rows.changes
      .filter((row) => row.measure === "prose" && row.variant === variant && row.group !== ALL)
      .map((row) => `${markdownText(row.group)} ${changeSentence(row)}`);
    return `- **${markdownText(variant)}**: ${nats(variant)} nats a token against the base ` +
      `model's ${nats(BASE_NAME)} on ${formatCounted(change.evidence.n, "passage")}, ` +
      `${changeSentence(change)}.${kinds.length > 0 ? ` By kind: ${kinds.join("; ")}.` : ""}`;
  });
  const title = capital(markdownText(rows.titles.prose));
  return listedFinding(`${title} with ${studyName(rows)}; lower is better.`, lines, rows);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
