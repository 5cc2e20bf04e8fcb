import { formatCount, formatEstimate, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { measureName } from "../words/measures.ts";
import { changeSentence, pValueText } from "../words/verdict_words.ts";
import type { ChangeRow, VariantRows } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import {
  BASE_NAME,
  needed,
  neededAccuracy,
  overallChange,
  spokenVariants,
  studyName,
} from "../rows/study_lookup.ts";
import { percentText } from "../tables/change_table.ts";
import { ratioText } from "../tables/letter_table.ts";
import { letterSentences } from "./letter_sentences.ts";
import { listedFinding } from "./of_adapters.ts";

/**
 * Phase 4's finding as Markdown: how each variant that the study speaks of changes multiple choice,
 * raw, in percent, with the letter prior taken off, in writing, by the probability of the right
 * letter, above guessing and by category, and what a drop is then to be called: a habit of letters,
 * the form of the answer, or knowledge.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function mmluFinding(rows: VariantRows): string {
  const lines = spokenVariants(rows).map((variant) => variantText(rows, variant));
  const heading = `${markdownText(rows.titles.mmlu)} with ${studyName(rows)}. ${baseText(rows)}`;
  return listedFinding(heading, lines, rows);
}

function baseText(rows: VariantRows): string {
  const { successes, n, mean, ci95 } = neededAccuracy(rows, "mmlu", BASE_NAME);
  const shown = `The base model has ${formatCount(successes)} of ${formatCount(n)} right, ${
    formatEstimate({ mean, ci95 })
  }`;
  const chance = rows.chance.find((row) => row.variant === BASE_NAME && row.group === ALL);
  if (chance === undefined) return `${shown}.`;
  const guessing = `guessing gives ${formatPercent(chance.chance)}`;
  const p = `p ${pValueText(chance.pValue)}`;
  return chance.shown
    ? `${shown}; ${guessing}, and the model is shown to be above it (${p}).`
    : `${shown}; ${guessing}. It is not shown to be above guessing (${p}); it may still know ` +
      "something, and its changes are reported all the same.";
}

function variantText(rows: VariantRows, variant: string): string {
  const change = needed(overallChange(rows, "mmlu", variant), `mmlu for "${variant}"`);
  const scores = [variant, BASE_NAME].map((name) =>
    formatPercent(neededAccuracy(rows, "mmlu", name).mean)
  );
  const percent = change.percent === undefined
    ? ""
    : ` In percent of the base score: ${percentText(change.percent)}.`;
  const details = [
    ...letterSentences(rows, variant, change),
    ...probabilityText(rows, variant),
    ...aboveChanceText(rows, variant),
    ...categoriesText(rows, variant),
  ];
  return [
    `- **${markdownText(variant)}**: ${scores[0]} against the base model's ${scores[1]}, ` +
    `${changeSentence(change)}.${percent}`,
    ...details.map((detail) => `  - ${detail}`),
  ].join("\n");
}

function probabilityText(rows: VariantRows, variant: string): string[] {
  const change = overallChange(rows, "right_probability", variant);
  return change ? [`Mean probability of the right letter: ${changeSentence(change)}.`] : [];
}

function aboveChanceText({ aboveChance }: VariantRows, variant: string): string[] {
  const row = aboveChance.find((row) => row.variant === variant);
  return row ? [`Of what is above guessing: ${ratioText(row.change)}.`] : [];
}

function categoriesText({ changes, titles }: VariantRows, variant: string): string[] {
  const categories = changes.filter((row) =>
    row.measure === "mmlu" && row.variant === variant && row.group !== ALL
  );
  if (categories.length === 0) return [];
  const named = categories.map((row) => `${markdownText(row.group)} ${categoryText(row)}`);
  return [`${markdownText(measureName("mmlu", titles))} by category: ${named.join("; ")}.`];
}

function categoryText(row: ChangeRow): string {
  const { percent } = row;
  return changeSentence(row) +
    (percent === undefined ? "" : `, in percent ${percentText(percent)}`);
}
