import { createHash } from "node:crypto";
import { explainReadError } from "../text/parse_json_file.ts";

/**
 * The SHA-256 of a file, read piece by piece, so that its size does not matter.
 *
 * @param path The file.
 * @returns 64 hexadecimal digits.
 * @throws {UsageError} If there is no such file, it is a folder, or it may not be read.
 *
 * @example
 * ```ts
 * import { sha256OfFile } from "./sha256_of_file.ts";
 * import assert from "node:assert/strict";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "abc");
 * assert.match(await sha256OfFile(path), /^ba7816bf8f01cfea.*15ad$/);
 * ```
 */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    const file = await Deno.open(path);
    for await (const chunk of file.readable) hash.update(chunk);
  } catch (error) {
    throw explainReadError(error, path);
  }
  return hash.digest("hex");
}
