import { type CsvError, parse } from "csv-parse/sync";
import { printable, UsageError } from "../ground/mod.ts";

/** One record of a CSV file. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The file's line that it begins on, from 1. */
  readonly line: number;
}

/**
 * The records of a CSV text, of as many cells as each has; empty lines are passed over. Text is
 * kept exactly, quotes and line breaks inside a cell included.
 *
 * @param path How to name the file in messages.
 * @param data What the file is of, for messages: "MMLU" or "questions".
 * @throws {UsageError} If it is not CSV; the message names the line.
 */
export function csvRecords(
  text: string,
  path: string,
  data: "MMLU" | "questions",
): CsvRecord[] {
  const lastLines: number[] = [];
  let records: readonly (readonly string[])[];
  try {
    records = parse(text, {
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[], { lines }) => {
        lastLines.push(lines);
        return record;
      },
    });
  } catch (error) {
    const { lines, message } = error as CsvError & { lines?: number };
    const at = lines === undefined ? "" : ` line ${lines}`;
    throw new UsageError(
      `Cannot load ${data}: ${path}${at} is not valid CSV in UTF-8: ${printable(message)}`,
    );
  }
  return records.map((cells, i) => ({ cells, line: i === 0 ? 1 : lastLines[i - 1]! + 1 }));
}
