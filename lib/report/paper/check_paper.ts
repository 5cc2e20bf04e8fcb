import { type Language, unwarrantedSentences } from "../words/unwarranted.ts";
import { literalText } from "./template_tokens.ts";

/** How many pages a paper may have. */
export const MOST_PAGES = 10;

/** Names with a digit in them that are no numbers. */
const NAMES_WITH_DIGITS = /\bCR2\b|\bSHA-256\b/g;

/** A number of a template that has no source. */
export interface UnsourcedNumber {
  readonly line: number;
  readonly text: string;
}

/**
 * The numbers that a template has outside its tags: each number of a paper must come from the study
 * or the library by its key, so there may be none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(unsourcedNumbers("n = {{n|count}},\nby CR2, of 42"), [{ line: 2, text: "by CR2, of 42" }]);
 * ```
 */
export function unsourcedNumbers(template: string): UnsourcedNumber[] {
  return literalText(template)
    .filter(({ text }) => /\d/.test(text.replaceAll(NAMES_WITH_DIGITS, "")))
    .map(({ text, line }) => ({ line, text: text.trim() }));
}

/**
 * The first sentence of a paper that no number warrants, and why; `undefined` where there is none.
 *
 * @param plain The words of a paper; Typst's marks of emphasis do not count.
 */
export function unwarrantedText(plain: string, language: Language): string | undefined {
  const words = plain.replaceAll(/[*_]/g, "").replaceAll(/\s+/g, " ");
  const [first] = unwarrantedSentences(words, language);
  return first && `a sentence that no number warrants (${first.why}): "${first.found}"`;
}
