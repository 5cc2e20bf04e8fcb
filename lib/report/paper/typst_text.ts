import { escapeControls } from "../../ground/mod.ts";
import { withEscapes } from "./font_letters.ts";

/** Source in Typst's markup that is put into a document as it is, and what a reader sees of it. */
export interface TypstMarkup {
  /** The source. */
  readonly typst: string;
  /** The words of it, for checks of sentences. */
  readonly plain: string;
}

/**
 * A text of any origin as Typst source that shows it as it is: a string literal, in which no sign
 * is markup. It ends with a semicolon, so that what follows is never taken as part of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(typstText('a "b" #c'), '#"a \\"b\\" #c";');
 * ```
 */
export function typstText(text: string): string {
  return `#${typstString(text)};`;
}

/**
 * A text of any origin as a string literal of Typst's code; control characters are escaped, and so is
 * what the fonts of a paper do not have.
 */
export function typstString(text: string): string {
  const shown = withEscapes(escapeControls(text.replaceAll(/[^\S\u00a0]+/g, " ")))
    // no line breaks before a percent sign
    .replaceAll(/(?<=\d) %/g, "\u00a0%");
  return `"${shown.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const LETTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A text in which a line may break within a word that is longer than a line: what data and models
 * write may be one word of any length, and would leave the page.
 *
 * @param longest So many letters fit into a line.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(foldWords("to Llanfairpwll", 5), "to Llanf\u200bairpw\u200bll");
 * ```
 */
export function foldWords(text: string, longest: number): string {
  // what is written as its number is longer
  return withEscapes(text).replaceAll(/[^\s\u200b]+/gu, (word) => {
    // a word has no more letters than signs
    if (word.length <= longest) return word;
    return [...LETTERS.segment(word)]
      .map(({ segment }, i) => i > 0 && i % longest === 0 ? `\u200b${segment}` : segment)
      .join("");
  });
}

/** A text of several lines as a string literal of Typst's code. */
export function typstLines(text: string): string {
  return `"${text.split("\n").map((line) => typstString(line).slice(1, -1)).join("\\n")}"`;
}

/** A cell of a Typst table that holds a text. */
export function typstCell(text: string): string {
  return `[${typstText(text)}]`;
}

/** The name of a variant or recipe as markup; a line may break behind the signs that part it. */
export function identifierOf(name: string): TypstMarkup {
  return { typst: `#identifier(${typstString(breakable(name))});`, plain: name };
}

/** A name with places where a line may break: behind a sign that parts it. */
export function breakable(name: string): string {
  return name.replaceAll(/(?<=[_@#/])(?=.)/g, "\u200b");
}
