import { Marked, type Token, type Tokens } from "marked";
import { plainText } from "./plain_text.ts";

/** A heading of a page. */
export interface Heading {
  /** 1 for the page's title. */
  readonly depth: number;
  readonly text: string;
  /** What leads to it behind "#". */
  readonly anchor: string;
  /** What it was read from: one of the page's tokens, or within one. */
  readonly token: Token;
}

/** A link or a picture of a page. */
export interface PageLink {
  readonly href: string;
  readonly image: boolean;
  /** Where its address stands first, from 1; `undefined` where it is not written as it is read. */
  readonly line: number | undefined;
}

/** A Markdown file, taken apart. */
export interface MarkdownFile {
  /** From the repository's root, with "/". */
  readonly path: string;
  /** Its first heading of depth 1; its path where it has none. */
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly links: readonly PageLink[];
  /** HTML other than comments, as it is written. */
  readonly html: readonly string[];
  readonly tokens: readonly Token[];
}

/**
 * Takes a Markdown file apart, as GitHub reads it (GitHub Flavored Markdown).
 *
 * @param path From the repository's root.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { markdownFile } from "./markdown_file.ts";
 *
 * const { headings } = markdownFile("docs/a.md", "# One\n\n## Why, and how?\n");
 * assert.equal(headings[1]!.anchor, "why-and-how");
 * ```
 */
export function markdownFile(path: string, text: string): MarkdownFile {
  const reader = new Marked();
  const tokens = reader.lexer(text);
  const [headings, links, html]: [Heading[], PageLink[], string[]] = [[], [], []];
  const anchors = new Map<string, number>();
  reader.walkTokens(tokens, (token) => {
    if (token.type === "heading") {
      const { depth, tokens } = token as Tokens.Heading;
      const text = plainText(tokens);
      headings.push({ depth, text, anchor: nextAnchor(text, anchors), token });
    } else if (token.type === "link" || token.type === "image") {
      const href = String(token.href);
      links.push({ href, image: token.type === "image", line: lineOf(text, href) });
    } else if (token.type === "html" && !/^<!--[\s\S]*-->\s*$/.test(token.raw)) {
      html.push(token.raw.trim());
    }
  });
  const title = headings.find(({ depth }) => depth === 1)?.text ?? path;
  return { path, title, headings, links, html, tokens };
}

/** The heading of a page that was read from a token. */
export function headingOf({ headings }: MarkdownFile, token: Token): Heading {
  return headings.find((heading) => heading.token === token)!;
}

/**
 * The anchor that GitHub gives a heading: small letters, without what is no letter, mark, number,
 * "_", "-" or space, spaces as "-" (the filter of https://github.com/gjtorikian/html-pipeline,
 * `toc_filter.rb`).
 */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
}

/** The second heading of a name ends in "-1". */
function nextAnchor(heading: string, used: Map<string, number>): string {
  const anchor = anchorOf(heading);
  const count = used.get(anchor) ?? 0;
  used.set(anchor, count + 1);
  return count === 0 ? anchor : `${anchor}-${count}`;
}

function lineOf(text: string, href: string): number | undefined {
  const at = [")", " ", "\n"].map((end) => text.indexOf(`](${href}${end}`))
    .filter((place) => place >= 0);
  return at.length === 0 ? undefined : text.slice(0, Math.min(...at)).split("\n").length;
}
