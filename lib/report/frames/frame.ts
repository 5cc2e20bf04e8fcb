import pl from "nodejs-polars";
import { printable } from "../../ground/mod.ts";
import { checkCount, checkFinite, checkProbability } from "../words/format_numbers.ts";

/** A Polars data frame. It has all that nodejs-polars gives one; this is what is relied on here. */
export interface Frame {
  /** The columns' titles. */
  readonly columns: readonly string[];
  /** The columns' types, such as `DataType(Int64)` and `DataType(Float64)`. */
  readonly dtypes: readonly { toString(): string }[];
  /** The rows, by the columns' titles. */
  toRecords(): Record<string, unknown>[];
}

/** One column of a frame: what it holds, and how it comes from a row. */
export interface FrameColumn<Row> {
  readonly type: "text" | "count" | "decimal";
  readonly value: (row: Row) => string | number | null;
}

/** Columns by title, in their order. */
export type FrameColumns<Row> = Readonly<Record<string, FrameColumn<Row>>>;

/**
 * A data frame of rows. Columns have a stated type, as Polars would infer one from the first values,
 * and a percentage that happens to be whole would turn a column into integers. Texts have their
 * control characters escaped; what shows a frame as HTML escapes its markup.
 *
 * @throws {RangeError} If there are no rows, or a number is not finite.
 */
export function frame<Row>(rows: readonly Row[], columns: FrameColumns<Row>): Frame {
  if (rows.length === 0) {
    throw new RangeError("Cannot make a data frame as it needs a row: there are none");
  }
  return pl.DataFrame(
    Object.entries(columns).map(([name, { type, value }]) =>
      pl.Series(printable(name), rows.map(value), TYPES[type])
    ),
  );
}

// a series of 32-bit integers takes null for 0
const TYPES = { text: pl.Utf8, count: pl.Int64, decimal: pl.Float64 } as const;

/** A column of texts. */
export function text<Row>(value: (row: Row) => string): FrameColumn<Row> {
  return { type: "text", value: (row) => printable(value(row)) };
}

/** A column of counts, whole numbers from 0 on; null where there is none. */
export function count<Row>(value: (row: Row) => number | null): FrameColumn<Row> {
  return { type: "count", value: (row) => checked(value(row), checkCount) };
}

/** A column of finite numbers; null where there is none. */
export function decimal<Row>(value: (row: Row) => number | null): FrameColumn<Row> {
  return { type: "decimal", value: (row) => checked(value(row), checkFinite) };
}

function checked(value: number | null, check: (value: number) => number): number | null {
  return value === null ? null : check(value);
}

/** A p-value with two digits. @throws {RangeError} If it is not in 0..1. */
export function pValue(p: number): number {
  return Number(checkProbability(p).toPrecision(2));
}
