import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type Entry,
  ERR_BAD_FORMAT,
  ERR_EOCDR_NOT_FOUND,
  ERR_INVALID_CRC32,
  ERR_INVALID_UNCOMPRESSED_SIZE,
  ERR_SPLIT_ZIP_FILE,
  type FileEntry,
  Reader,
  ZipReader,
} from "@zip.js/zip.js";
import { UsageError } from "../ground/mod.ts";
import { entryPath } from "./_entry_path.ts";
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

/** One file of an archive, and where it goes. */
interface Target {
  readonly entry: FileEntry;
  /** With `/` between its folders. */
  readonly name: string;
  readonly path: string;
}

/**
 * Unpacks a zip file into a folder, one entry at a time and in pieces, so that memory stays small
 * however large an entry is.
 *
 * Covered: stored and deflated entries, zip64, names in UTF-8 (said or not) and code page 437,
 * backslashes between folders. Every entry's length and CRC-32 are compared. Refused before anything
 * is written: names that lead out of the folder or are there twice, links and devices, encryption,
 * other compression, archives in several parts; then entries that unpack to more than they declare.
 *
 * @param file The zip file.
 * @param dir The folder to write into; made if it is not there. Existing files are not replaced.
 * @param options Which entries, and how much at most.
 * @returns How many files were written.
 * @throws {UsageError} If the file is not a whole zip file, or has something that is refused.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, as `@zip.js/zip.js` reads it
 */
export async function extractZip(
  file: string,
  dir: string,
  { wanted = () => true, maxBytes = MAX_BYTES }: ExtractOptions = {},
): Promise<number> {
  const handle = await open(file, "r");
  try {
    const targets = (await readEntries(handle, file)).flatMap((entry): Target[] => {
      // As `unzip` does: some programs on Windows write `\`, and a name on no other system has one.
      const name = entry.filename.replaceAll("\\", "/");
      const path = entryPath(name, dir, file);
      const isFolder = name.endsWith("/") || (entry.directory && entry.uncompressedSize === 0);
      if (path === undefined || isFolder || !wanted(name)) return [];
      return [{ entry: entry as FileEntry, name, path }];
    });
    const paths = new Set<string>();
    for (const target of targets) {
      const odd = paths.has(target.path) ? "an entry is listed twice" : oddity(target.entry);
      if (odd !== undefined) throw entryFault(file, target, odd);
      paths.add(target.path);
    }
    const bytes = targets.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    if (bytes > maxBytes) {
      throw new UsageError(
        `Cannot unpack ${file}: it holds ${bytes} bytes, more than the limit of ${maxBytes}`,
      );
    }
    for (const target of targets) await extractEntry(target, file);
    return targets.length;
  } finally {
    await handle.close();
  }
}

/**
 * A zip file on the disk, of which the library reads the pieces that it needs. By hand, as a blob of
 * `openAsBlob` would hold the whole file in memory.
 */
class FileReader extends Reader<FileHandle> {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    super(handle);
    this.#handle = handle;
    this.size = size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    let filled = 0;
    while (filled < bytes.length) {
      const left = bytes.length - filled;
      const { bytesRead } = await this.#handle.read(bytes, filled, left, index + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}

async function readEntries(handle: FileHandle, file: string): Promise<readonly Entry[]> {
  const { size } = await handle.stat();
  try {
    return await new ZipReader(new FileReader(handle, size), {
      useWebWorkers: false,
      checkCrc32: true,
      // Only the directory is believed, and programs differ in what they write before each entry.
      checkLocalDirectory: false,
    }).getEntries({ filenameValidation: "tolerant" });
  } catch (error) {
    const { message } = error as Error;
    const what = message === ERR_SPLIT_ZIP_FILE
      ? "it is one part of several: join them first"
      : [ERR_BAD_FORMAT, ERR_EOCDR_NOT_FOUND].includes(message)
      ? "it has no zip directory: the file may be cut short, fetch it again"
      : `its directory is damaged (${message}): the file may be cut short, fetch it again`;
    throw new UsageError(`Cannot unpack ${file}: ${what}`);
  }
}

/** Flags: encrypted, encrypted strongly, names masked. */
const ENCRYPTED = 0x1 | 0x40 | 0x2000;

/** Kinds of file by Unix's mode. */
const ODD_KINDS: Readonly<Record<number, string>> = {
  0o120000: "a symbolic link",
  0o020000: "a device",
  0o060000: "a device",
  0o010000: "a pipe",
  0o140000: "a socket",
};

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

/** What of an entry is refused. */
function oddity(
  { externalFileAttributes, rawBitFlag = 0, compressionMethod: method }: Entry,
): string | undefined {
  const kind = ODD_KINDS[(externalFileAttributes >>> 16) & 0o170000];
  if (kind !== undefined) return `an entry is ${kind}`;
  if ((rawBitFlag & ENCRYPTED) !== 0) return "an entry is encrypted";
  if (method === 0 || method === 8) return undefined;
  const name = METHODS[method];
  return `an entry is compressed by method ${method}${name ? ` (${name})` : ""}, only deflate is ` +
    "known: unpack it, and pack it again as zip or tar";
}

function entryFault(file: string, { name }: Target, what: string): UsageError {
  return new UsageError(`Cannot unpack ${file}: ${what}: ${JSON.stringify(name)}`);
}

async function extractEntry(target: Target, file: string): Promise<void> {
  const { entry, path } = target;
  const fail = (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      const what = "an entry's file is there already, or is in place of a folder";
      throw entryFault(file, target, what);
    }
    if (code !== undefined) throw writeFault(error, path);
    const what = WRONG_CONTENT.includes(message)
      ? "an entry's length or checksum (CRC-32) is wrong, fetch the file again"
      : `an entry is damaged (${message})`;
    throw entryFault(file, target, what);
  };
  await mkdir(dirname(path), { recursive: true }).catch(fail);
  const output = await open(path, "wx").catch(fail);
  try {
    // Some programs write an empty file as deflated to nothing, which is no deflated data.
    if (entry.uncompressedSize === 0 && entry.compressedSize === 0) return;
    await entry.getData(
      new WritableStream({ write: (chunk: Uint8Array) => output.writeFile(chunk) }),
    ).catch(fail);
  } finally {
    await output.close();
  }
}

/** The library's words for an entry that is not what the directory says. */
const WRONG_CONTENT: readonly string[] = [ERR_INVALID_CRC32, ERR_INVALID_UNCOMPRESSED_SIZE];
