import { Marked, Renderer, type Tokens } from "marked";
import { htmlText } from "../../lib/report/mod.ts";
import { headingOf, type MarkdownFile } from "./markdown_file.ts";
import { plainText } from "./plain_text.ts";
import { wholeCode, wholeNumbers } from "./whole_words.ts";

/** Characters of a column's longest cell up to which it stays on one line. */
const SHORT = 22;
/** And from which on the column is kept wide enough to be read. */
const LONG = 60;
/** A table of a study with more rows is shut until it is opened. */
const MOST_ROWS = 12;
/** Gives a text without parts as HTML. */
const LEAF: Renderer = new Renderer();

/** How a page differs from others. */
export interface PageBodyOptions {
  /**
   * What a picture says of itself; its text on the page stands where it says nothing, and for all
   * pictures if left out.
   */
  readonly description?: (href: string) => string | undefined;
  /** Whether long tables are shut. */
  readonly folds?: boolean;
}

/**
 * A page's Markdown as HTML: headings with anchors, tables and code in boxes that scroll, comments
 * left out. What is HTML in the Markdown is never passed on.
 *
 * @param address Gives the address that a link of the page has on the site.
 */
export function pageBody(
  page: MarkdownFile,
  address: (href: string) => string,
  { description = () => undefined, folds = false }: PageBodyOptions = {},
): string {
  const depths = page.headings.map(({ depth }) => depth);
  // a part of a page, such as a study's tables, has its path as the title above its own headings
  const lift = depths.includes(1) ? 0 : Math.min(...depths) - 2;
  const renderer = new Marked({
    renderer: {
      heading(token: Tokens.Heading): string {
        const heading = headingOf(page, token);
        const [anchor, label] = [htmlText(heading.anchor), htmlText(heading.text)];
        const level = heading.depth - lift;
        return `<h${level} id="${anchor}">${this.parser.parseInline(token.tokens)}` +
          ` <a class="anchor" href="#${anchor}" aria-label="Link to: ${label}">#</a></h${level}>\n`;
      },
      html: () => "",
      link({ href, tokens, autolink }: Tokens.Link): string {
        // a variant such as "qv@0.5" is no address, though GitHub makes a link of it
        if (autolink && href.startsWith("mailto:")) return this.parser.parseInline(tokens);
        return `<a href="${htmlText(address(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }: Tokens.Image): string {
        const source = htmlText(address(href));
        return `<a class="figure" href="${source}"><img src="${source}" alt="${
          htmlText(description(href) ?? text)
        }"></a>`;
      },
      text(token: Tokens.Text | Tokens.Escape): string | false {
        // false: as it is, which is by its own tokens
        if ("tokens" in token && token.tokens) return false;
        return wholeNumbers(LEAF.text(token));
      },
      codespan: ({ text }: Tokens.Codespan) => `<code>${wholeCode(text)}</code>`,
      code: ({ text, lang }: Tokens.Code) => codeBlock(text, lang?.split(/\s/)[0] ?? ""),
      checkbox: ({ checked }: Tokens.Checkbox) =>
        `<span class="check" role="img" aria-label="${checked ? "done" : "open"}">${
          checked ? "☑" : "☐"
        }</span> `,
      table({ header, rows }: Tokens.Table): string {
        const widths = header.map((_, column) => columnWidth(rows, column));
        const titles = header.map(({ tokens }) => plainText(tokens));
        // elsewhere than in a column of that name, the word alone is explained, not given
        const recommended = (cells: readonly Tokens.TableCell[]): boolean =>
          cells.some(({ tokens, header }, column) => {
            const text = plainText(tokens);
            return !header && (text.endsWith("(recommended)") ||
              text === "recommended" && titles[column] === "recommended");
          });
        const row = (cells: readonly Tokens.TableCell[]): string =>
          `<tr${recommended(cells) ? ' class="recommended"' : ""}>${
            cells.map(({ tokens, header, align }, column) => {
              const kind = [widths[column], align === "right" ? "right" : ""].join(" ").trim();
              // a cell without a text is no heading
              const tag = header && tokens.length > 0 ? 'th scope="col"' : "td";
              return `<${tag}${kind === "" ? "" : ` class="${kind}"`}>` +
                `${this.parser.parseInline(tokens)}</${tag.slice(0, 2)}>`;
            }).join("")
          }</tr>\n`;
        // a label and a text, which a phone has below each other
        const pairs = widths.length === 2 && widths[1] === "long" ? ' class="pairs"' : "";
        const table = `<div class="scrolls" data-kind="Table"><table${pairs}>\n` +
          `<thead>\n${row(header)}</thead>\n` +
          `<tbody>\n${rows.map(row).join("")}</tbody>\n</table></div>\n`;
        if (!folds || rows.length <= MOST_ROWS) return table;
        return `<details class="folded"><summary>Table of ${rows.length} rows</summary>\n${table}` +
          "</details>\n";
      },
    },
  });
  return renderer.parser([...page.tokens]);
}

/**
 * A block of code, in which comments of a shell are set back.
 *
 * @param language As in Markdown; none and "text" are what a program prints, whose lines are wrapped
 * unless a table is among them, and "source" is a whole file.
 */
export function codeBlock(text: string, language: string): string {
  const lines = text.split("\n").map((line) => {
    const comment = language === "sh" ? line.match(/(?:^|\s{2,})#\s.*$/)?.index : undefined;
    if (comment === undefined) return htmlText(line);
    const [code, rest] = [line.slice(0, comment), line.slice(comment)];
    return `${htmlText(code)}<span class="comment">${htmlText(rest)}</span>`;
  });
  const printed = language === "" || language === "text";
  // a row of a printed table is one line, or its columns are none
  const wrapped = printed && !/^\s*\|/m.test(text);
  const kind = wrapped ? "code output" : printed || language === "source" ? "code" : "code typed";
  return `<div class="${kind}"><pre class="scrolls" data-kind="Code"><code>${
    lines.join("\n")
  }\n</code></pre></div>\n`;
}

function columnWidth(rows: readonly Tokens.TableCell[][], column: number): string {
  const longest = Math.max(0, ...rows.map((row) => plainText(row[column]?.tokens ?? []).length));
  if (longest <= SHORT) return "short";
  return longest >= LONG ? "long" : "";
}
