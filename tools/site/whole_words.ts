import { htmlText } from "../../lib/report/mod.ts";

/** Characters of a word that is kept on one line wherever it stands, also in a cell of a table. */
const SHORT = 22;
/** And up to which a word of code is in a text: more do not fit on a line of a phone. */
const LONGEST = 34;

/**
 * Code within a text as HTML: a word of it that could be broken at its hyphens or strokes is kept
 * whole, and one that is too long for that may be broken behind its strokes.
 */
export function wholeCode(text: string): string {
  return text.split(" ").map((word) => /[-/]/.test(word) ? whole(word) : htmlText(word)).join(" ");
}

/**
 * A text as HTML whose numbers are kept whole, such as 1e-3, and short names and words that have
 * one beside a hyphen, such as 0-shot.
 *
 * @param html The text as HTML, without tags.
 */
export function wholeNumbers(html: string): string {
  return html.replaceAll(
    /[\w.@]+(?:-[\w.@]+)+/g,
    (word) => /\d-|-\d/.test(word) && word.length <= SHORT ? whole(word) : word,
  );
}

function whole(word: string): string {
  const text = htmlText(word);
  if (word.length > LONGEST) return text.replaceAll(/(?<!\/)\/(?=[\w~])/g, "/<wbr>");
  return `<span class="whole${word.length > SHORT ? " long" : ""}">${text}</span>`;
}
