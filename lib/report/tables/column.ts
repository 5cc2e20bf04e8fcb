import type { Interval } from "../../stats/mod.ts";
import {
  count as countSeries,
  decimal as decimalSeries,
  type FrameColumn,
  pValue as roundedP,
  text as textSeries,
} from "../frames/frame.ts";
import type { Measure } from "../rows/row_types.ts";
import {
  formatBounds,
  formatCount,
  formatDecimal,
  formatPercent,
  formatPValue,
} from "../words/format_numbers.ts";
import { changeBounds, changeNumber } from "../words/measures.ts";
import { type Alignment, type MarkdownCell, markdownTable } from "./markdown_table.ts";

/** One column of a table: how a cell of it reads in Markdown. */
export interface Column<Row> {
  readonly title: string;
  readonly align: Alignment;
  /** The cell as text, empty where there is no value. */
  readonly cell: (row: Row) => string;
}

/** A column that is written once for a table and a data frame. */
export interface FramedColumn<Row> extends Column<Row> {
  /** The column of a frame in its place. */
  readonly series: FrameColumn<Row>;
}

/** What a column takes out of a row; `undefined` where the row has no such value. */
type Take<Row, Value> = (row: Row) => Value | undefined;

/** A column of texts. */
export function text<Row>(title: string, take: Take<Row, string>): FramedColumn<Row> {
  const cell = (row: Row): string => take(row) ?? "";
  return { title, align: "left", cell, series: textSeries(cell) };
}

/** A column of texts that are numbers. */
export function rightText<Row>(title: string, take: Take<Row, string>): Column<Row> {
  return { title, align: "right", cell: (row) => take(row) ?? "" };
}

/** A column of whole numbers. */
export function count<Row>(title: string, take: Take<Row, number>): FramedColumn<Row> {
  return { ...rightText(title, shown(take, formatCount)), series: countSeries(orNull(take)) };
}

/** A column of proportions in percent; its title has the sign. */
export function share<Row>(title: string, take: Take<Row, number>): FramedColumn<Row> {
  return {
    ...rightText(title, shown(take, (value) => formatPercent(value).replace(" %", ""))),
    series: decimalSeries(orNull(take, (value) => Number((100 * value).toFixed(1)))),
  };
}

/** A column of numbers with so many decimals. */
export function decimal<Row>(
  title: string,
  decimals: number,
  take: Take<Row, number>,
): Column<Row> {
  return rightText(title, shown(take, (value) => formatDecimal(value, decimals)));
}

/** A column of p-values. */
export function pValue<Row>(title: string, take: Take<Row, number>): FramedColumn<Row> {
  return {
    ...rightText(title, shown(take, formatPValue)),
    series: decimalSeries(orNull(take, roundedP)),
  };
}

/** A column of changes, each in the unit of its measure. */
export function change<Row>(
  title: string,
  measure: (row: Row) => Measure,
  take: Take<Row, number>,
): Column<Row> {
  return rightText(title, (row) => shown(take, (value) => changeNumber(value, measure(row)))(row));
}

/** A column of intervals of changes. */
export function bounds<Row>(
  title: string,
  measure: (row: Row) => Measure,
  take: Take<Row, Interval>,
): Column<Row> {
  return rightText(title, (row) => shown(take, (value) => changeBounds(value, measure(row)))(row));
}

/** A column of intervals of proportions in percent. */
export function shareBounds<Row>(title: string, take: Take<Row, Interval>): Column<Row> {
  return rightText(title, shown(take, (ends) => formatBounds(ends).replaceAll("+", "")));
}

/**
 * The columns that have a value in at least one row, and those of texts that are titles of rows.
 */
export function filledColumns<Row, Own extends Column<Row>>(
  rows: readonly Row[],
  columns: readonly Own[],
): Own[] {
  return columns.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
}

/**
 * Rows as a Markdown table; columns without any value are left out, cells without one are empty.
 *
 * @throws {RangeError} If a number cannot be.
 */
export function markdownOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const filled = filledColumns(rows, columns);
  return markdownTable(
    filled,
    rows.map((row) => filled.map(({ cell }): MarkdownCell => cell(row))),
  );
}

function shown<Row, Value>(
  take: Take<Row, Value>,
  format: (value: Value) => string,
): (row: Row) => string {
  return (row) => {
    const value = take(row);
    return value === undefined ? "" : format(value);
  };
}

function orNull<Row>(
  take: Take<Row, number>,
  change: (value: number) => number | null = (value) => value,
): (row: Row) => number | null {
  return (row) => {
    const value = take(row);
    return value === undefined ? null : change(value);
  };
}
