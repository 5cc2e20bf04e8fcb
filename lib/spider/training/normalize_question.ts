/**
 * A question without what does not tell it from another: letter case, punctuation, symbols, runs of
 * spaces, and the forms of one character (Unicode NFKC). Two questions are the same question if
 * these are the same text.
 *
 * @param question A question in any language.
 * @returns Words of letters, marks and digits with one space between them; the question as it
 * stands, trimmed, if it has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(normalizeQuestion("How many  flights are there ?"), "how many flights are there");
 * assert.equal(normalizeQuestion("?"), "?");
 * ```
 */
export function normalizeQuestion(question: string): string {
  const words = question.normalize("NFKC").toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
  return words === "" ? question.trim() : words;
}
