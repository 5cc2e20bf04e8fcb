import type { ChanceRow } from "../rows/choice_rows.ts";
import type { AccuracyRow, CountRow, FlipsRow, ProseRow } from "../rows/row_types.ts";
import { ACCURACY_COLUMNS, CHANCE_COLUMNS } from "../tables/accuracy_table.ts";
import { filledColumns, type FramedColumn } from "../tables/column.ts";
import { flipColumns } from "../tables/letter_table.ts";
import { count, decimal, type Frame, frame, text } from "./frame.ts";

/**
 * A table as a data frame: the same columns, percentages with one decimal, null where there is no
 * value. Columns without any value are left out.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
function frameOf<Row>(
  rows: readonly Row[],
  columns: readonly FramedColumn<Row>[],
): Frame {
  const filled = filledColumns(rows, columns);
  return frame(rows, Object.fromEntries(filled.map(({ title, series }) => [title, series])));
}

/** Accuracies, one row a variant and group. */
export function accuracyFrame(rows: readonly AccuracyRow[]): Frame {
  return frameOf(rows, ACCURACY_COLUMNS);
}

/** Multiple choice against guessing, one row a variant and group. */
export function chanceFrame(rows: readonly ChanceRow[]): Frame {
  return frameOf(rows, CHANCE_COLUMNS);
}

/** Where answers moved to, one row a variant. */
export function flipsFrame(rows: readonly FlipsRow[], answers: string): Frame {
  return frameOf(rows, flipColumns(answers));
}

/** General text in nats a token, one row a variant and kind. */
export function proseFrame(rows: readonly ProseRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    kind: text((row) => row.group),
    "nats a token": decimal((row) => Number(row.nats.toFixed(3))),
  });
}

/**
 * Raw counts of verdicts as a data frame: one row a variant, with its successes, its failures, and
 * every status that a failure has.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function countsFrame(rows: readonly CountRow[]): Frame {
  const statuses = [...new Set(rows.map((row) => row.status))].filter((s) => s !== "match");
  const variants = [...new Set(rows.map((row) => row.variant))].map((variant) =>
    rows.filter((row) => row.variant === variant)
  );
  const of = (own: readonly CountRow[], status: string): number =>
    own.find((row) => row.status === status)?.count ?? 0;
  return frame(variants, {
    model: text((own) => own[0]?.variant ?? ""),
    n: count((own) => own[0]?.n ?? 0),
    success: count((own) => of(own, "match")),
    failure: count((own) => (own[0]?.n ?? 0) - of(own, "match")),
    ...Object.fromEntries(statuses.map((status) => [status, count((own) => of(own, status))])),
  });
}
