import { GAUGES } from "../../runs/mod.ts";
import { cutCounts, cutNotes } from "../words/cut_text.ts";
import { formatCount } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { gaugeText } from "../words/measures.ts";
import { changeSentence } from "../words/verdict_words.ts";
import type { VariantRows } from "../rows/row_types.ts";
import { overallChange, spokenVariants, studyName } from "../rows/study_lookup.ts";
import { guessingNotes } from "./caution_notes.ts";
import { listedFinding } from "./of_adapters.ts";

/**
 * Phase 5's finding as Markdown: each variant that the study speaks of with its changes side by
 * side, a note where more than 5 % of a variant's completions were cut, and one where the base model
 * is near guessing on multiple choice.
 */
export function tradeOffFinding(rows: VariantRows): string {
  const lines = spokenVariants(rows).map((variant) => variantChanges(rows, variant));
  const notes = [...cutNotes(cutCounts(rows.accuracy)), ...guessingNotes(rows)];
  return listedFinding(`What specialising ${studyName(rows)} changed.`, lines, rows, notes);
}

/** A variant's changes side by side, an entry of a list. */
export function variantChanges(rows: VariantRows, variant: string): string {
  const sides = GAUGES.flatMap((gauge) => {
    const change = overallChange(rows, gauge, variant);
    if (!change) return [];
    const n = `n = ${formatCount(change.evidence.n)}`;
    return [`on ${gaugeText(gauge, rows.titles)}, ${n}: ${changeSentence(change)}`];
  });
  return `- **${markdownText(variant)}**: ${sides.join("; ")}.`;
}
