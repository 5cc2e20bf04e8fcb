/// <reference lib="dom" />
import { columnTitle } from "../../../words/column_title.ts";
import type { ShownResult } from "../../format.ts";
import { countText, el, shownText } from "../dom.ts";
import { markdownRows } from "../markdown.ts";

/** Why a result is not there that there is. */
export const NOT_KEPT = "Not kept: it has too many rows, or did not end when this page was made.";

/** A result as a table below its name, and how it differs from the gold's where they are compared. */
export function resultView(
  name: string,
  result: ShownResult | undefined,
  { compared }: { readonly compared: boolean },
): HTMLElement {
  if (!result) {
    return el(
      "div",
      { class: "result" },
      el("h4", {}, name),
      el("p", {}, NOT_KEPT),
    );
  }
  const { cells, marks, places, columnCount, names = [] } = result;
  const shownColumns = cells[0]?.length ?? columnCount;
  return el(
    "div",
    { class: "result" },
    el("h4", {}, name, " ", el("span", { class: "quiet" }, sizeText(result))),
    compared && el("p", { class: "message" }, differenceText(result)),
    cells.length > 0 &&
      el(
        "div",
        { class: "scrolled", tabindex: 0, role: "group", "aria-label": `Result of ${name}` },
        el(
          "table",
          {},
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              el("th", { scope: "col" }, el("span", { class: "hidden" }, "row")),
              ...Array.from({ length: shownColumns }, (_, at) => columnHead(at, names[at] ?? "")),
            ),
          ),
          el(
            "tbody",
            {},
            ...cells.map((row, at) =>
              el(
                "tr",
                { class: marks?.[at] ? "differs" : undefined },
                el("th", { scope: "row" }, countText(places?.[at] ?? at + 1)),
                ...row.map((value, column) => cell(value, (marks?.[at] ?? 0) >> column & 1)),
              )
            ),
          ),
        ),
      ),
    ...leftOut(result).map((line) => el("p", { class: "quiet" }, line)),
  );
}

/** A shorter name is never cut: `question.css` says where a longer one is. */
const SURELY_WHOLE = 9;

/**
 * "1 · name": the place, and what SQLite calls the column. A long name is cut for the eye alone; whoever
 * listens, points at it or prints the page has the whole one.
 */
function columnHead(at: number, name: string): HTMLElement {
  if (name === "") return el("th", { scope: "col" }, at + 1);
  const title = shownText(name).length > SURELY_WHOLE && name;
  return el("th", { scope: "col", title }, `${at + 1} · `, el("bdi", { class: "column" }, name));
}

function cell(value: string | null, differs: number): HTMLElement {
  const text = value === null ? el("i", { class: "quiet" }, "NULL") : value;
  if (!differs) return el("td", {}, text);
  return el("td", { class: "differs" }, el("span", { class: "hidden" }, "differs: "), text);
}

/** What is shown of a result where it is not all of it. */
function leftOut({ cells, rowCount, columnCount }: ShownResult): string[] {
  const of = (shown: number, all: number, what: string): string[] =>
    shown < all ? [`${countText(shown)} of ${countText(all)} ${what} are shown.`] : [];
  const [first] = cells;
  return [
    ...of(cells.length, rowCount, "rows"),
    ...(first ? of(first.length, columnCount, "columns") : []),
  ];
}

function sizeText({ rowCount, columnCount }: ShownResult): string {
  const rows = `${countText(rowCount)} row${rowCount === 1 ? "" : "s"}`;
  return `${rows}, ${countText(columnCount)} column${columnCount === 1 ? "" : "s"}`;
}

/** How a result differs from the gold's, as the page was built with. */
function differenceText({ extra = 0, missing = 0, otherOrder, movedColumns }: ShownResult): string {
  if (extra === 0 && missing === 0) {
    const order = otherOrder ? " in another order" : "";
    return `The gold's rows${order}${movedColumns ? ", columns in another order" : ""}.`;
  }
  return `Rows: ${countText(extra)} not in the gold's, ${
    countText(missing)
  } of the gold's missing.`;
}

/** A result as Markdown, with what of it is shown. */
export function resultMarkdown(result: ShownResult): string {
  const { cells, names = [] } = result;
  if (cells.length === 0) return sizeText(result);
  const head = cells[0]!.map((_, at) => columnTitle(at, names[at] ?? ""));
  const rows = cells.map((row) => row.map((value) => value ?? "NULL"));
  return [sizeText(result), markdownRows([head, ...rows]), leftOut(result).join(" ")]
    .filter((part) => part !== "").join("\n\n");
}
