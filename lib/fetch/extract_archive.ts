import { open } from "node:fs/promises";
import { UsageError } from "../runs/usage_error.ts";
import { extractTar } from "./extract_tar.ts";
import { type ExtractOptions, extractZip } from "./extract_zip.ts";

/**
 * Unpacks a zip, tar or gzipped tar file, told apart by its first bytes and not by its name.
 *
 * @param file The archive.
 * @param dir The folder to write into.
 * @param options Which entries, and how much at most.
 * @returns How many files were written.
 * @throws {UsageError} If the file is missing, a folder, a web page, of another kind, or damaged.
 */
export async function extractArchive(
  file: string,
  dir: string,
  options: ExtractOptions = {},
): Promise<number> {
  const head = new Uint8Array(512);
  let length = 0;
  try {
    const handle = await open(file, "r");
    try {
      length = (await handle.read(head, 0, head.length, 0)).bytesRead;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what = code === "ENOENT" ? "no such file" : `it cannot be read (${code})`;
    throw new UsageError(`Cannot unpack ${file}: ${what}`);
  }
  const text = new TextDecoder("latin1").decode(head.subarray(0, length));
  if (text.startsWith("PK")) return await extractZip(file, dir, options);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  if (isGzip || text.slice(257, 262) === "ustar") return await extractTar(file, dir, options);
  const what = /^\s*</.test(text)
    ? "it is a web page, not an archive: download the file in a browser and pass its path"
    : "it is neither a zip nor a tar file";
  throw new UsageError(`Cannot unpack ${file}: ${what}`);
}
