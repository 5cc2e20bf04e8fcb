import { createReadStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { createGunzip } from "node:zlib";
import { UsageError } from "../runs/usage_error.ts";
import { entryPath } from "./_entry_path.ts";
import { writeFault } from "./_write_fault.ts";
import { type ExtractOptions, MAX_BYTES } from "./extract_zip.ts";

const BLOCK = 512;

/**
 * Unpacks a tar file, plain or gzipped, into a folder, in pieces.
 *
 * Covered: ustar, GNU long names, pax paths and sizes. Refused: names that lead out of the folder,
 * links and devices, a header whose checksum is wrong, a file that ends before its end mark.
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
  let longName: string | undefined;
  let longSize: number | undefined;
  try {
    for (;;) {
      const header = await reader.read(BLOCK);
      if (header.every((byte) => byte === 0)) return files;
      if (!checksumMatches(header)) throw fault("it is not a tar file, or damaged");
      const type = String.fromCharCode(header[156]!);
      const size = longSize ?? parseNumber(header.subarray(124, 136));
      const name = longName ?? headerName(header);
      const padding = (BLOCK - size % BLOCK) % BLOCK;
      if (type === "L" || type === "x") {
        if (size > 2 ** 20) throw fault("a long name is longer than a megabyte");
        const text = new TextDecoder().decode(await reader.read(size));
        if (type === "L") longName = text.replace(/\0.*$/s, "");
        else {
          const pax = parsePax(text);
          longName = pax.path ?? longName;
          longSize = pax.size;
        }
        await reader.skip(padding);
        continue;
      }
      longName = longSize = undefined;
      const isFile = type === "0" || type === "\0" || type === "7";
      if (!isFile && !["5", "g", "K"].includes(type)) {
        throw fault(`an entry is a link or a device (type ${type}): ${JSON.stringify(name)}`);
      }
      const target = type === "g" ? undefined : entryPath(name, dir, file);
      if (!isFile || target === undefined || name.endsWith("/") || !wanted(name)) {
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

/** The bytes ended before the archive did. */
class EndOfFile extends Error {}

/** Reads a stream by the number of bytes asked for, and says when it ends too early. */
class BlockReader {
  readonly #source: AsyncIterableIterator<Uint8Array>;
  readonly #close: () => void;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: string, gzipped: boolean) {
    const raw = createReadStream(file);
    const stream = gzipped ? createGunzip() : raw;
    if (stream !== raw) {
      raw.on("error", (error) => stream.destroy(error));
      raw.pipe(stream as ReturnType<typeof createGunzip>);
    }
    this.#source = stream[Symbol.asyncIterator]();
    this.#close = () => {
      raw.destroy();
      stream.destroy();
    };
  }

  /** The next bytes, one to `most` of them. */
  async next(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) throw new EndOfFile("the archive ends early");
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Exactly the next `count` bytes. */
  async read(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const piece = await this.next(count - filled);
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) left -= (await this.next(left)).length;
  }

  async close(): Promise<void> {
    this.#close();
    await this.#source.return?.().catch(() => {});
  }
}

async function writeEntry(reader: BlockReader, size: number, target: string): Promise<void> {
  const fail = (error: unknown): never => {
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

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const magic = new Uint8Array(2);
    await handle.read(magic, 0, 2, 0);
    return magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function headerName(header: Uint8Array): string {
  const name = text(header.subarray(0, 100));
  const isUstar = text(header.subarray(257, 262)) === "ustar" && header[262] === 0;
  const prefix = isUstar ? text(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or, with the top bit set, GNU's big-endian binary. */
function parseNumber(field: Uint8Array): number {
  if ((field[0]! & 0x80) === 0) return parseInt(text(field).trim(), 8) || 0;
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
}

/** The sum of the header's bytes, its own field counted as spaces. */
function checksumMatches(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === parseNumber(header.subarray(148, 156));
}

/** `path` and `size` of the records `<length> <key>=<value>\n`. */
function parsePax(records: string): { readonly path?: string; readonly size?: number } {
  const path = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1];
  const size = /(?:^|\n)\d+ size=(\d+)\n/.exec(records)?.[1];
  return {
    ...(path === undefined ? {} : { path }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}
