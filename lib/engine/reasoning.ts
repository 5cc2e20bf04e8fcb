const OPENING = /<think(?:ing)?>/gi;
const CLOSING = /<\/think(?:ing)?>/gi;

/**
 * Whether a text ends inside a reasoning part: one was opened and not closed.
 *
 * @param text What stands there, special tokens included.
 * @param opened Whether the part was open before the text began, as after a prompt that ends with
 * `<think>`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.ok(endsInReasoning("<think>\nThe tables are"));
 * assert.ok(!endsInReasoning("<think>\n\n</think>\n\nSELECT 1"));
 * ```
 */
export function endsInReasoning(text: string, opened = false): boolean {
  const last = (marker: RegExp): number => [...text.matchAll(marker)].at(-1)?.index ?? -1;
  const closed = last(CLOSING);
  return last(OPENING) > closed || (opened && closed < 0);
}
