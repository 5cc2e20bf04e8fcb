import { escapeLines, printable } from "../../ground/light.ts";
import type { Frame } from "./frame.ts";

/** The key by which Deno's Jupyter kernel asks a value how it wants to be shown. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Something that a notebook shows, by {@linkcode display} or as the last value of a cell. */
export interface Displayable {
  /** The value by media type, as Jupyter's `display_data` message carries it. */
  readonly [JUPYTER_DISPLAY]: () => Readonly<Record<string, unknown>>;
}

/** What stands where a study has nothing of a kind. */
const NOTHING = "*This study has nothing to show here.*";

/**
 * Shows something below the running cell, and is done when it has been sent: `await` it.
 *
 * The last value of a cell is shown as well, but Deno's kernel (2.9.6) sends it after it has said
 * that the cell is done. In an editor that runs all cells it may then stand below the next one.
 *
 * @throws {Error} Outside of a Jupyter kernel.
 */
export async function display(shown: Displayable): Promise<void> {
  const data = shown[JUPYTER_DISPLAY]();
  await Deno.jupyter.broadcast("display_data", { data, metadata: {}, transient: {} });
}

/** What is made of some rows; a line that says so where there are none. */
export function showRows<Row>(
  rows: readonly Row[],
  show: (rows: readonly Row[]) => Displayable,
): Displayable {
  return rows.length === 0 ? showMarkdown(NOTHING) : show(rows);
}

/**
 * A figure, shown inline as `image/svg+xml`.
 *
 * @param svg A standalone SVG document; `undefined` where the study has nothing to draw.
 * @throws {SyntaxError} If the text is not an SVG document.
 */
export function showFigure(svg: string | undefined): Displayable {
  if (svg === undefined) return showMarkdown(NOTHING);
  if (!svg.startsWith("<svg")) {
    throw new SyntaxError(
      `Cannot show the figure as it is not SVG: it begins "${svg.slice(0, 20)}"`,
    );
  }
  const title = /<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? "figure";
  return shown({ "image/svg+xml": svg, "text/plain": `Figure: ${title}` });
}

/**
 * A data frame as an HTML table of all its rows: empty where there is no value, the decimals of a
 * column alike and below each other. (Polars itself shows "null", and 5 beside 5.25.)
 */
export function showFrame(frame: Frame): Displayable {
  const records = frame.toRecords();
  const columns = frame.columns.map((name, at) => {
    // a whole percentage has the decimal of all others; a rank's alpha needs none
    const isPercentage = name.includes("%") && /Float/.test(String(frame.dtypes[at]));
    return column(name, records.map((row) => row[name]), isPercentage ? 1 : 0);
  });
  const cell = (tag: "th" | "td", text: string, { numeric }: ShownColumn): string =>
    // said of both, as Jupyter's own style puts every text to the right
    `<${tag} style="text-align: ${numeric ? "right" : "left"}">${escaped(text)}</${tag}>`;
  const head = columns.map((column) => cell("th", column.name, column)).join("");
  const body = records.map((_, i) =>
    `<tr>${columns.map((column) => cell("td", column.cells[i]!, column)).join("")}</tr>`
  );
  const html = `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
  const lines = [
    columns.map(({ name }) => name),
    ...records.map((_, i) => columns.map(({ cells }) => cells[i]!)),
  ];
  return shown({
    "text/html": html,
    "text/plain": lines.map((line) => line.join("\t")).join("\n"),
  });
}

/**
 * A text shown as Markdown: a table, or a finding with its interval; an empty one says so. Names
 * such as "qv@0.5" stay text, which editors would make links to mail addresses of.
 */
export function showMarkdown(markdown: string): Displayable {
  const text = markdown === "" ? NOTHING : markdown;
  return shown({ "text/markdown": withoutMailLinks(text), "text/plain": text });
}

/** Code between backticks, in which an entity would be shown as it is written; or an @ in a word. */
const CODE_OR_AT = /(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)|(?<=\w)@(?=\w)/g;

function withoutMailLinks(markdown: string): string {
  return markdown.replace(CODE_OR_AT, (found) => found === "@" ? "&#64;" : found);
}

/** A text shown as it stands, in type of one width: a prompt, a training record. */
export function showText(text: string): Displayable {
  const lines = escapeLines(text);
  const style = "font-family: monospace; white-space: pre-wrap; text-align: left";
  return shown({
    "text/html": `<pre style="${style}">${escaped(lines)}</pre>`,
    "text/plain": lines,
  });
}

interface ShownColumn {
  readonly name: string;
  readonly cells: readonly string[];
  readonly numeric: boolean;
}

/** @param least So many decimals have all numbers, whole ones too. */
function column(name: string, values: readonly unknown[], least: number): ShownColumn {
  const numbers = values.filter((value) => typeof value === "number");
  const numeric = numbers.length > 0;
  // p-values span many sizes, and lose their meaning to a common number of decimals
  const decimals = Math.min(4, Math.max(least, ...numbers.map(decimalsOf)));
  const cell = (value: unknown): string => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "number") return printable(String(value));
    const text = value.toFixed(decimals);
    return Number(text) === 0 && value !== 0 ? value.toPrecision(1) : text;
  };
  return { name: printable(name), cells: values.map(cell), numeric };
}

function decimalsOf(value: number): number {
  return /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function shown(bundle: Readonly<Record<string, unknown>>): Displayable {
  return { [JUPYTER_DISPLAY]: () => bundle };
}
