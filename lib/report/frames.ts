import pl from "nodejs-polars";
import type { AccuracyRow, ChangeRow, CountRow, DifferenceRow, LossRow } from "./rows.ts";

/** A Polars data frame, as nodejs-polars types it. */
export type Frame = ReturnType<typeof pl.DataFrame>;

/**
 * Accuracies as a data frame, percentages rounded to one decimal; one row a variant and group.
 *
 * A frame is shown as an HTML table when it is the last value of a notebook cell: its first 50
 * rows, or as many as the environment variable `POLARS_FMT_MAX_ROWS` says.
 *
 * @throws {RangeError} If there are no rows.
 */
export function accuracyFrame(rows: readonly AccuracyRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    group: text((row) => row.group),
    correct: count((row) => row.successes),
    n: count((row) => row.n),
    "accuracy %": decimal((row) => percent(row.mean)),
    "95 % from": decimal((row) => percent(row.ci95[0])),
    "95 % to": decimal((row) => percent(row.ci95[1])),
  });
}

/**
 * Paired differences to the base model as a data frame, in percentage points.
 *
 * @throws {RangeError} If there are no rows.
 */
export function differencesFrame(rows: readonly DifferenceRow[]): Frame {
  return frame(rows, {
    measure: text((row) => row.measure),
    model: text((row) => row.variant),
    group: text((row) => row.group),
    n: count((row) => row.n),
    points: decimal((row) => percent(row.mean)),
    "95 % from": decimal((row) => percent(row.ci95[0])),
    "95 % to": decimal((row) => percent(row.ci95[1])),
    gained: count((row) => row.gained),
    lost: count((row) => row.lost),
    "McNemar p": decimal((row) => Number(row.pValue.toPrecision(2))),
  });
}

/**
 * Percentage changes as a data frame; a change that cannot be stated is null, with its reason.
 *
 * @throws {RangeError} If there are no rows.
 */
export function changesFrame(rows: readonly ChangeRow[]): Frame {
  const relative = (row: ChangeRow) => row.change.kind === "relative" ? row.change : undefined;
  return frame(rows, {
    measure: text((row) => row.measure),
    model: text((row) => row.variant),
    group: text((row) => row.group),
    "change %": decimal((row) => percent(relative(row)?.mean)),
    "95 % from": decimal((row) => percent(relative(row)?.ci95[0])),
    "95 % to": decimal((row) => percent(relative(row)?.ci95[1])),
    note: text((row) => REASONS[row.change.kind]),
  });
}

/**
 * Verdict counts as a data frame: one row a variant and status.
 *
 * @throws {RangeError} If there are no rows.
 */
export function countsFrame(rows: readonly CountRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    status: text((row) => row.status),
    count: count((row) => row.count),
    n: count((row) => row.n),
  });
}

/**
 * The loss log as a data frame, in nats a token.
 *
 * @throws {RangeError} If there are no rows.
 */
export function lossFrame(rows: readonly LossRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    step: count((row) => row.step),
    "loss (nats)": decimal((row) => Number(row.lossNats.toFixed(4))),
  });
}

const REASONS = {
  relative: "",
  at_chance: "at chance: no loss can be measured",
  base_zero: "base is 0: no ratio",
} as const;

interface Column<Row, Value> {
  readonly type: "text" | "count" | "decimal";
  readonly value: (row: Row) => Value;
}

type Columns<Row> = Readonly<Record<string, Column<Row, string | number | null>>>;

// Columns with a stated type, not records: Polars would infer one from the first values, and a
// percentage that happens to be whole would turn a column into integers.
function frame<Row>(rows: readonly Row[], columns: Columns<Row>): Frame {
  if (rows.length === 0) {
    throw new RangeError("Cannot make a data frame as it needs a row: there are none");
  }
  return pl.DataFrame(
    Object.entries(columns).map(([name, { type, value }]) =>
      pl.Series(name, rows.map(value), TYPES[type])
    ),
  );
}

const TYPES = { text: pl.Utf8, count: pl.Int32, decimal: pl.Float64 } as const;

function text<Row>(value: (row: Row) => string): Column<Row, string> {
  return { type: "text", value };
}

function count<Row>(value: (row: Row) => number): Column<Row, number> {
  return { type: "count", value };
}

function decimal<Row>(value: (row: Row) => number | null): Column<Row, number | null> {
  return { type: "decimal", value };
}

function percent(proportion: number | undefined): number | null {
  return proportion === undefined ? null : Number((100 * proportion).toFixed(1));
}
