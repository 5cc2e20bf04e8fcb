import { open } from "node:fs/promises";
import { UsageError } from "../ground/mod.ts";
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
  const other = OTHER_KINDS.find(([magic]) => text.startsWith(magic))?.[1];
  const what = other !== undefined
    ? other
    : length === 0
    ? "it is empty: fetch it again"
    : /^\s*</.test(text)
    ? "it is a web page, not an archive: download the file in a browser and pass its path"
    : "it is neither a zip nor a tar file";
  throw new UsageError(`Cannot unpack ${file}: ${what}`);
}

const REPACK = "unpack it, and pack it again as zip or tar";

/** Files of other programs, by their first bytes. */
const OTHER_KINDS: readonly (readonly [string, string])[] = [
  ["7z\xbc\xaf\x27\x1c", `it is a 7z archive: ${REPACK}`],
  ["Rar!\x1a\x07", `it is a RAR archive: ${REPACK}`],
  ["BZh", `it is compressed by bzip2: ${REPACK}`],
  ["\xfd7zXZ\0", `it is compressed by xz: ${REPACK}`],
  ["\x28\xb5\x2f\xfd", `it is compressed by zstd: ${REPACK}`],
  ["version https://git-lfs", "it is a pointer to a file in Git LFS: fetch the file itself"],
];
