import { UsageError } from "../usage_error.ts";
import { printable } from "./printable.ts";

const COLON = /\s*:/y;

/**
 * Refuses JSON in which an object has a key twice: `JSON.parse` keeps the last of the two values and
 * says nothing.
 *
 * @param json Valid JSON.
 * @param place The file and the place in it, for the message.
 * @throws {UsageError} The message names the key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => refuseDoubledKeys('{"a": 1, "a": 2}', "x.jsonl, line 1"), {
 *   message: 'Cannot read x.jsonl, line 1: the key "a" stands twice',
 * });
 * ```
 */
export function refuseDoubledKeys(json: string, place: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (sign === "{") open.push(new Set());
    else if (sign === "[") open.push(undefined);
    else if (sign === "}" || sign === "]") open.pop();
    else if (sign === '"') {
      const end = endOfText(json, at);
      const keys = open.at(-1);
      COLON.lastIndex = end;
      if (keys !== undefined && COLON.test(json)) {
        const key = String(JSON.parse(json.slice(at, end)));
        if (keys.has(key)) {
          throw new UsageError(`Cannot read ${place}: the key "${printable(key)}" stands twice`);
        }
        keys.add(key);
      }
      at = end - 1;
    }
  }
}

function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}
