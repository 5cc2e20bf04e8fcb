import { danglingLink } from "../files/dangling_link.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Reads a file of text that a person named.
 *
 * @param path The file.
 * @throws {UsageError} If there is no such file, it is a folder, or it may not be read.
 */
export function readTextFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw explainReadError(error, path);
  }
}

/** What to throw for a file that cannot be read: a line that names it, where a person can mend it. */
export function explainReadError(error: unknown, path: string): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new UsageError(`Cannot read ${path}: ${danglingLink(path) ?? "there is no such file"}`);
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new UsageError(`Cannot read ${path}: it is a folder, not a file`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new UsageError(`Cannot read ${path}: permission denied`);
  }
  return error;
}

/**
 * Parses JSON out of a file that a person named.
 *
 * @param text The file's text; a byte order mark is skipped.
 * @param path The file, for the message.
 * @throws {UsageError} If it is not JSON; the message, one line, shows where.
 */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // V8 quotes the text around the fault, line breaks included.
    const reason = error.message.replace(/\s*\n\s*/g, " ");
    throw new UsageError(`Cannot read ${path}: it is not valid JSON: ${reason}`);
  }
}
