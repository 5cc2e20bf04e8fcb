import { escapeControls } from "../../ground/light.ts";

/**
 * Signs that begin markup: of a tag, code, emphasis or a formula; a backslash before a sign; an
 * entity; the middle of a link or of its definition; the address of one. What stands within a word,
 * as in `q_proj`, or in an interval, `[7.0, 20.6]`, begins none, nor does `< 0.001`.
 */
const MARKUP = new RegExp(
  [
    /<(?=[\p{L}/!?])/u,
    /[>`*~$]/,
    /\\(?=[!-/:-@[-`{-~])/,
    /&(?=#?\w+;)/,
    /\](?=[([:])/,
    /:(?=\/\/)/,
    /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u,
  ].map(({ source }) => source).join("|"),
  "gu",
);

/** Options of {@linkcode markdownText}. */
export interface MarkdownTextOptions {
  /** Where a text is cut; at 500 characters if left out. */
  readonly longest?: number;
}

/**
 * A text of unknown origin (a label, an id, a name) as Markdown that shows it as it is, on one line:
 * no markup, no link, no HTML, and control characters as escapes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { markdownText } from "./markdown_text.ts";
 *
 * assert.equal(markdownText("all_linear [7.0, 20.6]"), "all_linear [7.0, 20.6]");
 * assert.equal(markdownText("<b>[x](javascript:y)"), "&#60;b&#62;[x&#93;(javascript:y)");
 * ```
 */
export function markdownText(text: string, { longest = 500 }: MarkdownTextOptions = {}): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return escapeControls(cut.replaceAll(/\s*[\r\n]+\s*/g, " "))
    .replaceAll(MARKUP, (sign) => `&#${sign.charCodeAt(0)};`);
}
