import { pointsText, pValueText, signOf, signSentence } from "./finding_words.ts";
import {
  BASE_NAME,
  found,
  overallAccuracy,
  overallDifference,
  studyName,
  tunedVariants,
} from "../tables/study_lookup.ts";
import { formatChange, formatCount, formatEstimate, formatPercent } from "../format_numbers.ts";
import { markdownText } from "../markdown_text.ts";
import type { ChangeRow, DifferenceRow, VariantRows } from "../rows.ts";

const SIGNIFICANT = 0.05;

/**
 * Phase 4's finding as Markdown: what each recipe loses on multiple choice, or why that cannot be
 * said.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function mmluFinding(rows: VariantRows): string {
  const base = overallAccuracy(rows, "mmlu", BASE_NAME);
  const lines = tunedVariants(rows).map((variant) => {
    const tuned = overallAccuracy(rows, "mmlu", variant);
    const difference = overallDifference(rows, "mmlu", variant);
    const { change } = found(rows.changes, { measure: "mmlu", variant, group: "all" });
    return `- **${markdownText(variant)}**: ${
      formatPercent(tuned.mean)
    } against the base model's ` +
      `${formatPercent(base.mean)}, a difference of ${pointsText(difference)}, ` +
      `n = ${formatCount(difference.n)}. ${changeText(change, difference)} ${
        detectableText(difference)
      }` +
      categoriesText(rows, variant);
  });
  return [
    `**Finding.** Multiple choice with ${studyName(rows)}. ${baseText(rows)}\n`,
    ...lines,
  ].join("\n");
}

function baseText(rows: VariantRows): string {
  const { successes, n, mean, ci95 } = overallAccuracy(rows, "mmlu", BASE_NAME);
  const shown = `The base model has ${formatCount(successes)} of ${formatCount(n)} right, ${
    formatEstimate({ mean, ci95 })
  }`;
  const chance = rows.chance.find((row) => row.variant === BASE_NAME && row.group === "all");
  if (chance === undefined) return `${shown}.`;
  const is = chance.verdict === "at chance" ? "is not" : "is";
  return `${shown}, which ${is} above chance: guessing gives ${formatPercent(chance.chance)} ` +
    `(p ${pValueText(chance.pValue)}).`;
}

function changeText(change: ChangeRow["change"], difference: DifferenceRow): string {
  switch (change.kind) {
    case "relative":
      return `That is a change of ${formatChange(change)}. ` +
        signSentence(difference);
    case "base_zero":
      return `No percentage change, as the base model has none right. ${signSentence(difference)}`;
    case "at_chance":
      return "No percentage change: at chance, no loss can be measured." +
        (signOf(difference) === "gain" ? ` ${signSentence(difference)}` : "");
  }
}

function detectableText({ smallestDetectable }: DifferenceRow): string {
  if (smallestDetectable === undefined) return "";
  if (smallestDetectable === null) return "So few answers differ that hardly any test could tell. ";
  return `A difference under ${
    formatPercent(smallestDetectable).replace(" %", "")
  } points would probably be ` +
    "missed. ";
}

function categoriesText(rows: VariantRows, variant: string): string {
  const different = rows.differences.filter((row) =>
    row.measure === "mmlu" && row.variant === variant && (row.holmP ?? 1) < SIGNIFICANT
  );
  if (different.length === 0) return "No single category is shown to differ (Holm, 5 %).";
  const named = different.map((row) =>
    `${markdownText(row.group)} by ${pointsText(row)} (p ${pValueText(row.holmP ?? 1)})`
  );
  return `Categories that differ (Holm, 5 %): ${named.join("; ")}.`;
}
