import { createHash } from "node:crypto";
import { readTextFile } from "../text/parse_json_file.ts";
import { UsageError } from "../usage_error.ts";

/** SHA-256 of files, 64 hexadecimal digits each, by their path below the folder of the list. */
export type Checksums = ReadonlyMap<string, string>;

/** The SHA-256 of bytes that are in memory: 64 hexadecimal digits. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * A list of checksums as `sha256sum` writes it, sorted by path: `sha256sum -c` checks it too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const sums = new Map([["b.csv", sha256Of("abc")]]);
 * assert.match(checksumText(sums), /^ba7816bf8f01cfea.*15ad {2}b\.csv\n$/);
 * ```
 */
export function checksumText(sums: Checksums): string {
  return [...sums].sort(([a], [b]) => a < b ? -1 : 1).map(([path, sum]) => `${sum}  ${path}\n`)
    .join("");
}

const LINE = /^([0-9a-f]{64}) [ *](.+)$/;

/**
 * Reads a list that {@linkcode checksumText} or `sha256sum` made.
 *
 * @param path The file.
 * @returns `undefined` if there is no such file.
 * @throws {UsageError} If it cannot be read, or a line is no checksum and path.
 */
export function readChecksums(path: string): Checksums | undefined {
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const lines = readTextFile(path).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return new Map(lines.map((line, i) => {
    const [, sum, file] = LINE.exec(line) ?? [];
    if (sum !== undefined && file !== undefined) return [file, sum];
    throw new UsageError(`Cannot use ${path}: line ${i + 1} is no SHA-256 and a file's name`);
  }));
}
