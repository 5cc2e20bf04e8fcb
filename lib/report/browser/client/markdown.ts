import { shownText } from "./dom.ts";

/**
 * A text as a block of code: its fence is longer than any run of backticks in it, and what is unseen
 * stands there as code points.
 */
export function fenced(code: string, language = ""): string {
  const text = shownText(code);
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A text as a line of Markdown that says what it says: no character of it is markup. */
export function plainLine(text: string): string {
  return shownText(text).replaceAll(/\s+/g, " ").trim().replaceAll(
    /[\\`*_{}[\]<>()#+!|~&]/g,
    "\\$&",
  );
}

/** Rows as a table; the first one is its head. */
export function markdownRows(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plainLine).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...body.map(line)].join("\n");
}
