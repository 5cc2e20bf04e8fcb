import pl from "nodejs-polars";
import { z } from "zod";
import { firstLine, jsonLines, readListText, UsageError } from "../../ground/mod.ts";
import type { AnswerRow, ColumnKind } from "../measures/measure.ts";
import { type AnswerKind, rowsOf } from "../measures/answer_kinds.ts";

type Column = (values: readonly unknown[]) => pl.Series;

const column = (type: pl.DataType) => (values: readonly unknown[]): pl.Series =>
  pl.Series("", values.map((value) => value ?? null), type);

/** How each kind of column is made. */
const COLUMNS: Readonly<Record<ColumnKind, Column>> = {
  text: column(pl.Utf8),
  flag: column(pl.Bool),
  // a series of a narrower type is made without nulls: 0 would stand for what is not there
  whole: column(pl.Int64),
  number: column(pl.Float64),
  numbers: column(pl.List(pl.Float32)),
};

/** So many decimals of a log-probability are recorded. */
export const HUNDREDTHS = 100;

/** Stands in the file for a written answer without a letter: a null says that none was asked for. */
const NO_LETTER = -1;

/**
 * Writes a study's answers of one kind in the compact form in which they are recorded: Parquet, with
 * none of the data sets' texts. Log-probabilities have two decimals and are kept for some variants.
 *
 * The same answers give the same bytes.
 *
 * @param from The JSON lines that the study wrote.
 * @param to The file to be written.
 * @throws {TypeError} If a row has a key that is not recorded: it would be lost in silence.
 */
export function recordAnswers(
  kind: AnswerKind,
  { from, to, logProbsOf }: {
    readonly from: string;
    readonly to: string;
    /** The variants whose log-probabilities are kept. */
    readonly logProbsOf: ReadonlySet<string>;
  },
): void {
  const { columns: own, unrecorded = [] } = rowsOf(kind);
  const columns: Readonly<Record<string, ColumnKind>> = { variant: "text", ...own };
  const rows = readJsonLines(from);
  for (const row of rows) {
    const other = Object.keys(row)
      .find((key) => !Object.hasOwn(columns, key) && !unrecorded.includes(key));
    if (other !== undefined) throw new TypeError(`Cannot record "${other}" of ${from}`);
  }
  const value = (row: AnswerRow, key: string): unknown => {
    if (key === "logProbs") return keptLogProbs(row, logProbsOf);
    return key === "written" && row[key] === null ? NO_LETTER : row[key];
  };
  const data = Object.fromEntries(
    Object.entries(columns).flatMap(([key, type]) => {
      const values = rows.map((row) => value(row, key));
      // a list of which no row has one cannot be made
      const none = key === "logProbs" && values.every((list) => list === null);
      return none ? [] : [[key, COLUMNS[type](values)]];
    }),
  );
  pl.DataFrame(data).writeParquet(to, { compression: "zstd" });
}

function keptLogProbs(
  { variant, logProbs }: AnswerRow,
  logProbsOf: ReadonlySet<string>,
): number[] | null {
  if (!Array.isArray(logProbs) || !logProbsOf.has(String(variant))) return null;
  return logProbs.map((value: number) => Math.round(value * HUNDREDTHS) / HUNDREDTHS);
}

/** A row of a recorded file, and which one it is there, from 1. */
export interface NumberedRow {
  /** The row. */
  readonly row: AnswerRow;
  /** Its number in the file. */
  readonly number: number;
}

/**
 * The rows of a file that {@linkcode recordAnswers} wrote; keys without a value are left out, and a
 * written answer without a letter is `null`.
 *
 * @throws {UsageError} If it cannot be read.
 */
export function readRecordedAnswers(path: string): AnswerRow[] {
  return recordsOf(readFrame(path));
}

/**
 * The same of one variant alone, which takes a fraction of the time, and the names of all variants
 * in the order in which they come.
 */
export function readRecordedVariant(
  path: string,
  variant: string,
): { readonly rows: NumberedRow[]; readonly variants: string[] } {
  const frame = readFrame(path);
  const all: readonly unknown[] = frame.columns.includes("variant")
    ? frame.getColumn("variant").toArray()
    : Array.from({ length: frame.height });
  const own = all.map((name) => name === variant);
  const numbers = own.flatMap((is, i) => is ? [i + 1] : []);
  const rows = recordsOf(frame.filter(pl.Series("own", own, pl.Bool)));
  return {
    rows: rows.map((row, i) => ({ row, number: numbers[i]! })),
    variants: [...new Set(all.map((name) => String(name ?? "")))],
  };
}

function readFrame(path: string): pl.DataFrame {
  try {
    return pl.readParquet(path);
  } catch (error) {
    throw new UsageError(`Cannot use ${path}: it cannot be read as Parquet: ${firstLine(error)}`);
  }
}

function recordsOf(frame: pl.DataFrame): AnswerRow[] {
  return frame.toRecords().map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([, value]) => value !== null && value !== undefined)
        .map(([key, value]) => [key, key === "written" && value === NO_LETTER ? null : value]),
    )
  );
}

/** The objects of a file of JSON lines. */
export function readJsonLines(path: string): AnswerRow[] {
  const text = readListText(path, "answers are read as JSON lines, or as Parquet (.parquet)");
  return jsonLines(z.unknown(), text, path).map(({ record }) => record as AnswerRow);
}
