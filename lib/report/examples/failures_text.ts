import { columnTitle } from "../words/column_title.ts";
import { formatCount, formatSeed } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { type MarkdownCell, markdownTable } from "../tables/markdown_table.ts";
import type { ExampleAnswer, ExampleRow, ResultTable } from "../rows/example_types.ts";
import { codeSpan, statementText } from "./examples_table.ts";
import type { FailureKind, Failures } from "./pick_failures.ts";

/** Rows of a result that are shown. */
const SHOWN_ROWS = 5;

const KINDS: readonly FailureKind[] = ["repaired", "broken", "still wrong"];

const MEANINGS: Readonly<Record<FailureKind, string>> = {
  repaired: "wrong by the base model, right by the variant",
  broken: "right by the base model, wrong by the variant",
  "still wrong": "wrong by both",
};

/**
 * Drawn questions as Markdown: of each kind the rule's draw, each question with its gold, both
 * predictions, what they came to, and their results where these were kept.
 *
 * @param failures What `pickFailures` drew.
 * @param seed The seed of the draw.
 */
export function failuresText(failures: Failures, seed: number): string {
  const parts = KINDS.map((kind) => {
    const { of, rows } = failures[kind];
    const title = `#### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}: ${MEANINGS[kind]}\n`;
    const drawn = rows.length === 0
      ? "None.\n"
      : `${formatCount(rows.length)} of ${formatCount(of)}.\n`;
    return [title, drawn, ...rows.map(exampleText)].join("\n");
  });
  return [
    `Drawn by rule: in the order of the SHA-256 of "${formatSeed(seed)}:id" the first of each ` +
    "class of error, then the next ones.\n",
    ...parts,
  ].join("\n");
}

function exampleText(
  { id, dbId, hardness, question, gold, goldResult, answers }: ExampleRow,
): string {
  const rows = [
    { name: "gold", statement: codeSpan(gold), cameTo: "", result: goldResult },
    ...answers.map((answer) => ({
      name: answer.variant,
      statement: statementText(answer),
      cameTo: cameToText(answer),
      result: answer.result,
    })),
  ];
  const results = rows.some(({ result }) => result !== undefined);
  const table = markdownTable(
    ["", "statement", "came to", ...(results ? ["result"] : [])].map((title) => ({ title })),
    rows.map(({ name, statement, cameTo, result }): MarkdownCell[] => [
      name,
      { markdown: statement },
      cameTo,
      ...(results ? [resultText(result)] : []),
    ]),
  );
  return `- ${markdownText(question)} (${markdownText(id)}, ${markdownText(dbId)}, ` +
    `${markdownText(hardness)})\n\n${table}`;
}

function cameToText({ status, errorClass, why }: ExampleAnswer): string {
  return [
    status + (errorClass === undefined ? "" : `, ${errorClass}`),
    ...(why === undefined ? [] : [why]),
  ].join(": ");
}

/** A result on one line: its columns, then its rows; "NULL" for NULL. */
function resultText(result: ResultTable | undefined): string {
  if (result === undefined) return "";
  const { rows, truncated } = result;
  const columns = result.columns.map((name, at) => columnTitle(at, name)).join(", ");
  if (rows.length === 0) return `${columns}: no rows`;
  const shown = rows.slice(0, SHOWN_ROWS).map((row) =>
    `(${row.map((value) => value ?? "NULL").join(", ")})`
  );
  const more = truncated || rows.length > SHOWN_ROWS ? ", ..." : "";
  return `${columns}: ${shown.join(", ")}${more}`;
}
