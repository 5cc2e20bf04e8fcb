import type { Summary, VariantSummary } from "../runs/mod.ts";
import { formatDifference, formatEstimate } from "./format_numbers.ts";
import { markdownTable } from "./markdown_table.ts";

const AT_CHANCE = "at chance: no loss can be measured";

/**
 * A study in one table, a row a variant: execution accuracy (official reading)
 * and multiple-choice accuracy with their 95 % intervals, and the paired
 * differences to the base model in percentage points.
 */
export function shortTable({ variants, counts }: Summary): string {
  const base = variants[0];
  if (!base) throw new RangeError("Cannot write the table of a summary without variants");
  return markdownTable(
    [
      { title: "model" },
      { title: `SQL execution accuracy (n = ${counts.sql.scored})`, align: "right" },
      { title: "gained (points)", align: "right" },
      { title: `MMLU accuracy (n = ${counts.mmlu.scored})`, align: "right" },
      { title: "change on MMLU (points)", align: "right" },
    ],
    variants.map((variant) => [
      variant.name,
      formatEstimate(variant.sql.overall.official),
      sqlGain(variant),
      formatEstimate(variant.mmlu.overall.accuracy),
      mmluChange(variant, base),
    ]),
  );
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
