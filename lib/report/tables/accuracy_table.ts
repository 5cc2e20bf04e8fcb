import { cutCounts, cutSentence, cutText } from "../words/cut_text.ts";
import { formatCount, formatEstimate } from "../words/format_numbers.ts";
import type { ChanceRow } from "../rows/choice_rows.ts";
import type { AccuracyRow, ClassRow, CountRow } from "../rows/row_types.ts";
import { count, type FramedColumn, markdownOf, pValue, share, text } from "./column.ts";
import { groupTable, markdownTable, rightTitle } from "./markdown_table.ts";

/**
 * Accuracies, one row a variant and one column a group: percentage, 95 % interval, raw counts; and
 * below the table how many completions were cut, where the rows know it.
 *
 * @param options With `cutNotes: false` it is not said what to do about many of them.
 * @throws {RangeError} If a number is not finite.
 */
export function accuracyTable(
  rows: readonly AccuracyRow[],
  { cutNotes = true }: { readonly cutNotes?: boolean } = {},
): string {
  const table = groupTable(rows, (row) => `${formatEstimate(row)}, ${ratio(row)}`);
  const cut = (cutNotes ? cutText : cutSentence)(cutCounts(rows));
  return cut === "" ? table : `${table}\n${cut}\n`;
}

/**
 * Raw counts of verdicts: successes, failures, every status that is listed, and, where the rows
 * know it, the completions that were cut, which have a status as all others.
 */
export function countsTable(rows: readonly CountRow[]): string {
  const statuses = [...new Set(rows.map((row) => row.status))].filter((s) => s !== "match");
  const cut = rows.some((row) => row.cut !== undefined);
  return markdownTable(
    [
      { title: "model" },
      ...["n", "success", "failure", ...statuses, ...(cut ? ["cut"] : [])].map(rightTitle),
    ],
    [...Map.groupBy(rows, ({ variant }) => variant)].map(([variant, own]) => {
      const of = (status: string): number => own.find((row) => row.status === status)?.count ?? 0;
      const n = own[0]?.n ?? 0;
      const numbers = [n, of("match"), n - of("match"), ...statuses.map(of)];
      const known = own[0]?.cut;
      const last = cut ? [known === undefined ? "" : formatCount(known)] : [];
      return [variant, ...numbers.map(formatCount), ...last];
    }),
  );
}

/** Wrong statements by class of error, one row a variant, the classes most frequent in all first. */
export function classesTable(rows: readonly ClassRow[]): string {
  const classes = errorClasses(rows);
  return markdownTable(
    [{ title: "model" }, ...["n", ...classes].map(rightTitle)],
    [...Map.groupBy(rows, ({ variant }) => variant)].map(([variant, own]) => {
      const of = (name: string): number => own.find((r) => r.errorClass === name)?.count ?? 0;
      return [variant, formatCount(own[0]!.n), ...classes.map((name) => formatCount(of(name)))];
    }),
  );
}

/** The classes of error that occur, the most frequent over all variants first. */
export function errorClasses(rows: readonly ClassRow[]): string[] {
  const totals = [...Map.groupBy(rows, ({ errorClass }) => errorClass)].map(([name, own]) =>
    [name, own.reduce((sum, { count }) => sum + count, 0)] as const
  );
  return totals.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
}

/** Multiple choice against guessing; not to show it does not show that a model guesses. */
export function chanceTable(rows: readonly ChanceRow[]): string {
  return markdownOf(rows, CHANCE_COLUMNS);
}

/** The columns of {@linkcode chanceTable}. */
export const CHANCE_COLUMNS: readonly FramedColumn<ChanceRow>[] = [
  text("model", (row) => row.variant),
  text("group", (row) => row.group),
  share("guessing %", (row) => row.chance),
  pValue("binomial p", (row) => row.pValue),
  text("above guessing", (row) => row.shown ? "shown" : "not shown"),
];

/** The columns of a frame of accuracies, one row a variant and group. */
export const ACCURACY_COLUMNS: readonly FramedColumn<AccuracyRow>[] = [
  text("model", (row) => row.variant),
  text("group", (row) => row.group),
  count("correct", (row) => row.successes),
  count("n", (row) => row.n),
  share("accuracy %", (row) => row.mean),
  share("95 % from", (row) => row.ci95[0]),
  share("95 % to", (row) => row.ci95[1]),
  count("cut completions", (row) => row.cut),
];

function ratio({ successes, n }: AccuracyRow): string {
  return `${formatCount(successes)}/${formatCount(n)}`;
}
