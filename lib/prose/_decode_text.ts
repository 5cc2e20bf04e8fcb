import { UsageError } from "../ground/mod.ts";

/**
 * The text of a file in UTF-8, a byte-order mark taken off.
 *
 * @param bytes The file.
 * @param path How to name the file in messages.
 * @throws {UsageError} If the bytes are not UTF-8, or hold a NUL character, which text never does.
 */
export function decodeText(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UsageError(
      `Cannot load passages: ${path} is in UTF-16, by its first two bytes: save it as UTF-8`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`Cannot load passages: ${path} is not valid UTF-8: save it as UTF-8`);
  }
  if (text.includes("\0")) {
    throw new UsageError(`Cannot load passages: ${path} is not text: it has a NUL character`);
  }
  return text;
}
