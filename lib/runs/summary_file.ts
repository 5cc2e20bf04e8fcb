import {
  checkRecord,
  contentKey,
  parseJson,
  readTextFile,
  UsageError,
  writeAtomic,
} from "../ground/mod.ts";
import { SchemaVersionError } from "./schema_version_error.ts";
import { SCHEMA_VERSION, SUMMARY, type Summary } from "./summary.ts";

/** The field of the file that is no part of the summary: a checksum of all the others. */
const SUM = "sum";

/**
 * Reads a study's `summary.json` and checks all of it: a number that was changed since it was
 * written is noticed. Summaries from before they had a checksum are checked for what must agree.
 *
 * @param path The file.
 * @throws {SchemaVersionError} If it has another form than this code reads.
 * @throws {UsageError} If it cannot be read, its checksum does not fit, or a key is unknown, missing
 * or wrong; the message has the file, the key path and what is allowed.
 */
export function readSummary(path: string): Summary {
  const value = parseJson(readTextFile(path), path);
  const found = typeof value === "object" && value !== null && "schemaVersion" in value
    ? value.schemaVersion
    : undefined;
  if (found !== SCHEMA_VERSION) throw new SchemaVersionError(path, found);
  const { [SUM]: sum, ...fields } = value as Readonly<Record<string, unknown>>;
  const summary = checkRecord(SUMMARY, fields, path);
  if (sum !== undefined && sum !== contentKey(fields)) {
    throw new UsageError(
      `Cannot use ${path}: its checksum does not fit: it was changed since it was written, run ` +
        "the study again",
    );
  }
  return summary;
}

/**
 * Writes a study's `summary.json`, whole or not at all, once it passes the checks of
 * {@linkcode readSummary}, with a checksum.
 *
 * @param path The file.
 * @throws {TypeError} If the summary is wrong: a fault of the code that made it.
 * @throws {UsageError} If the disk is full or the file cannot be written.
 */
export function writeSummary(path: string, summary: Summary): void {
  const fields = JSON.parse(JSON.stringify(summary)) as Record<string, unknown>;
  try {
    checkRecord(SUMMARY, fields, path);
  } catch (error) {
    throw new TypeError(`Cannot write a wrong summary: ${(error as Error).message}`);
  }
  writeAtomic(path, summaryText({ ...fields, [SUM]: contentKey(fields) }));
}

/**
 * JSON with a line for each field, and one for each element of a list: a sweep's evidence has tens of
 * thousands of numbers, and a line for each of them would double the file.
 */
function summaryText(fields: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(fields).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}
