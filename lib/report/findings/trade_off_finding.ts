import { pointsText, signOf } from "./finding_words.ts";
import { formatCount } from "../format_numbers.ts";
import { markdownText } from "../markdown_text.ts";
import { cutCounts, cutNotes } from "../cut_text.ts";
import { found, overallDifference, studyName, tunedVariants } from "../tables/study_lookup.ts";
import type { ChangeRow, DifferenceRow, VariantRows } from "../rows.ts";

const SQL_WORDS = {
  gain: "a gain on SQL",
  loss: "a loss on SQL",
  open: "neither gain nor loss on SQL is shown",
} as const;

const MMLU_WORDS = {
  gain: "a gain on MMLU",
  loss: "a loss on MMLU",
  open: "neither gain nor loss on MMLU is shown",
} as const;

/**
 * Phase 5's finding as Markdown: each recipe's gain and loss in one sentence, and a note where more
 * than 5 % of a variant's completions were cut.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function tradeOffFinding(rows: VariantRows): string {
  const lines = tunedVariants(rows).map((variant) => {
    const sql = overallDifference(rows, "sql", variant);
    const mmlu = overallDifference(rows, "mmlu", variant);
    const { change } = found(rows.changes, { measure: "mmlu", variant, group: "all" });
    return `- **${markdownText(variant)}**: ${pointsText(sql)} on SQL (n = ${
      formatCount(sql.n)
    }) and ${pointsText(mmlu)} ` +
      `on MMLU (n = ${formatCount(mmlu.n)}): ${SQL_WORDS[signOf(sql)]}; ${
        mmluWords(mmlu, change)
      }.`;
  });
  const notes = cutNotes(cutCounts(rows.accuracy));
  return [
    `**Finding.** What specialising ${studyName(rows)} brought and cost:\n`,
    ...lines,
    ...notes.flatMap((note) => ["", note]),
  ].join("\n");
}

function mmluWords(difference: DifferenceRow, { kind }: ChangeRow["change"]): string {
  const sign = signOf(difference);
  if (kind === "at_chance" && sign !== "gain") {
    return "on MMLU no loss can be measured, as the base model is at chance";
  }
  return MMLU_WORDS[sign];
}
