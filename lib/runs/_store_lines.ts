import {
  canonicalJson,
  checkRecord,
  parseJson,
  type Schema,
  sha256Of,
  UsageError,
} from "../ground/mod.ts";

/** The field of a line that is no part of its record. */
const SUM = "sum";

/** Hexadecimal digits of a checksum: 64 bits, where one in 10^19 damages goes unnoticed. */
const SUM_DIGITS = 16;

/** A line of a store: what it says, or why it is not believed. */
export type StoreLine<T> = { readonly record: T } | { readonly damage: string };

/**
 * A record as a line of a store: JSON with a checksum of all of it, so that a value that was
 * changed later, by a person or by a disk, is noticed.
 */
export function storeLine(record: object): string {
  return `${JSON.stringify({ ...record, [SUM]: checksum(record) })}\n`;
}

/**
 * Reads a line without its line break.
 *
 * @param place How to name the line, such as `samples.jsonl, line 3`.
 */
export function readStoreLine<T>(
  bytes: Uint8Array,
  place: string,
  schema: Schema<T>,
): StoreLine<T> {
  try {
    const value = parseJson(decode(bytes), place);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return { damage: "it is no record" };
    }
    const { [SUM]: sum, ...fields } = value as Record<string, unknown>;
    if (sum === undefined) return { damage: "it has no checksum" };
    if (sum !== checksum(fields)) return { damage: "its checksum does not fit" };
    return { record: checkRecord(schema, fields, place) as T };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { damage: error.message.replace(/^Cannot \w+ /, "").replace(`${place}: `, "") };
  }
}

function checksum(record: object): string {
  return sha256Of(canonicalJson(record)).slice(0, SUM_DIGITS);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("it is not valid UTF-8");
  }
}
