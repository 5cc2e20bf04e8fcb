import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  explainWriteError,
  firstOf,
  lockFile,
  realPath,
  refuseDanglingLink,
  type Schema,
  UsageError,
  writeAtomic,
  writeFully,
} from "../ground/mod.ts";
import { readStoreLine } from "./_store_lines.ts";

/** What a store holds: a record with the key that says what determines it. */
export interface Keyed {
  /** Unique within a store, as `contentKey` makes it. */
  readonly key: string;
}

/** Options of `openStore`. */
export interface StoreOptions<T> {
  /** What each record is, read or appended, such as `SAMPLES.sql`. */
  readonly schema: Schema<T>;
  /** Is told in a line of each damaged line, which is not used, and of where it is kept. */
  readonly onDropped?: (note: string) => void;
  /** Another store whose records count as there; it is read once, not locked and left as it is. */
  readonly below?: string;
}

/** So many damaged lines are named each, the rest by number. */
const NAMED_LINES = 5;

/** A store's file, open and locked. */
export interface OpenFile<T> {
  readonly file: Deno.FsFile;
  readonly lock: Disposable;
  /** What it holds. */
  readonly records: Map<string, T>;
  /** The line of each record in their order, with its line break. */
  readonly lines: readonly Uint8Array[];
  /** Bytes of the lines. */
  readonly length: number;
  /** Bytes of a torn last line that was dropped. */
  readonly droppedBytes: number;
}

/**
 * Holds a store, so that one process at a time writes it; two links to one file are one store.
 *
 * @throws {UsageError} If another process holds it; the message has that process's id.
 */
export function lockStore(path: string): Disposable {
  return lockFile(realPath(path));
}

/** Opens a store's file; a torn last line is cut off, damaged ones are put aside. */
export function openFile<T extends Keyed>(path: string, options: StoreOptions<T>): OpenFile<T> {
  // not an empty one made at its target: what was stored may be on a disk that is not mounted
  refuseDanglingLink(path);
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw explainWriteError(error, path);
  }
  const lock = lockStore(path);
  let file: Deno.FsFile | undefined;
  try {
    file = openData(path);
    const bytes = readAll(file);
    // A record counts from its line's end on, so that half a number is never taken for a number.
    const length = bytes.lastIndexOf(0x0a) + 1;
    const droppedBytes = bytes.length - length;
    if (droppedBytes > 0) file.truncateSync(length);
    const { records, kept: lines, dropped } = parseRecords(
      bytes.subarray(0, length),
      path,
      options,
    );
    if (dropped.length === 0) return { file, lock, records, lines, length, droppedBytes };
    file.close();
    file = undefined;
    putAside(path, { kept: lines, dropped });
    file = openData(path);
    return { file, lock, records, lines, length: sizeOf(lines), droppedBytes };
  } catch (error) {
    file?.close();
    lock[Symbol.dispose]();
    throw error;
  }
}

function openData(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

/** Closes a store's file, and others may open it. */
export function closeFile({ file, lock }: Pick<OpenFile<unknown>, "file" | "lock">): void {
  file.close();
  lock[Symbol.dispose]();
}

/** The records of the store below, as far as it is whole; none where there is no such file. */
export function readBelow<T extends Keyed>(
  { below, schema }: StoreOptions<T>,
): ReadonlyMap<string, T> {
  if (below === undefined || !existsSync(below)) return new Map();
  const bytes = Deno.readFileSync(below);
  return parseRecords(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1), below, { schema }).records;
}

/** Reads as many bytes as the file says it has: a device such as /dev/full has none and no end. */
function readAll(file: Deno.FsFile): Uint8Array {
  const bytes = new Uint8Array(file.statSync().size);
  let done = 0;
  while (done < bytes.length) {
    const read = file.readSync(bytes.subarray(done));
    if (read === null) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

interface Parsed<T> {
  readonly records: Map<string, T>;
  /** The lines of the records, and those that are no records, with their line breaks. */
  readonly kept: readonly Uint8Array[];
  readonly dropped: readonly Uint8Array[];
}

function parseRecords<T extends Keyed>(
  bytes: Uint8Array,
  path: string,
  { schema, onDropped }: StoreOptions<T>,
): Parsed<T> {
  const records = new Map<string, T>();
  const kept: Uint8Array[] = [];
  const dropped: Uint8Array[] = [];
  const reasons: string[] = [];
  let number = 0;
  for (const line of wholeLines(bytes)) {
    const place = `${path}, line ${++number}`;
    const read = readStoreLine(line.subarray(0, -1), place, schema);
    if ("damage" in read) {
      dropped.push(line);
      reasons.push(`line ${number} (${read.damage})`);
      continue;
    }
    const { record } = read;
    if (records.has(record.key)) {
      throw new UsageError(
        `Cannot use ${place}: a record with key ${record.key} is there twice: delete one`,
      );
    }
    records.set(record.key, record);
    kept.push(line);
  }
  if (reasons.length > 0) onDropped?.(droppedNote(path, reasons));
  return { records, kept, dropped };
}

/** The lines of bytes that end with one, each with its line break. */
function* wholeLines(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start) + 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}

function droppedNote(path: string, reasons: readonly string[]): string {
  const named = firstOf(reasons, NAMED_LINES);
  return `${path}: not used and asked again: ${named}: kept in ${path}.dropped`;
}

/** Takes damaged lines out of a store, and keeps them for whoever wants to know what happened. */
function putAside(
  path: string,
  { kept, dropped }: Pick<Parsed<unknown>, "kept" | "dropped">,
): void {
  const aside = `${path}.dropped`;
  try {
    using file = Deno.openSync(aside, { append: true, create: true });
    writeFully(file, Buffer.concat(dropped), aside);
  } catch (error) {
    throw explainWriteError(error, aside);
  }
  writeAtomic(Deno.realPathSync(path), Buffer.concat(kept));
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** A record and its line, with its line break. */
export interface RecordLine<T> {
  /** What the line says. */
  readonly record: T;
  /** Its bytes. */
  readonly line: Uint8Array;
}

/** A file of records that another process writes, read as far as its lines are whole. */
export interface FileFollower<T> extends Disposable {
  /** The records that have come since the last time. */
  next(): readonly RecordLine<T>[];
  /** Whether a line was no record; it was left out. */
  readonly isDamaged: boolean;
}

/** Follows a file, which is not there yet or grows; it is neither locked nor changed. */
export function followFile<T>(path: string, schema: Schema<T>): FileFollower<T> {
  let file: Deno.FsFile | undefined;
  let done = 0;
  let isDamaged = false;

  function read(): Uint8Array {
    file ??= openThere(path);
    const bytes = new Uint8Array(Math.max(0, (file?.statSync().size ?? 0) - done));
    if (bytes.length === 0) return bytes;
    file!.seekSync(done, Deno.SeekMode.Start);
    const length = file!.readSync(bytes) ?? 0;
    return bytes.subarray(0, bytes.lastIndexOf(0x0a, length - 1) + 1);
  }

  return {
    next(): RecordLine<T>[] {
      const bytes = read();
      done += bytes.length;
      const records: RecordLine<T>[] = [];
      for (const line of wholeLines(bytes)) {
        const said = readStoreLine(line.subarray(0, -1), path, schema);
        if ("damage" in said) isDamaged = true;
        else records.push({ record: said.record, line });
      }
      return records;
    },
    get isDamaged(): boolean {
      return isDamaged;
    },
    [Symbol.dispose]: () => file?.close(),
  };
}

function openThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
