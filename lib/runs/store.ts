import { Buffer } from "node:buffer";
import { checkRecord, isSameFile, UsageError, writeFully } from "../ground/mod.ts";
import {
  closeFile,
  followFile,
  type Keyed,
  openFile,
  readBelow,
  type RecordLine,
  type StoreOptions,
} from "./_store_file.ts";
import { storeLine } from "./_store_lines.ts";

export type { Keyed, StoreOptions };

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
   * finite (the message has its field), the disk is full, or the store's file was taken away; the
   * store is as it was before.
   */
  append(records: readonly T[]): void;
  /**
   * Adds the records of another store that are not here. Their lines are written as they are, since
   * reading has checked them.
   *
   * @param from The other store's file.
   * @returns How many records were added.
   * @throws {UsageError} If another process has it open, or it cannot be read, or the disk is full.
   */
  take(from: string): number;
  /** Follows another store that a process writes, to take its records as they come. */
  follow(from: string): StoreFollower<T>;
}

/** A store's way to another one that is written meanwhile; that one is neither locked nor changed. */
export interface StoreFollower<T> extends Disposable {
  /**
   * Adds the records that were written whole since the last time and are not here.
   *
   * @returns All that were written since, those that were here too.
   * @throws {UsageError} If the disk is full.
   */
  take(): readonly T[];
  /** Whether a line was no record: it was left out, and is put aside by `take` of the store. */
  readonly isDamaged: boolean;
}

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
 * @throws {UsageError} If another process has it open, a key is there twice, the file cannot be
 * written, or the path leads over a symbolic link to what is not there.
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
  const { schema } = options;
  const below = readBelow(options);
  const { file, lock, records, droppedBytes, length: there } = openFile(path, options);
  let length = there;

  /** Writes the lines of records that are not here, and tells how many they were. */
  function writeMissing(all: readonly RecordLine<T>[]): number {
    const isMissing = ({ key }: T): boolean => !records.has(key) && !below.has(key);
    const byKey = new Map(
      all.filter(({ record }) => isMissing(record)).map((one) => [one.record.key, one]),
    );
    const missing = [...byKey.values()];
    write(Buffer.concat(missing.map(({ line }) => line)), missing.map(({ record }) => record));
    return missing.length;
  }

  /** Writes lines at the end, and their records count from then on. */
  function write(lines: Uint8Array, added: readonly T[]): void {
    if (added.length === 0) return;
    refuseTakenAway(file, path);
    try {
      file.seekSync(length, Deno.SeekMode.Start);
      writeFully(file, lines, path);
    } catch (error) {
      cutBack(file, length);
      throw error;
    }
    length += lines.length;
    for (const record of added) records.set(record.key, record);
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
      refuseRepeats(added, records, path);
      for (const record of added) checkRecord(schema, record, newRecord(record, path));
      write(new TextEncoder().encode(added.map(storeLine).join("")), added);
    },
    take(from): number {
      const other = openFile(from, options);
      try {
        return writeMissing(
          [...other.records.values()].map((record, i) => ({ record, line: other.lines[i]! })),
        );
      } finally {
        closeFile(other);
      }
    },
    follow(from): StoreFollower<T> {
      const followed = followFile(from, schema);
      return {
        take(): T[] {
          const come = followed.next();
          writeMissing(come);
          return come.map(({ record }) => record);
        },
        get isDamaged(): boolean {
          return followed.isDamaged;
        },
        [Symbol.dispose]: () => followed[Symbol.dispose](),
      };
    },
    [Symbol.dispose]: () => closeFile({ file, lock }),
  };
}

/** How a message names a record that is to be written. */
function newRecord(record: Keyed, path: string): string {
  const name = "id" in record ? record.id : record.key;
  return `the answer to ${JSON.stringify(name)} for ${path}`;
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

/** What is written into a file that lies nowhere any more is lost, and the system does not say so. */
function refuseTakenAway(file: Deno.FsFile, path: string): void {
  if (isSameFile(file, path)) return;
  throw new UsageError(
    `Cannot write ${path}: it was removed or replaced while it was open: run the same command again`,
  );
}

/** Takes back what a failed write left; opening would drop it as a torn line anyway. */
function cutBack(file: Deno.FsFile, length: number): void {
  try {
    file.truncateSync(length);
  } catch {
    // The write's own error is the one to report.
  }
}
