/**
 * The findings of the phases as Markdown, every number with its n and its 95 % interval.
 *
 * The words follow from the numbers: nothing is called a gain or a loss whose interval has 0 in it.
 *
 * @module
 */

import {
  BASE_NAME,
  found,
  labelText,
  overallAccuracy,
  overallDifference,
  tunedVariants,
} from "./_study_lookup.ts";
import {
  formatDifference,
  formatEstimate,
  formatPercent,
  formatPValue,
  formatSigned,
} from "./format_numbers.ts";
import type { ChanceRow, ChangeRow, DifferenceRow, TrainingRow, VariantRows } from "./rows.ts";

const SIGNIFICANT = 0.05;

/**
 * Phase 1: how many questions the base model answers, and what its failures are.
 *
 * @throws {RangeError} If the rows do not have the base model.
 */
export function baselineFinding(rows: VariantRows): string {
  const { successes, n, ...accuracy } = overallAccuracy(rows, "sql", BASE_NAME);
  const failures = rows.counts
    .filter((row) => row.variant === BASE_NAME && row.status !== "match" && row.count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ status, count }) => `${count} ${status}`);
  return `**Finding.** Before any training, ${rows.model}${labelText(rows)} gets ${successes} of ` +
    `${n} questions right and ${n - successes} wrong: ` +
    `${formatEstimate(accuracy)} execution accuracy. ` +
    (failures.length > 0 ? `The failures: ${failures.join(", ")}.` : "It fails none.");
}

/** Phase 2: where each recipe's loss began and where it ended. */
export function trainingFinding(rows: readonly TrainingRow[]): string {
  const lines = rows.map(({ variant, steps, tokens, firstLossNats, lastLossNats }) => {
    const { n, mean, ci95: [low, high] } = lastLossNats;
    return `- **${variant}**: from ${firstLossNats.toFixed(2)} to ${mean.toFixed(2)} ` +
      `[${low.toFixed(2)}, ${high.toFixed(2)}] nats a completion token ` +
      `(mean of the last ${n} marks) in ${steps} steps and ${tokens} tokens.`;
  });
  const course = rows.every(fell) ? "fell" : "did not fall for every recipe";
  return [`**Finding.** The loss on the gold queries ${course}:\n`, ...lines].join("\n");
}

/**
 * Phase 3: what each recipe gains on text-to-SQL over the base model, on the same questions.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function sqlFinding(rows: VariantRows): string {
  const base = overallAccuracy(rows, "sql", BASE_NAME);
  const lines = tunedVariants(rows).map((variant) => {
    const tuned = overallAccuracy(rows, "sql", variant);
    const difference = overallDifference(rows, "sql", variant);
    return `- **${variant}**${labelText(rows)}: ${formatPercent(tuned.mean)} against the base ` +
      `model's ${formatPercent(base.mean)}, a difference of ${pointsText(difference)}, ` +
      `${difference.gained} questions gained and ${difference.lost} lost of ${difference.n}. ` +
      `${intervalText(difference, { above: "a gain", below: "a loss" })}${clusterText(difference)}`;
  });
  return ["**Finding.** Execution accuracy against the base model's:\n", ...lines].join("\n");
}

/**
 * Phase 4: what each recipe loses on multiple choice, or why that cannot be said.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function mmluFinding(rows: VariantRows): string {
  const base = overallAccuracy(rows, "mmlu", BASE_NAME);
  const lines = tunedVariants(rows).map((variant) => {
    const tuned = overallAccuracy(rows, "mmlu", variant);
    const difference = overallDifference(rows, "mmlu", variant);
    const { change } = found(rows.changes, { measure: "mmlu", variant, group: "all" });
    return `- **${variant}**${labelText(rows)}: ${formatPercent(tuned.mean)} against the base ` +
      `model's ${formatPercent(base.mean)}, a difference of ${pointsText(difference)}, ` +
      `n = ${difference.n}. ${changeText(change, difference)}${detectableText(difference)} ` +
      categoriesText(rows, variant);
  });
  return [
    `**Finding.** Multiple choice. ${baseChanceText(rows)}\n`,
    ...lines,
  ].join("\n");
}

/**
 * Phase 5: each recipe's gain and loss in one sentence.
 *
 * @throws {RangeError} If a variant's rows are not complete.
 */
