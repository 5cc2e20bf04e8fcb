/**
 * A text as HTML shows it, in an element or in an attribute between quotes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { htmlText } from "./html_text.ts";
 *
 * assert.equal(htmlText('<a b="c">'), "&#60;a b=&#34;c&#34;&#62;");
 * ```
 */
export function htmlText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
