import { escapeLines } from "../../ground/light.ts";
import { markdownText } from "../words/markdown_text.ts";

/** How the cells of a column are aligned. */
export type Alignment = "left" | "right";

/** One column of a Markdown table. */
export interface MarkdownColumn {
  /** What stands above it. */
  readonly title: string;
  /** Left by default. */
  readonly align?: Alignment;
}

/** The title of a column of numbers. */
export function rightTitle(title: string): MarkdownColumn {
  return { title, align: "right" };
}

/** A cell's text, shown as it is, or Markdown that is meant to be read as such. */
export type MarkdownCell = string | { readonly markdown: string };

/**
 * A Markdown table with padded cells, so that it reads well as plain text too.
 *
 * Texts are shown as they are, as {@linkcode markdownText} writes them; pipes and line breaks of
 * any cell are escaped, so that none can break the table.
 *
 * @param columns Title and alignment (left by default) of each column.
 * @param rows Cells, `[rows, columns]`.
 * @returns The table, one line a row, ending with a line break.
 * @throws {RangeError} If a row has not as many cells as there are columns.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { markdownTable } from "./markdown_table.ts";
 * const table = markdownTable([{ title: "model" }, { title: "n", align: "right" }], [["base", "96"]]);
 * assert.equal(table, "| model |   n |\n| ----- | --: |\n| base  |  96 |\n");
 * ```
 */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly MarkdownCell[])[],
): string {
  const cells = rows.map((row, index) => {
    if (row.length !== columns.length) {
      throw new RangeError(
        `Cannot write row ${index} of the table as it needs ${columns.length} cells: ` +
          `it has ${row.length}`,
      );
    }
    return row.map(escapeCell);
  });
  const titles = columns.map((column) => escapeCell(column.title));
  const widths = titles.map((title, j) =>
    Math.max(3, length(title), ...cells.map((row) => length(row[j] ?? "")))
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, j) => pad(cell, widths[j] ?? 0, columns[j]?.align)).join(" | ")} |\n`;
  const rule = columns.map((column, j) => {
    const width = widths[j] ?? 3;
    return column.align === "right" ? `${"-".repeat(width - 1)}:` : "-".repeat(width);
  });
  return line(titles) + `| ${rule.join(" | ")} |\n` + cells.map(line).join("");
}

function escapeCell(cell: MarkdownCell): string {
  const text = typeof cell === "string" ? markdownText(cell) : escapeLines(cell.markdown);
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll(/\s*[\r\n]+\s*/g, " ");
}

/**
 * Rows as a table with one row a variant and one column a group, both in their order; a cell without a
 * row is empty.
 */
export function groupTable<Row extends { readonly variant: string; readonly group: string }>(
  rows: readonly Row[],
  cell: (row: Row) => string,
): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return markdownTable(
    [{ title: "model" }, ...groups.map(rightTitle)],
    [...Map.groupBy(rows, ({ variant }) => variant)].map(([variant, own]) => [
      variant,
      ...groups.map((group) => {
        const row = own.find((row) => row.group === group);
        return row ? cell(row) : "";
      }),
    ]),
  );
}

// Counts characters, not UTF-16 units, so that accents and symbols do not shift a column.
function length(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, align: Alignment = "left"): string {
  const space = " ".repeat(Math.max(0, width - length(text)));
  return align === "right" ? space + text : text + space;
}
