import type { FileHandle } from "node:fs/promises";
import { UsageError } from "../ground/mod.ts";
import { zipName } from "./_zip_name.ts";

/** One entry of a zip file's central directory. */
export interface ZipEntry {
  /** With `/` between its folders. */
  readonly name: string;
  readonly isFolder: boolean;
  /** 0 for stored, 8 for deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  readonly isEncrypted: boolean;
  /** What it is that is neither a file nor a folder, such as a symbolic link. */
  readonly oddKind?: string;
}

const END_SIGNATURE = 0x06054b50;
const END64_LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;

/** Flags: encrypted, encrypted strongly, names masked. */
const ENCRYPTED = 0x1 | 0x40 | 0x2000;
/** DOS's attribute of a folder. */
const DOS_FOLDER = 0x10;
/** Kinds of file by Unix's mode. */
const ODD_KINDS: Readonly<Record<number, string>> = {
  0o120000: "a symbolic link",
  0o020000: "a device",
  0o060000: "a device",
  0o010000: "a pipe",
  0o140000: "a socket",
};

/** The end record is 22 bytes and a comment of at most 65535. */
const LONGEST_TAIL = 22 + 0xffff;

/**
 * Reads the directory at the end of a zip file.
 *
 * @throws {UsageError} If there is none, or it is damaged: the file is no zip file or cut short.
 */
export async function readZipDirectory(handle: FileHandle, file: string): Promise<ZipEntry[]> {
  const fault = (what: string): UsageError =>
    new UsageError(`Cannot unpack ${file}: ${what}: the file may be cut short, fetch it again`);
  const { size } = await handle.stat();
  async function read(start: number, length: number): Promise<DataView> {
    if (start < 0 || length < 0 || start + length > size) throw fault("its directory is damaged");
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
      if (bytesRead === 0) throw fault("its directory is damaged");
      filled += bytesRead;
    }
    return new DataView(bytes.buffer);
  }

  const tailStart = Math.max(0, size - LONGEST_TAIL);
  const tail = await read(tailStart, size - tailStart);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw fault("it has no zip directory");
  const disk = tail.getUint16(end + 4, true);
  if (disk !== 0 && disk !== 0xffff) {
    throw new UsageError(`Cannot unpack ${file}: it is one part of several: join them first`);
  }
  let count = tail.getUint16(end + 10, true);
  let length = tail.getUint32(end + 12, true);
  let offset = tail.getUint32(end + 16, true);
  const locator = tailStart + end - 20;
  if (locator >= 0 && (count === 0xffff || length === 0xffffffff || offset === 0xffffffff)) {
    const found = await read(locator, 20);
    if (found.getUint32(0, true) === END64_LOCATOR_SIGNATURE) {
      const end64 = await read(Number(found.getBigUint64(8, true)), 56);
      if (end64.getUint32(0, true) !== END64_SIGNATURE) throw fault("its directory is damaged");
      count = Number(end64.getBigUint64(32, true));
      length = Number(end64.getBigUint64(40, true));
      offset = Number(end64.getBigUint64(48, true));
    }
  }
  const directory = await read(offset, length);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > length || directory.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw fault("its directory is damaged");
    }
    const next = at + 46 + directory.getUint16(at + 28, true) + directory.getUint16(at + 30, true) +
      directory.getUint16(at + 32, true);
    if (next > length) throw fault("its directory is damaged");
    entries.push(parseEntry(directory, at));
    at = next;
  }
  return entries;
}

function parseEntry(directory: DataView, at: number): ZipEntry {
  const nameLength = directory.getUint16(at + 28, true);
  const extraLength = directory.getUint16(at + 30, true);
  const extraStart = at + 46 + nameLength;
  // The zip64 field has, in this order, whichever of the three did not fit their 32 bits.
  const fields = [24, 20, 42].map((place) => directory.getUint32(at + place, true));
  for (let extra = extraStart; extra + 4 <= extraStart + extraLength;) {
    const id = directory.getUint16(extra, true);
    const length = directory.getUint16(extra + 2, true);
    let value = extra + 4;
    const stop = Math.min(value + length, extraStart + extraLength);
    for (let i = 0; id === 1 && i < fields.length; i++) {
      if (fields[i] !== 0xffffffff || value + 8 > stop) continue;
      fields[i] = Number(directory.getBigUint64(value, true));
      value += 8;
    }
    extra += 4 + length;
  }
  const name = zipName(new Uint8Array(directory.buffer, at + 46, nameLength));
  const attributes = directory.getUint32(at + 38, true);
  const unixKind = (attributes >>> 16) & 0o170000;
  const oddKind = ODD_KINDS[unixKind];
  const size = fields[0]!;
  const saysFolder = unixKind === 0o040000 || (attributes & DOS_FOLDER) !== 0;
  return {
    name,
    isFolder: name.endsWith("/") || (size === 0 && saysFolder),
    method: directory.getUint16(at + 10, true),
    crc: directory.getUint32(at + 16, true),
    size,
    packedSize: fields[1]!,
    offset: fields[2]!,
    isEncrypted: (directory.getUint16(at + 8, true) & ENCRYPTED) !== 0,
    ...(oddKind === undefined ? {} : { oddKind }),
  };
}
