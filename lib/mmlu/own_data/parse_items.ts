import { counted, decodeText, jsonLines, nearestName, printable } from "../../ground/mod.ts";
import { csvRecords } from "../_csv_records.ts";
import {
  checkItem,
  ITEM,
  ITEM_KEYS,
  OTHER_NAMES,
  type OwnItem,
  ownItem,
  refusal,
} from "./own_item.ts";
import { FEWEST_CHOICES, LETTERS } from "../letters.ts";

/**
 * The questions in a file of JSON lines: one object a line with `question`, `choices` (a list of 2
 * to 10 texts), `answer` (a letter, or an index from 0) and, if wanted, `subject`, `category`, `id`
 * and `split` (`"test"` or `"dev"`). Empty lines are passed over, texts are kept exactly.
 *
 * @param bytes The file, UTF-8 or UTF-16 with its mark.
 * @param path How to name the file in messages.
 * @returns The questions, at least one.
 * @throws {UsageError} If a line is no such object; the message names the line.
 *
 * @example One line
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const line = '{"question": "1 + 1?", "choices": ["1", "2", "3"], "answer": "B"}\n';
 * const [item] = parseJsonItems(new TextEncoder().encode(line), "sums.jsonl");
 * assert.equal(item?.answer, 1);
 * ```
 */
export function parseJsonItems(bytes: Uint8Array, path: string): OwnItem[] {
  const lines = jsonLines(ITEM, decodeText(bytes, path), path, OTHER_NAMES);
  return notEmpty(lines.map(({ record, place }) => ownItem(record, place)), path);
}

/**
 * The questions in a CSV file, in one of two forms:
 *
 * - With a header: `question`, the letters from `A` on (2 to 10 columns), `answer` (a letter) and,
 *   if wanted, `subject`, `category`, `id` and `split`, in any order. A question with fewer choices
 *   leaves the last letters' cells empty.
 * - Without one, as MMLU's own: the question, 2 to 10 choices, the answer's letter. Rows may have
 *   different numbers of choices.
 *
 * @param bytes The file, UTF-8 or UTF-16 with its mark; cells are separated by commas.
 * @param path How to name the file in messages.
 * @returns The questions, at least one.
 * @throws {UsageError} If it is not CSV or a row is none of these; the message names its line.
 *
 * @example Without a header
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [item] = parseCsvItems(new TextEncoder().encode("Is 2 even?,yes,no,A\n"), "sums.csv");
 * assert.deepEqual(item?.choices, ["yes", "no"]);
 * ```
 */
export function parseCsvItems(bytes: Uint8Array, path: string): OwnItem[] {
  const records = csvRecords(decodeText(bytes, path), path, "questions");
  const [first] = records;
  const header = first?.cells.map((cell) => cell.trim());
  if (header?.length === 1 && /[;\t]/.test(header[0]!)) {
    throw refusal(`${path}, line 1`, "cells must be separated by commas, not by ; or tabs");
  }
  if (first === undefined || !header!.some((cell) => cell.toLowerCase() === "question")) {
    return notEmpty(
      records.map(({ cells, line }) => checkRow(cells, `${path}, line ${line}`)),
      path,
    );
  }
  const columns = checkHeader(header!, `${path}, line ${first.line}`);
  const items = records.slice(1).map(({ cells, line }) => {
    const where = `${path}, line ${line}`;
    if (cells.length !== columns.length) {
      throw refusal(
        where,
        `the header has ${counted(columns.length, "cell")}, this row ${cells.length}`,
      );
    }
    return checkCells(columns, cells, where);
  });
  return notEmpty(items, path);
}

/** The header's columns by the names of fields and letters. */
function checkHeader(header: readonly string[], where: string): string[] {
  const letters: readonly string[] = LETTERS;
  const known = [...Object.keys(ITEM_KEYS).filter((key) => key !== "choices"), ...letters];
  const columns = header.map((cell) => {
    const upper = cell.toUpperCase();
    const name = letters.includes(upper) ? upper : cell.toLowerCase();
    if (known.includes(name)) return name;
    const meant = known.find((key) => OTHER_NAMES[key]?.test(cell)) ?? nearestName(name, known);
    const hint = meant === undefined ? `known are ${known.join(", ")}` : `rename it to "${meant}"`;
    throw refusal(where, `unknown column "${printable(cell)}": ${hint}`);
  });
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw refusal(where, `the column "${twice}" is there twice`);
  const count = columns.filter((name) => letters.includes(name)).length;
  const wanted = ["question", "answer", ...LETTERS.slice(0, Math.max(count, FEWEST_CHOICES))];
  const missing = wanted.find((name) => !columns.includes(name));
  if (missing !== undefined) throw refusal(where, `the column "${missing}" is missing`);
  return columns;
}

function checkCells(columns: readonly string[], cells: readonly string[], where: string): OwnItem {
  const cell = (name: string): string | undefined => cells[columns.indexOf(name)];
  const choices = LETTERS.filter((letter) => columns.includes(letter)).map((letter) =>
    cell(letter)!
  );
  while (choices.at(-1)?.trim() === "") choices.pop();
  const filled = ["subject", "category", "id", "split"].flatMap((key) => {
    const value = cell(key);
    return value === undefined || value.trim() === "" ? [] : [[key, value] as const];
  });
  return checkItem({
    question: cell("question"),
    choices,
    answer: letter(cell("answer")!, where),
    ...Object.fromEntries(filled),
  }, where);
}

function checkRow(cells: readonly string[], where: string): OwnItem {
  if (cells.length < FEWEST_CHOICES + 2 || cells.length > LETTERS.length + 2) {
    throw refusal(
      where,
      `a row without a header is the question, ${FEWEST_CHOICES} to ${LETTERS.length} choices ` +
        `and the answer's letter, this one has ${counted(cells.length, "cell")}`,
    );
  }
  return checkItem(
    { question: cells[0], choices: cells.slice(1, -1), answer: letter(cells.at(-1)!, where) },
    where,
  );
}

/** The answer's cell; a number in CSV may count from 0 or from 1, so it is none. */
function letter(cell: string, where: string): string {
  const answer = cell.trim();
  if (!/^\d+$/.test(answer)) return answer;
  throw refusal(
    where,
    `"answer" must be a letter in CSV, from A to ${LETTERS.at(-1)}: current value is "${
      printable(answer)
    }"`,
  );
}

/** Refuses a file without a question. */
export function notEmpty(items: OwnItem[], path: string): OwnItem[] {
  if (items.length === 0) throw refusal(path, "it has no question");
  return items;
}
