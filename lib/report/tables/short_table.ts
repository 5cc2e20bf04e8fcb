import type { Summary, VariantSummary } from "../../runs/mod.ts";
import { type CutCounts, cutCounts, cutNotes } from "../cut_text.ts";
import { formatCount, formatDifference, formatEstimate } from "../format_numbers.ts";
import { markdownTable } from "./markdown_table.ts";
import { summaryRows } from "./summary_rows.ts";

const AT_CHANCE = "at chance: no loss can be measured";

/**
 * A study in one table, a row a variant: execution accuracy (official reading)
 * and multiple-choice accuracy with their 95 % intervals, the paired
 * differences to the base model in percentage points, and where it was counted
 * how many completions were cut at the token limit.
 */
export function shortTable(summary: Summary): string {
  const { variants, counts } = summary;
  const base = variants[0];
  if (!base) throw new RangeError("Cannot write the table of a summary without variants");
  const cuts = cutCounts(summaryRows(summary).accuracy);
  const table = markdownTable(
    [
      { title: "model" },
      { title: `SQL execution accuracy (n = ${formatCount(counts.sql.scored)})`, align: "right" },
      { title: "gained (points)", align: "right" },
      ...(cuts.length > 0 ? [{ title: "cut completions", align: "right" } as const] : []),
      { title: `MMLU accuracy (n = ${formatCount(counts.mmlu.scored)})`, align: "right" },
      { title: "change on MMLU (points)", align: "right" },
    ],
    variants.map((variant) => [
      variant.name,
      formatEstimate(variant.sql.overall.official),
      sqlGain(variant),
      ...(cuts.length > 0 ? [cutCell(cuts, variant)] : []),
      formatEstimate(variant.mmlu.overall.accuracy),
      mmluChange(variant, base),
    ]),
  );
  return [table, ...cutNotes(cuts).map((note) => `${note}\n`)].join("\n");
}

function cutCell(cuts: readonly CutCounts[], { name }: VariantSummary): string {
  const found = cuts.find(({ variant }) => variant === name);
  return found === undefined ? "" : formatCount(found.cut);
}

function sqlGain({ versusBase }: VariantSummary): string {
  if (!versusBase) return "";
  const { difference, ci95 } = versusBase.sql.overall.official;
  return formatDifference({ mean: difference, ci95 });
}

function mmluChange({ versusBase }: VariantSummary, base: VariantSummary): string {
  if (!versusBase) return "";
  const { difference, ci95 } = versusBase.mmlu.overall.difference;
  const text = formatDifference({ mean: difference, ci95 });
  return base.mmlu.overall.chance.above ? text : `${text}, ${AT_CHANCE}`;
}
