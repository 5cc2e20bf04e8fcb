import { type Gauge, GAUGES, type Summary } from "../../runs/mod.ts";
import { cutCounts, cutNotes } from "../words/cut_text.ts";
import { formatCount, formatEstimate, formatNats } from "../words/format_numbers.ts";
import { unitOf } from "../words/measures.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import { overallAccuracy, overallChange } from "../rows/study_lookup.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { changeCell } from "./change_table.ts";
import { type Column, count, markdownOf, rightText, text } from "./column.ts";

/**
 * A study in one table, a row a variant: execution accuracy (official reading) and multiple-choice
 * accuracy with their 95 % intervals, general text in nats a token, the changes against the base
 * model with the wider 95 % interval, and how many completions were cut at the token limit. What is
 * recommended is told in the first column: the last one of a wide table is out of sight on a page.
 *
 * @param options With `cutNotes: false` it is not said what to do about many cut completions.
 */
export function shortTable(
  summary: Summary,
  { cutNotes: noted = true }: { readonly cutNotes?: boolean } = {},
): string {
  const rows = summaryRows(summary);
  const cuts = cutCounts(rows.accuracy);
  const columns: readonly Column<string>[] = [
    text(
      "model",
      (name) =>
        rows.tradeOff.some(({ variant, recommended }) => recommended && variant === name)
          ? `${name} (recommended)`
          : name,
    ),
    ...gaugeColumns(rows, "sql"),
    count("cut completions", (name) => cuts.find(({ variant }) => variant === name)?.cut),
    ...GAUGES.flatMap((gauge) => gauge === "sql" ? [] : gaugeColumns(rows, gauge)),
  ];
  const table = markdownOf(summary.variants.map(({ name }) => name), columns);
  return [table, ...(noted ? cutNotes(cuts) : []).map((note) => `${note}\n`)].join("\n");
}

function gaugeColumns(rows: StudyRows, gauge: Gauge): Column<string>[] {
  const found = rows.coverage.find(({ measure }) => measure === gauge);
  if (!found) return [];
  const title = gauge === "sql" ? "SQL execution" : rows.titles[gauge];
  const n = `(n = ${formatCount(found.scored)})`;
  return [
    gauge === "prose"
      ? rightText(`${title}, nats a token ${n}`, (variant) => {
        const row = rows.prose.find((row) => row.variant === variant && row.group === ALL);
        return row && formatNats(row.nats, 3);
      })
      : rightText(`${title} accuracy ${n}`, (variant) => {
        const row = overallAccuracy(rows, gauge, variant);
        return row && formatEstimate(row);
      }),
    rightText(
      `change (${unitOf(gauge)})`,
      (variant) => changeCell(overallChange(rows, gauge, variant)),
    ),
  ];
}
