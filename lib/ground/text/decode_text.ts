import { explainReadError } from "./parse_json_file.ts";
import { UsageError } from "../usage_error.ts";

/**
 * The text in a file's bytes: UTF-8, or UTF-16 where a byte-order mark says so. The mark is no part
 * of the text.
 *
 * @param source The file, for the message.
 * @throws {UsageError} If the bytes are neither, or the text holds a NUL (UTF-16 without its mark,
 * or no text at all). Nothing is replaced in silence.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(decodeText(new Uint8Array([0xff, 0xfe, 0x41, 0]), "pred.txt"), "A");
 * ```
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  const encoding = encodingOf(bytes);
  if (encoding === "utf-32") {
    throw new UsageError(`Cannot read ${source}: it is UTF-32: save it as UTF-8`);
  }
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(
      `Cannot read ${source}: its bytes are not valid ${encoding.toUpperCase()}: save it as UTF-8`,
    );
  }
  if (text.includes("\0")) {
    throw new UsageError(
      `Cannot read ${source}: it holds NUL characters, as UTF-16 without its mark: save it as UTF-8`,
    );
  }
  return text;
}

/** What a file is by its first bytes. */
const KINDS: readonly (readonly [begins: string, kind: string])[] = [
  ["PAR1", "a Parquet file"],
  ["ARROW1", "an Arrow file"],
  ["SQLite format 3\0", "an SQLite database"],
  ["PK\x03\x04", "a zip file, as .xlsx and .ods are"],
  ["\x1f\x8b", "a gzip file"],
  ["\x28\xb5\x2f\xfd", "a Zstandard file"],
  ["%PDF-", "a PDF"],
];

/**
 * Reads a list that a person named, one of the forms that are told; of another file, such as Parquet
 * or CSV, it says what it is.
 *
 * @param forms Which forms are read, as a clause for the message.
 * @throws {UsageError} As {@linkcode readText}, or if it is a file of another kind. One that is called
 * `.csv` is CSV unless it begins as JSON does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/pred.csv`;
 * Deno.writeTextFileSync(path, "id,sql\n");
 * assert.throws(() => readListText(path, "lists are one statement a line"), {
 *   message: `Cannot read ${path}: it is a CSV file, and lists are one statement a line`,
 * });
 * ```
 */
export function readListText(path: string, forms: string): string {
  const bytes = readBytes(path);
  const first = String.fromCharCode(...bytes.subarray(0, 16));
  const kind = KINDS.find(([begins]) => first.startsWith(begins))?.[1];
  if (kind !== undefined) throw new UsageError(`Cannot read ${path}: it is ${kind}, and ${forms}`);
  const text = decodeText(bytes, path);
  if (/\.csv$/i.test(path) && !/^\s*[\[{]/.test(text)) {
    throw new UsageError(`Cannot read ${path}: it is a CSV file, and ${forms}`);
  }
  return text;
}

/**
 * Reads the bytes of a file that a person named.
 *
 * @throws {UsageError} If there is no such file, it is a folder, or it may not be read.
 */
export function readBytes(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    throw explainReadError(error, path);
  }
}

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "utf-32" {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "utf-32" : "utf-16le";
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "utf-32";
  return a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
}
