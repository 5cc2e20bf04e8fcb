import { counted, decodeText, printable, UsageError } from "../ground/mod.ts";
import { csvRecords } from "./_csv_records.ts";
import type { MmluQuestion } from "./types.ts";

/** A question as its row has it, before it is known whose it is. */
export type QuestionRow = Pick<MmluQuestion, "question" | "choices" | "answer">;

/** So many characters of a row are shown in a message. */
const MAX_SHOWN = 120;

const HEADER = "question,a,b,c,d,answer";

/**
 * The questions in a CSV file of MMLU itself: question, choices A to D and the answer's letter, no
 * header (one that says `question,A,B,C,D,answer` is passed over).
 *
 * Text is kept exactly, quotes and line breaks inside a cell included.
 *
 * @param bytes The file, UTF-8 or UTF-16 with its mark.
 * @param path How to name the file in messages.
 * @returns The rows, at least one.
 * @throws {UsageError} If it is no text or not CSV, or a row has another number of cells,
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
  const text = decodeText(bytes, path);
  const rows: QuestionRow[] = [];
  csvRecords(text, path, "MMLU").forEach(({ cells, line }, index) => {
    const isHeader = index === 0 && cells.join(",").toLowerCase() === HEADER;
    if (!isHeader) rows.push(parseRow(cells, `${path} line ${line}`));
  });
  if (rows.length === 0) throw new UsageError(`Cannot load MMLU: ${path} has no question`);
  return rows;
}

function parseRow(record: readonly string[], where: string): QuestionRow {
  const [question, a, b, c, d, letter] = record;
  if (record.length !== 6) {
    throw new UsageError(
      `Cannot load MMLU: ${where}: a row is question,A,B,C,D,answer, this one has ${
        counted(record.length, "cell")
      }`,
    );
  }
  if (record.some((cell) => cell.trim() === "")) {
    const shown = printable(record.join(",").slice(0, MAX_SHOWN));
    throw new UsageError(`Cannot load MMLU: ${where}: a cell is empty: ${shown}`);
  }
  const answer = ["A", "B", "C", "D"].indexOf(letter!.trim());
  if (answer < 0) {
    throw new UsageError(
      `Cannot load MMLU: ${where}: the answer must be A, B, C or D: "${
        printable(letter!.slice(0, MAX_SHOWN))
      }"`,
    );
  }
  return { question: question!, choices: [a!, b!, c!, d!], answer: answer };
}
