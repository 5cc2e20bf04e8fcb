import { dirname } from "node:path";
import { lockFile } from "./_lock_file.ts";
import type { Check } from "./check_json.ts";
import { parseJson } from "./parse_json_file.ts";
import { UsageError } from "./usage_error.ts";
import { explainWriteError, writeFully } from "./write_fully.ts";

/** What a store holds: a record with the key that says what determines it. */
export interface Keyed {
  /** Unique within a store, as `contentKey` makes it. */
  readonly key: string;
}

/** An append-only file of records, one JSON a line, held open by one process. */
export interface SampleStore<T extends Keyed> extends Disposable {
  /** The file. */
  readonly path: string;
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
   * @throws {UsageError} If the disk is full; the store is as it was before.
   */
  append(records: readonly T[]): void;
}

/** Options of {@linkcode openStore}. */
export interface StoreOptions<T> {
  /** Looks at each record of an existing file, such as `checkSqlSample`. */
  readonly check: Check<T>;
}

/**
 * Opens a file of samples for reading and appending; makes it and its folder if need be.
 *
 * A process that is killed in the midst of a batch leaves at most one torn line, the last: it is
 * dropped, the rest is kept, and the run goes on with what is missing. What `append` returned from
 * is on the disk.
 *
 * @param path A `.jsonl` file.
 * @throws {UsageError} If another process has it open, a line within is not a record, a key is
 * there twice, or the file cannot be written.
 *
 * @example A run that is started twice does its work once
 * ```ts
 * import { checkMmluSample, type MmluSample } from "./samples.ts";
 * import { contentKey } from "./canonical_json.ts";
 * import { openStore } from "./store.ts";
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/samples.jsonl`;
 * const key = contentKey({ model: "m", tokens: [1, 2, 3] });
 * for (const missing of [1, 0]) {
 *   using store = openStore<MmluSample>(path, { check: checkMmluSample });
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
  let file: Deno.FsFile | undefined;
  try {
    file = openData(path);
    return readStore(path, { file, lock, check: options.check });
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

interface Held<T> {
  readonly file: Deno.FsFile;
  readonly lock: Disposable;
  readonly check: Check<T>;
}

function readStore<T extends Keyed>(path: string, held: Held<T>): SampleStore<T> {
  const { file, lock, check } = held;
  const bytes = readAll(file);
  // A record counts from its line's end on, so that half a number is never taken for a number.
  let length = bytes.lastIndexOf(0x0a) + 1;
  const droppedBytes = bytes.length - length;
  if (droppedBytes > 0) file.truncateSync(length);
  const records = parseRecords(bytes.subarray(0, length), path, check);

  return {
    path,
    droppedBytes,
    get size(): number {
      return records.size;
    },
    has: (key) => records.has(key),
    get: (key) => records.get(key),
    values: () => records.values(),
    append(added): void {
      if (added.length === 0) return;
      refuseRepeats(added, records, path);
      const lines = added.map((record) => `${JSON.stringify(record)}\n`).join("");
      const encoded = new TextEncoder().encode(lines);
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

function parseRecords<T extends Keyed>(
  bytes: Uint8Array,
  path: string,
  check: Check<T>,
): Map<string, T> {
  const records = new Map<string, T>();
  const lines = new TextDecoder().decode(bytes).split("\n").slice(0, -1);
  lines.forEach((line, i) => {
    const place = { file: `${path}, line ${i + 1}`, keyPath: "" };
    const record = check(parseJson(line, place.file), place);
    if (records.has(record.key)) {
      throw new UsageError(
        `Cannot use ${place.file}: a record with key ${record.key} is there twice: delete one`,
      );
    }
    records.set(record.key, record);
  });
  return records;
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
