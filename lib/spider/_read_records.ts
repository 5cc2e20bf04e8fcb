import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { decodeText, printable, refuseDoubledKeys, sha256Of, UsageError } from "../ground/mod.ts";

/** A JSON array of objects, and the SHA-256 (hex) of the file's bytes. */
export interface Records {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly sha256: string;
}

/** What a path of text-to-SQL data may be. */
export const LAYOUT =
  "pass the folder that holds train_spider.json and train_others.json (or train.json), dev.json, tables.json and database/, or a .jsonl file of questions";

/**
 * Reads a JSON file that must be an array of objects, in UTF-8 or in UTF-16 with its byte-order mark.
 *
 * @throws {UsageError} If the file is missing, unreadable, in another encoding, not JSON, has a key
 * twice in one object, or is not an array of objects.
 */
export async function readRecords(path: string): Promise<Records> {
  const name = basename(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const fault = code === "ENOENT" ? "no such file" : `cannot be read (${code})`;
    throw new UsageError(`Cannot load Spider: ${name}: ${fault}: ${path}: ${LAYOUT}`);
  }
  const text = decodeText(bytes, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = printable((error as Error).message.replaceAll(/\s+/g, " "));
    throw new UsageError(
      `Cannot load Spider: ${name} is not valid JSON (${reason}): the file may be cut short, fetch it again: ${path}`,
    );
  }
  refuseDoubledKeys(text, name);
  if (!Array.isArray(value)) {
    throw new UsageError(`Cannot load Spider: ${name} must be a JSON array of records: ${path}`);
  }
  value.forEach((record, index) => {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      throw new UsageError(`Cannot load Spider: ${name}[${index}] is not a JSON object: ${path}`);
    }
  });
  return { records: value, sha256: sha256Of(bytes) };
}
