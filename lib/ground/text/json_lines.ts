import { type Checked, checkRecord, type Schema } from "../check_record.ts";
import { type OtherNames, refuseOtherNames } from "./other_names.ts";
import { parseJson } from "./parse_json_file.ts";
import { refuseDoubledKeys } from "./refuse_doubled_keys.ts";

/** A record of a file of JSON lines. */
export interface JsonLine<T> {
  /** What the line says, checked. */
  readonly record: T;
  /** The line, counted from 1. */
  readonly line: number;
  /** The file and the line, as messages name them. */
  readonly place: string;
}

/**
 * The records of a text of JSON lines, one object a line. Empty lines are passed over.
 *
 * @param path The file, for messages.
 * @param otherNames What other data sets call the keys, to say which one to rename.
 * @throws {UsageError} If a line is not JSON, has a key twice or is not such a record; the message names the line, and
 * is `checkRecord`'s otherwise.
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import assert from "node:assert/strict";
 *
 * const schema = z.strictObject({ step: z.int().min(1) });
 * const lines = jsonLines(schema, '{"step": 1}\n\n{"step": 2}\n', "loss.jsonl");
 * assert.deepEqual(lines.map(({ line, record }) => [line, record.step]), [[1, 1], [3, 2]]);
 * assert.throws(() => jsonLines(schema, '{"step": 0}', "loss.jsonl"), {
 *   message:
 *     'Cannot use loss.jsonl, line 1: "step" must be an integer >= 1: current value is 0',
 * });
 * ```
 */
export function jsonLines<S extends Schema>(
  schema: S,
  text: string,
  path: string,
  otherNames: OtherNames = {},
): readonly JsonLine<Checked<S>>[] {
  return text.split("\n").flatMap((content, i) => {
    if (content.trim() === "") return [];
    const place = `${path}, line ${i + 1}`;
    const value = parseJson(content, place);
    refuseDoubledKeys(content, place);
    refuseOtherNames(value, otherNames, place);
    return [{ record: checkRecord(schema, value, place), line: i + 1, place }];
  });
}
