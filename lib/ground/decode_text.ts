import { explainReadError } from "./parse_json_file.ts";
import { UsageError } from "./usage_error.ts";

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

/**
 * Reads a text file that a person named, as {@linkcode decodeText} does.
 *
 * @throws {UsageError} If there is no such file, it is a folder, it may not be read, or it is no text.
 */
export function readText(path: string): string {
  return decodeText(readBytes(path), path);
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
