import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  checkRecord,
  explainWriteError,
  firstOf,
  lockFile,
  type Schema,
  UsageError,
  writeAtomic,
  writeFully,
} from "../ground/mod.ts";
import { readStoreLine, storeLine } from "./_store_lines.ts";

/** What a store holds: a record with the key that says what determines it. */
export interface Keyed {
  /** Unique within a store, as `contentKey` makes it. */
  readonly key: string;
}

/** An append-only file of records, one JSON a line, held open by one process. */
export interface SampleStore<T extends Keyed> extends Disposable {
  /** How many records it holds. */
  readonly size: number;
  /** Bytes of a torn last line that opening dropped; 0 after an orderly end. */
  readonly droppedBytes: number;
  /** Whether there is a record with the key. */
  has(key: string): boolean;
  /** The record with the key. */
  get(key: string): T | undefined;
  /** All records, in the order in which they were appended. */
  values(): IterableIterator<T>;
  /**
   * Adds records, such as those of one batch, and returns when they are on the disk.
   *
   * @throws {RangeError} If a key is in the store already or twice in the list; nothing is written.
   * @throws {UsageError} If a record would not be read again, such as one with a number that is not
   * finite (the message has its field), or the disk is full; the store is as it was before.
   */
  append(records: readonly T[]): void;
}

/** Options of {@linkcode openStore}. */
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

/**
 * Opens a file of samples for reading and appending; makes it and its folder if need be.
 *
 * A process that is killed in the midst of a batch leaves at most one torn line, the last: it is
 * dropped, the rest is kept, and the run goes on with what is missing. What `append` returned from
 * is on the disk.
 *
 * Each line has a checksum. A line that was changed since, or is no record, is not used: it is told
 * of, moved to `<path>.dropped`, and its record is asked for again.
 *
 * @param path A `.jsonl` file.
 * @throws {UsageError} If another process has it open, a key is there twice, or the file cannot be
 * written.
 *
 * @example A run that is started twice does its work once
 * ```ts
 * import { type MmluSample, SAMPLES } from "./measures/measures.ts";
 * import { contentKey } from "../ground/mod.ts";
 * import { openStore } from "./store.ts";
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/samples.jsonl`;
 * const key = contentKey({ model: "m", tokens: [1, 2, 3] });
 * for (const missing of [1, 0]) {
 *   using store = openStore<MmluSample>(path, { schema: SAMPLES.mmlu });
 *   assert.equal(store.has(key) ? 0 : 1, missing);
 *   if (store.has(key)) continue;
 *   store.append([{
 *     key,
 *     id: "astronomy-0",
 *     subject: "astronomy",
 *     category: "STEM",
 *     variant: "base",
 *     promptHash: "0".repeat(64),
 *     promptTokens: 3,
 *     logProbs: [-1.2, -1.4, -1.5, -1.6],
 *   }]);
 * }
 * ```
 */
export function openStore<T extends Keyed>(path: string, options: StoreOptions<T>): SampleStore<T> {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw explainWriteError(error, path);
  }
  const lock = lockFile(path);
  const held: Held<T> = { file: undefined, lock, ...options };
  try {
    held.file = openData(path);
    return readStore(path, held);
  } catch (error) {
    held.file?.close();
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

interface Held<T> extends StoreOptions<T> {
  file: Deno.FsFile | undefined;
  readonly lock: Disposable;
}

function readStore<T extends Keyed>(path: string, held: Held<T>): SampleStore<T> {
  const { lock, schema } = held;
  let file = held.file!;
  const bytes = readAll(file);
  // A record counts from its line's end on, so that half a number is never taken for a number.
  let length = bytes.lastIndexOf(0x0a) + 1;
  const droppedBytes = bytes.length - length;
  if (droppedBytes > 0) file.truncateSync(length);
  const { records, kept, dropped } = parseRecords(bytes.subarray(0, length), path, held);
  const below = readBelow(held);
  if (dropped.length > 0) {
    file.close();
    held.file = undefined;
    putAside(path, { kept, dropped });
    held.file = file = openData(path);
    length = sizeOf(kept);
  }

  return {
    droppedBytes,
    get size(): number {
      return records.size;
    },
    has: (key) => records.has(key) || below.has(key),
    get: (key) => records.get(key) ?? below.get(key),
    values: () => records.values(),
    append(added): void {
      if (added.length === 0) return;
      refuseRepeats(added, records, path);
      for (const record of added) checkRecord(schema, record, newRecord(record, path));
      const encoded = new TextEncoder().encode(added.map(storeLine).join(""));
      try {
        file.seekSync(length, Deno.SeekMode.Start);
        writeFully(file, encoded, path);
      } catch (error) {
        cutBack(file, length);
        throw error;
      }
      length += encoded.length;
      for (const record of added) records.set(record.key, record);
    },
    [Symbol.dispose](): void {
      file.close();
      lock[Symbol.dispose]();
    },
  };
}

/** The records of the store below, as far as it is whole; none where there is no such file. */
function readBelow<T extends Keyed>({ below, schema }: Held<T>): ReadonlyMap<string, T> {
  if (below === undefined || !existsSync(below)) return new Map();
  const bytes = Deno.readFileSync(below);
  return parseRecords(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1), below, { schema }).records;
}

/** How a message names a record that is to be written. */
function newRecord(record: Keyed, path: string): string {
  const name = "id" in record ? record.id : record.key;
  return `the answer to ${JSON.stringify(name)} for ${path}`;
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
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const end = bytes.indexOf(0x0a, start);
    const line = bytes.subarray(start, end + 1);
    const place = `${path}, line ${number}`;
    const read = readStoreLine(bytes.subarray(start, end), place, schema);
    start = end + 1;
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

function refuseRepeats<T extends Keyed>(
  added: readonly T[],
  records: ReadonlyMap<string, T>,
  path: string,
): void {
  const keys = new Set<string>();
  for (const { key } of added) {
    if (records.has(key) || keys.has(key)) {
      throw new RangeError(`Cannot append to ${path} as a key is there already: ${key}`);
    }
    keys.add(key);
  }
}

/** Takes back what a failed write left; opening would drop it as a torn line anyway. */
function cutBack(file: Deno.FsFile, length: number): void {
  try {
    file.truncateSync(length);
  } catch {
    // The write's own error is the one to report.
  }
}
