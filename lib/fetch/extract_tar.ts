import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { BlockReader, EndOfFile, isGzip } from "./_block_reader.ts";
import { entryPath } from "./_entry_path.ts";
import { parsePax, parseTarHeader, type TarHeader } from "./_tar_header.ts";
import { writeFault } from "./_write_fault.ts";
import { type ExtractOptions, MAX_BYTES } from "./extract_zip.ts";

const BLOCK = 512;
/** More than any program fills its last record with. */
const MOST_PADDING = 16 * 2 ** 20;
const LONGEST_META = 2 ** 20;

/** Types that are neither files nor folders, and what they are. */
const ODD_TYPES: Readonly<Record<string, string>> = {
  "1": "a link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  "S": "a sparse file",
  "M": "the rest of a file from another volume",
};

/**
 * Unpacks a tar file, plain or gzipped, into a folder, in pieces.
 *
 * Covered: ustar, GNU long names, pax paths and sizes. Refused: names that lead out of the folder or
 * are there twice, links, devices and sparse files, a header whose checksum is wrong, a file that
 * ends before its end mark or goes on after it. A plain tar has no checksum of its files' bytes.
 *
 * @param file The tar file.
 * @param dir The folder to write into; made if it is not there. Existing files are not replaced.
 * @param options Which entries, how much at most.
 * @returns How many files were written.
 * @throws {UsageError} If the file is not a whole tar file, or has something that is refused.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
export async function extractTar(
  file: string,
  dir: string,
  { wanted = () => true, maxBytes = MAX_BYTES }: ExtractOptions = {},
): Promise<number> {
  const fault = (what: string): UsageError => new UsageError(`Cannot unpack ${file}: ${what}`);
  const reader = new BlockReader(file, await isGzip(file));
  let files = 0;
  let written = 0;
  try {
    for (;;) {
      const entry = await nextEntry(reader, fault);
      if (entry === undefined) {
        // To the end: gzip's own checksum stands there, and zeros amid an archive are damage.
        await reader.skipZeros(
          MOST_PADDING,
          () => fault("it goes on after its end mark: it is damaged, fetch it again"),
        );
        return files;
      }
      const { name, size, isFile } = entry;
      const target = entryPath(name, dir, file);
      const padding = (BLOCK - size % BLOCK) % BLOCK;
      if (!isFile || target === undefined || !wanted(name)) {
        await reader.skip(size + padding);
        continue;
      }
      written += size;
      if (written > maxBytes) throw fault(`it holds more than the limit of ${maxBytes} bytes`);
      await writeEntry(reader, size, target);
      await reader.skip(padding);
      files++;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof EndOfFile || code?.startsWith("Z_")) {
      throw fault("it is cut short or damaged: fetch it again");
    }
    if (code === "EEXIST") throw fault("an entry is there twice, or its file was there already");
    throw error;
  } finally {
    await reader.close();
  }
}

/** The next file or folder, with what headers before its own say of it; nothing at the end mark. */
async function nextEntry(
  reader: BlockReader,
  fault: (what: string) => UsageError,
): Promise<TarHeader & { readonly isFile: boolean } | undefined> {
  let longName: string | undefined;
  let longSize: number | undefined;
  for (;;) {
    const block = await reader.read(BLOCK);
    if (block.every((byte) => byte === 0)) return undefined;
    const header = parseTarHeader(block);
    if (header === undefined) throw fault("it is not a tar file, or damaged");
    const { type } = header;
    const size = longSize ?? header.size;
    const name = longName ?? header.name;
    const isMeta = ["L", "K", "x", "g"].includes(type);
    if (!isMeta) {
      const isFile = type === "0" || type === "\0" || type === "7";
      if (!isFile && type !== "5") {
        const what = `${ODD_TYPES[type] ?? "of an unknown kind"} (type ${JSON.stringify(type)})`;
        throw fault(`an entry is ${what}: ${JSON.stringify(name)}`);
      }
      const isFolder = !isFile || name.endsWith("/");
      // A folder has no bytes, whatever its header says.
      return { name, type, size: isFolder ? 0 : size, isFile: !isFolder };
    }
    if (header.size > LONGEST_META) throw fault("a long name is longer than a megabyte");
    const bytes = await reader.read(header.size);
    await reader.skip((BLOCK - header.size % BLOCK) % BLOCK);
    if (type === "L") longName = new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
    if (type !== "x") continue;
    const pax = parsePax(bytes);
    if (pax === undefined) throw fault("a pax header is damaged: fetch it again");
    if (pax.isSparse) throw fault(`an entry is a sparse file: ${JSON.stringify(pax.path ?? "")}`);
    longName = pax.path ?? longName;
    longSize = pax.size;
  }
}

async function writeEntry(reader: BlockReader, size: number, target: string): Promise<void> {
  const fail = (error: unknown): never => {
    // told by the caller, who knows the archive
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    throw writeFault(error, target);
  };
  await mkdir(dirname(target), { recursive: true }).catch(fail);
  const output = await open(target, "wx").catch(fail);
  try {
    for (let left = size; left > 0;) {
      const piece = await reader.next(left);
      await output.writeFile(piece).catch(fail);
      left -= piece.length;
    }
  } finally {
    await output.close();
  }
}
