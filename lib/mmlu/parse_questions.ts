import { type CsvError, parse } from "csv-parse/sync";
import { UsageError } from "../ground/mod.ts";
import type { MmluQuestion } from "./types.ts";

/** A question as its row has it, before it is known whose it is. */
export type QuestionRow = Pick<MmluQuestion, "question" | "choices" | "answer">;

const HEADER = "question,a,b,c,d,answer";

/**
 * The questions in a CSV file of MMLU's form: question, choices A to D and the answer's letter, no
 * header (one that says `question,A,B,C,D,answer` is passed over).
 *
 * Text is kept exactly, quotes and line breaks inside a cell included.
 *
 * @param bytes The file, UTF-8.
 * @param path How to name the file in messages.
 * @returns The rows, at least one.
 * @throws {UsageError} If the text is not UTF-8 or not CSV, or a row has another number of cells,
 * an empty one, or an answer other than A to D. The message names the row's first line.
 *
 * @example One row
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const bytes = new TextEncoder().encode('"What is 1, doubled?",1,2,3,4,B\n');
 * const [row] = parseQuestions(bytes, "test/elementary_mathematics_test.csv");
 * assert.equal(row?.question, "What is 1, doubled?");
 * assert.equal(row?.answer, 1);
 * ```
 */
export function parseQuestions(bytes: Uint8Array, path: string): QuestionRow[] {
  let records: readonly (readonly string[])[];
  const lastLines: number[] = [];
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
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
    throw new UsageError(`Cannot load MMLU: ${path}${at} is not valid CSV in UTF-8: ${message}`);
  }
  const rows: QuestionRow[] = [];
  let line = 1;
  records.forEach((record, index) => {
    const isHeader = index === 0 && record.join(",").toLowerCase() === HEADER;
    if (!isHeader) rows.push(parseRow(record, `${path} line ${line}`));
    line = lastLines[index]! + 1;
  });
  if (rows.length === 0) throw new UsageError(`Cannot load MMLU: ${path} has no question`);
  return rows;
}

function parseRow(record: readonly string[], where: string): QuestionRow {
  const [question, a, b, c, d, letter] = record;
  if (record.length !== 6) {
    throw new UsageError(
      `Cannot load MMLU: ${where}: a row is question,A,B,C,D,answer, this one has ${record.length} cells`,
    );
  }
  if (record.some((cell) => cell.trim() === "")) {
    throw new UsageError(`Cannot load MMLU: ${where}: a cell is empty: ${record.join(",")}`);
  }
  const answer = ["A", "B", "C", "D"].indexOf(letter!.trim());
  if (answer < 0) {
    throw new UsageError(
      `Cannot load MMLU: ${where}: the answer must be A, B, C or D: ${JSON.stringify(letter)}`,
    );
  }
  return { question: question!, choices: [a!, b!, c!, d!], answer: answer as 0 | 1 | 2 | 3 };
}
