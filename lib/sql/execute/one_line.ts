const MAX_CHARACTERS = 300;
// Control characters, and those that turn the direction of a line or cannot be seen.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text that comes from a database or a statement, as one line of a message: control characters are
 * written as their code points, and what is longer than 300 characters is cut.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(oneLine("no such table: \x1b[31mred\n"), "no such table: \\u{1b}[31mred");
 * ```
 */
export function oneLine(text: string): string {
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return cut.trim().replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}
