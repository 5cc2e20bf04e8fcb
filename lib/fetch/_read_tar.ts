import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Header, Parser, type ReadEntry } from "tar";
import { UsageError } from "../ground/mod.ts";
import { type EntryNote, readPaxRecords } from "./_pax_records.ts";

/** A file or a folder of a tar file. */
export interface TarEntry {
  readonly name: string;
  /** Bytes that follow. */
  readonly size: number;
  readonly isFile: boolean;
}

const BLOCK = 512;
const PIECE = 2 ** 20;
/** More than any program fills its last record with. */
const MOST_PADDING = 16 * 2 ** 20;

const CUT = "it is cut short or damaged: fetch it again";
const GOES_ON = "it goes on after its end mark: it is damaged, fetch it again";
const NO_TAR = "it is not a tar file, or damaged";
const DAMAGED_PAX = "a pax header is damaged: fetch it again";

const FILE_TYPES: readonly (string | undefined)[] = ["File", "OldFile", "ContiguousFile"];
/** Types that are neither files nor folders, and what they are. */
const ODD_TYPES: Readonly<Record<string, string>> = {
  Link: "a link",
  SymbolicLink: "a symbolic link",
  CharacterDevice: "a device",
  BlockDevice: "a device",
  FIFO: "a pipe",
  SparseFile: "a sparse file",
  ContinuationFile: "the rest of a file from another volume",
};

/**
 * Reads a tar file, plain or gzipped, from its beginning to its end: each entry, and after a file
 * its bytes in pieces.
 *
 * The package `tar` reads it; checked here is what it lets pass: an archive without an end mark, one
 * that goes on after it, damaged pax headers, sizes that are no numbers.
 *
 * @throws {UsageError} If it is damaged, or an entry is neither a file nor a folder.
 */
export async function* readTar(file: string): AsyncGenerator<TarEntry | Uint8Array, void> {
  const fault = (what: string): UsageError => new UsageError(`Cannot unpack ${file}: ${what}`);
  const parser = new Parser({ strict: true });
  const found: (TarEntry | Uint8Array)[] = [];
  let note: EntryNote = {};
  let isEnded = false;
  let used = 0; // bytes of headers and contents, as far as their headers were read
  const onEntry = (entry: ReadEntry): void => {
    const { header, path: name, size, extended } = entry;
    used += BLOCK + entry.startBlockSize;
    if (entry.meta) throw fault("a long name is longer than a megabyte");
    const isFile = FILE_TYPES.includes(header.type);
    if (!isFile && header.type !== "Directory") throw fault(oddKind(header));
    if (extended?.path !== note.path || extended?.size !== note.size) throw fault(DAMAGED_PAX);
    note = {};
    if (header.size === undefined) throw fault(NO_TAR);
    found.push({ name, size, isFile });
    entry.on("data", (bytes) => found.push(bytes));
  };
  parser.on("entry", onEntry).on("ignoredEntry", onEntry).on("nullBlock", () => isEnded = true);
  parser.on("meta", (text: string) => {
    used += BLOCK + BLOCK * Math.ceil(new TextEncoder().encode(text).length / BLOCK);
    const said = readPaxRecords(text);
    if (said === undefined) throw fault(DAMAGED_PAX);
    if (said.isSparse) throw fault(`an entry is a sparse file: ${JSON.stringify(said.path ?? "")}`);
    note = { path: said.path ?? note.path, size: said.size ?? note.size };
  });
  let length = 0;
  let lastByte = 0;
  try {
    for await (const piece of readPieces(file)) {
      const last = piece.findLastIndex((byte) => byte !== 0);
      if (last >= 0) lastByte = length + last + 1;
      length += piece.length;
      parser.write(piece);
      yield* found.splice(0);
      if (length > used + MOST_PADDING) throw fault(GOES_ON);
    }
    parser.end();
  } catch (error) {
    throw explain(error, { isEnded, fault });
  }
  if (length < used + BLOCK) throw fault(CUT);
  if (lastByte > used) throw fault(GOES_ON);
}

function oddKind({ type, path }: Header): string {
  return `an entry is ${ODD_TYPES[type ?? ""] ?? "of an unknown kind"}: ${JSON.stringify(path)}`;
}

/** What the stream or the library threw, in one line. */
function explain(
  error: unknown,
  { isEnded, fault }: { readonly isEnded: boolean; readonly fault: (what: string) => UsageError },
): unknown {
  const { code, header } = error as NodeJS.ErrnoException & { readonly header?: Header };
  if (code === "TAR_BAD_ARCHIVE" || code?.startsWith("Z_")) return fault(CUT);
  if (code !== "TAR_ENTRY_INVALID") return error;
  if (isEnded) return fault(GOES_ON);
  // A link without a target is one all the same.
  const isOdd = header?.cksumValid === true && (header.type ?? "") in ODD_TYPES;
  return fault(isOdd ? oddKind(header) : NO_TAR);
}

/**
 * A tar file's bytes in pieces of whole blocks. None ends within a letter of several bytes, as the
 * library decodes a long name or a pax header piece by piece, and would lose the letter.
 */
async function* readPieces(file: string): AsyncGenerator<Buffer, void> {
  const magic = new Uint8Array(2);
  using head = await Deno.open(file);
  await head.read(magic);
  const raw = createReadStream(file, { highWaterMark: PIECE });
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  // The iteration below hears of what went wrong.
  const source = isGzip ? pipeline(raw, createGunzip({ chunkSize: PIECE }), () => {}) : raw;
  let rest = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = Math.max(0, bytes.length - 1);
    const last = whole - whole % BLOCK;
    let end = last;
    while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= BLOCK;
    // No header is that long: these are a file's bytes.
    if (end === 0 && last > PIECE) end = last;
    yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
  }
  yield rest;
}
