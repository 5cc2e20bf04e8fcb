import { checkSummary } from "./_check_summary.ts";
import { parseJson, readTextFile } from "./parse_json_file.ts";
import { SchemaVersionError } from "./schema_version_error.ts";
import { SCHEMA_VERSION, type Summary } from "./summary.ts";
import { writeAtomic } from "./write_atomic.ts";

/**
 * Reads a study's `summary.json` and checks all of it.
 *
 * @param path The file.
 * @throws {SchemaVersionError} If it has another form than this code reads.
 * @throws {UsageError} If it cannot be read, or a key is unknown, missing or wrong; the message has
 * the file, the key path and what is allowed.
 */
export function readSummary(path: string): Summary {
  const value = parseJson(readTextFile(path), path);
  const found = typeof value === "object" && value !== null && "schemaVersion" in value
    ? value.schemaVersion
    : undefined;
  if (found !== SCHEMA_VERSION) {
    throw new SchemaVersionError(path, { found, expected: SCHEMA_VERSION });
  }
  return checkSummary(value, { file: path, keyPath: "" });
}

/**
 * Writes a study's `summary.json`, whole or not at all, once it passes the checks of
 * {@linkcode readSummary}.
 *
 * @param path The file.
 * @throws {TypeError} If the summary is wrong: a fault of the code that made it.
 * @throws {UsageError} If the disk is full or the file cannot be written.
 */
export function writeSummary(path: string, summary: Summary): void {
  const json = `${JSON.stringify(summary, null, 2)}\n`;
  try {
    checkSummary(JSON.parse(json), { file: path, keyPath: "" });
  } catch (error) {
    throw new TypeError(`Cannot write a wrong summary: ${(error as Error).message}`);
  }
  writeAtomic(path, json);
}
