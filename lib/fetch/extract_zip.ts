import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { UsageError } from "../ground/mod.ts";
import { entryPath } from "./_entry_path.ts";
import { readZipDirectory, type ZipEntry } from "./_zip_directory.ts";
import { writeFault } from "./_write_fault.ts";

/** Options of {@link extractZip} and {@link extractTar}. */
export interface ExtractOptions {
  /** Whether to write the file of this name in the archive; all by default. */
  readonly wanted?: (name: string) => boolean;
  /** The most bytes to write; 64 GiB by default. */
  readonly maxBytes?: number;
}

/** The default of {@link ExtractOptions.maxBytes}: larger than any data set of this study. */
export const MAX_BYTES: number = 64 * 2 ** 30;

/**
 * Unpacks a zip file into a folder, one entry at a time and in pieces, so that memory stays small
 * however large an entry is.
 *
 * Covered: stored and deflated entries, zip64, names in UTF-8 and code page 437, backslashes between
 * folders. Every entry's length and CRC-32 are compared. Refused before anything is written: names
 * that lead out of the folder or are there twice, links and devices, encryption, other compression,
 * archives in several parts; then entries that unpack to more than they declare.
 *
 * @param file The zip file.
 * @param dir The folder to write into; made if it is not there. Existing files are not replaced.
 * @param options Which entries, and how much at most.
 * @returns How many files were written.
 * @throws {UsageError} If the file is not a whole zip file, or has something that is refused.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10
 */
export async function extractZip(
  file: string,
  dir: string,
  { wanted = () => true, maxBytes = MAX_BYTES }: ExtractOptions = {},
): Promise<number> {
  const handle = await open(file, "r");
  try {
    const entries = (await readZipDirectory(handle, file)).flatMap((entry) => {
      const target = entryPath(entry.name, dir, file);
      const isFile = target !== undefined && !entry.isFolder && wanted(entry.name);
      return isFile ? [{ entry, target }] : [];
    });
    const targets = new Set<string>();
    for (const { entry, target } of entries) {
      const odd = targets.has(target) ? "an entry is listed twice" : oddity(entry);
      if (odd !== undefined) throw entryFault(file, entry, odd);
      targets.add(target);
    }
    const bytes = entries.reduce((sum, { entry }) => sum + entry.size, 0);
    if (bytes > maxBytes) {
      throw new UsageError(
        `Cannot unpack ${file}: it holds ${bytes} bytes, more than the limit of ${maxBytes}`,
      );
    }
    for (const { entry, target } of entries) await extractEntry(handle, entry, { file, target });
    return entries.length;
  } finally {
    await handle.close();
  }
}

/** What of an entry is refused. */
function oddity({ oddKind, isEncrypted, method }: ZipEntry): string | undefined {
  if (oddKind !== undefined) return `an entry is ${oddKind}`;
  if (isEncrypted) return "an entry is encrypted";
  if (method === 0 || method === 8) return undefined;
  const name = METHODS[method];
  return `an entry is compressed by method ${method}${name ? ` (${name})` : ""}, only deflate is ` +
    "known: unpack it, and pack it again as zip or tar";
}

/** Compression that other programs write. */
const METHODS: Readonly<Record<number, string>> = {
  1: "shrink",
  6: "implode",
  9: "deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "zstd",
  95: "xz",
  98: "PPMd",
};

function entryFault(file: string, { name }: ZipEntry, what: string): UsageError {
  return new UsageError(`Cannot unpack ${file}: ${what}: ${JSON.stringify(name)}`);
}

async function extractEntry(
  handle: FileHandle,
  entry: ZipEntry,
  { file, target }: { readonly file: string; readonly target: string },
): Promise<void> {
  const fault = (what: string): UsageError => entryFault(file, entry, what);
  const header = new Uint8Array(30);
  const { bytesRead } = await handle.read(header, 0, 30, entry.offset);
  const view = new DataView(header.buffer);
  if (bytesRead < 30 || view.getUint32(0, true) !== 0x04034b50) throw fault("an entry is damaged");
  // The local header repeats name and extra field, and their lengths may differ from the directory's.
  const start = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);

  const fail = (error: unknown): never => {
    throw (error as NodeJS.ErrnoException).code === "EEXIST"
      ? fault("an entry's file is there already, or is in place of a folder")
      : writeFault(error, target);
  };
  await mkdir(dirname(target), { recursive: true }).catch(fail);
  if (entry.packedSize === 0 && entry.size === 0) {
    return await writeFile(target, "", { flag: "wx" }).catch(fail);
  }
  let size = 0;
  let crc = 0;
  const meter = new Transform({
    transform(chunk: Uint8Array, _encoding, done): void {
      size += chunk.length;
      crc = crc32(chunk, crc);
      done(size > entry.size ? fault("an entry is longer than it says") : null, chunk);
    },
  });
  const packed = createReadStream(file, { start, end: start + entry.packedSize - 1 });
  const output = createWriteStream(target, { flags: "wx" });
  try {
    if (entry.method === 0) await pipeline(packed, meter, output);
    else await pipeline(packed, createInflateRaw(), meter, output);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code?.startsWith("Z_")) throw fault(`an entry is damaged or cut short (${code})`);
    fail(error);
  }
  if (size !== entry.size) throw fault(`an entry has ${size} of ${entry.size} bytes`);
  if (crc !== entry.crc) throw fault("an entry's checksum (CRC-32) is wrong, fetch the file again");
}
