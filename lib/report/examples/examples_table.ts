import { type MarkdownCell, markdownTable } from "../tables/markdown_table.ts";
import { markdownText } from "../words/markdown_text.ts";
import type { ExampleAnswer, ExampleRow } from "../rows/example_types.ts";

const LONGEST_TEXT = 240;

/** Of what is no statement its beginning is enough. */
const LONGEST_WROTE = 120;

/**
 * Questions with their gold statements and what variants wrote, side by side, as Markdown.
 *
 * @param rows Questions that the same variants answered.
 * @param none What stands there where there are no rows.
 * @throws {RangeError} If the rows differ in their variants.
 */
export function examplesTable(rows: readonly ExampleRow[], none: string): string {
  const [first] = rows;
  if (first === undefined) return `*${none}*\n`;
  const variants = first.answers.map((answer) => answer.variant);
  return markdownTable(
    ["question", "hardness", "gold", ...variants].map((title) => ({ title })),
    rows.map(({ id, question, dbId, hardness, gold, answers }) => {
      if (answers.map((answer) => answer.variant).join() !== variants.join()) {
        throw new RangeError(`Cannot list ${id} beside ${first.id}: other variants answered it`);
      }
      return [
        `${question} (${id}, ${dbId})`,
        hardness,
        { markdown: codeSpan(gold) },
        ...answers.map(cell),
      ];
    }),
  );
}

function cell(answer: ExampleAnswer): MarkdownCell {
  const { status, why } = answer;
  const reason = why === undefined ? "" : `: ${markdownText(why)}`;
  return { markdown: `${statementText(answer)} **${markdownText(status)}**${reason}` };
}

/** A statement as Markdown, or what was written where there is none. */
export function statementText({ text, wrote }: Pick<ExampleAnswer, "text" | "wrote">): string {
  if (text.trim() !== "") return codeSpan(text);
  return wrote === undefined ? "(nothing)" : `(no statement in ${codeSpan(wrote, LONGEST_WROTE)})`;
}

/** A text as a Markdown code span; its fence is longer than any run of backticks in it. */
export function codeSpan(text: string, longest = LONGEST_TEXT): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const shown = line.length > longest ? `${line.slice(0, longest)} ...` : line;
  const runs = (shown.match(/`+/g) ?? []).map((run) => run.length);
  const fence = "`".repeat(1 + Math.max(0, ...runs));
  return runs.length > 0 ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