export function tradeOffFinding(rows: VariantRows): string {
  const lines = tunedVariants(rows).map((variant) => {
    const sql = overallDifference(rows, "sql", variant);
    const mmlu = overallDifference(rows, "mmlu", variant);
    const { change } = found(rows.changes, { measure: "mmlu", variant, group: "all" });
    return `- **${variant}**${labelText(rows)}: ${pointsText(sql)} on SQL (n = ${sql.n}) and ` +
      `${pointsText(mmlu)} on MMLU (n = ${mmlu.n}): ${gainText(sql)}, and ` +
      `${lossText(mmlu, change)}.`;
  });
  return [`**Finding.** What specialising ${rows.model} brought and cost:\n`, ...lines].join("\n");
}

function fell({ firstLossNats, lastLossNats }: TrainingRow): boolean {
  return lastLossNats.ci95[1] < firstLossNats;
}

function pointsText(difference: DifferenceRow): string {
  return formatDifference(difference).replace(" ", " points ");
}

function intervalText(
  { ci95: [low, high] }: DifferenceRow,
  words: { readonly above: string; readonly below: string },
): string {
  if (low > 0) return `The whole 95 % interval is above 0: ${words.above}.`;
  if (high < 0) return `The whole 95 % interval is below 0: ${words.below}.`;
  return "The 95 % interval has 0 in it: neither gain nor loss is shown.";
}

function clusterText({ clusteredCi95 }: DifferenceRow): string {
  if (clusteredCi95 === undefined) return "";
  const [low, high] = clusteredCi95;
  const bounds = `[${formatSigned(low)}, ${formatSigned(high)}]`;
  return ` With whole databases as the unit, few as they are, it is ${bounds}.`;
}

function changeText(change: ChangeRow["change"], difference: DifferenceRow): string {
  const verdict = intervalText(difference, { above: "a gain", below: "a loss" });
  switch (change.kind) {
    case "relative":
      return `That is a change of ${formatDifference(change).replace(" ", " % ")}. ${verdict}`;
    case "base_zero":
      return `The base model has none right, so there is no percentage change. ${verdict}`;
    case "at_chance":
      return "No percentage change: at chance, no loss can be measured." +
        (difference.ci95[0] > 0 ? ` ${verdict}` : "");
  }
}

function detectableText({ smallestDetectable }: DifferenceRow): string {
  if (smallestDetectable === undefined) return "";
  if (smallestDetectable === null) return " So few answers differ that no test could show much.";
  return ` Differences under ${(100 * smallestDetectable).toFixed(1)} points would probably be ` +
    "missed.";
}

function categoriesText(rows: VariantRows, variant: string): string {
  const categories = rows.differences.filter((row) =>
    row.measure === "mmlu" && row.variant === variant && row.holmP !== undefined
  );
  const different = categories.filter(({ holmP = 1 }) => holmP < SIGNIFICANT);
  if (different.length === 0) return "No single category differs (Holm, 5 %).";
  const named = different.map((row) =>
    `${row.group} by ${pointsText(row)} (p ${comparison(row.holmP ?? 1)})`
  );
  return `Categories that differ (Holm, 5 %): ${named.join("; ")}.`;
}

function baseChanceText(rows: VariantRows): string {
  const row = rows.chance.find((row: ChanceRow) =>
    row.variant === BASE_NAME && row.group === "all"
  );
  const { successes, n, ...accuracy } = overallAccuracy(rows, "mmlu", BASE_NAME);
  const shown = `The base model has ${successes} of ${n} right, ${formatEstimate(accuracy)}`;
  if (row === undefined) return `${shown}.`;
  const guessing = `guessing gives ${formatPercent(row.chance)} (p ${comparison(row.pValue)})`;
  return row.verdict === "at chance"
    ? `${shown}, which is not above chance: ${guessing}.`
    : `${shown}, which is above chance: ${guessing}.`;
}

function gainText({ ci95: [low, high] }: DifferenceRow): string {
  if (low > 0) return "a gain on SQL";
  return high < 0 ? "a loss on SQL" : "no gain on SQL is shown";
}

function lossText({ ci95: [low, high] }: DifferenceRow, change: ChangeRow["change"]): string {
  if (low > 0) return "a gain on MMLU";
  if (change.kind === "at_chance") {
    return "on MMLU no loss can be measured, as the base is at chance";
  }
  return high < 0 ? "a loss on MMLU" : "no loss on MMLU is shown";
}

function comparison(pValue: number): string {
  const text = formatPValue(pValue);
  return text.startsWith("<") ? text : `= ${text}`;
}
