const MAX_CHARACTERS = 500;
// Controls (C0, DEL, C1), line and paragraph separators, marks that turn the direction of writing,
// and halves of surrogate pairs.
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text of unknown origin (a label, an id, an error of SQLite or of a server) on one line, with
 * nothing in it that a terminal would obey: control characters are written as escapes, and what is
 * longer than 500 characters is cut.
 *
 * @param text Any text.
 * @returns The text, its control characters as `\n`, `\t` or `\u001b`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(printable("no\u001b[31m\nred"), "no\\u001b[31m\\nred");
 * ```
 */
export function printable(text: string): string {
  return escapeControls(text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
}

/**
 * A text of any length on one line, its control characters as {@linkcode printable} writes them.
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (sign) => {
    if (sign === "\n") return "\\n";
    if (sign === "\t") return "\\t";
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Lines of text, their control characters escaped; line breaks stay. */
export function escapeLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}
