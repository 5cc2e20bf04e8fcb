import pl from "nodejs-polars";

/** A Polars data frame, as nodejs-polars types it. */
export type Frame = ReturnType<typeof pl.DataFrame>;

/** One column: what it holds, and how it comes from a row. */
export interface Column<Row, Value> {
  readonly type: "text" | "count" | "decimal";
  readonly value: (row: Row) => Value;
}

/** Columns by title, in their order. */
export type Columns<Row> = Readonly<Record<string, Column<Row, string | number | null>>>;

/**
 * A data frame of rows. Columns have a stated type, as Polars would infer one from the first values,
 * and a percentage that happens to be whole would turn a column into integers.
 *
 * @throws {RangeError} If there are no rows.
 */
export function frame<Row>(rows: readonly Row[], columns: Columns<Row>): Frame {
  if (rows.length === 0) {
    throw new RangeError("Cannot make a data frame as it needs a row: there are none");
  }
  return pl.DataFrame(
    Object.entries(columns).map(([name, { type, value }]) =>
      pl.Series(name, rows.map(value), TYPES[type])
    ),
  );
}

// a series of 32-bit integers takes null for 0
const TYPES = { text: pl.Utf8, count: pl.Int64, decimal: pl.Float64 } as const;

/** A column of texts. */
export function text<Row>(value: (row: Row) => string): Column<Row, string> {
  return { type: "text", value };
}

/** A column of whole numbers; null where there is none. */
export function count<Row>(value: (row: Row) => number | null): Column<Row, number | null> {
  return { type: "count", value };
}

/** A column of numbers; null where there is none. */
export function decimal<Row>(value: (row: Row) => number | null): Column<Row, number | null> {
  return { type: "decimal", value };
}

/** A proportion in percent with one decimal; null where there is none. */
export function percent(proportion: number | undefined): number | null {
  return proportion === undefined ? null : Number((100 * proportion).toFixed(1));
}
