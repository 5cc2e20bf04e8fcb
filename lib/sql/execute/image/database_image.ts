import { isHotJournal, rolledBack } from "./journal_image.ts";

const DATABASE_HEADER_BYTES = 100;
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
// The last bit of the magic number says in which byte order the checksums read the log.
const MAGIC = 0x377f0682;
const FORMAT = 3_007_000;
// The image is held twice for a moment, once here and once by SQLite.
const MAX_IMAGE_BYTES = 1024 * 1024 * 1024;

/** The path of a database's write-ahead log; SQLite puts it beside the file that a link leads to. */
export function walPathOf(dbPath: string): string {
  return `${dbPath}-wal`;
}

/** The path of a database's rollback journal. */
export function journalPathOf(dbPath: string): string {
  return `${dbPath}-journal`;
}

/**
 * Whether a database can only be read as an image: it is in WAL mode, or a transaction did not end and
 * its journal has to be rolled back, which SQLite does by writing.
 *
 * @throws {Error} If the file cannot be read.
 */
export function needsImage(dbPath: string): boolean {
  return isInWalMode(dbPath) || hasHotJournal(dbPath);
}

/** Whether the journal of a transaction that did not end lies beside a database. */
export function hasHotJournal(dbPath: string): boolean {
  return isHotJournal(firstBytes(journalPathOf(dbPath)));
}

function firstBytes(path: string): Uint8Array {
  if (!isFile(path)) return new Uint8Array();
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(1);
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}

/**
 * Whether a database is in WAL mode. SQLite opens one, or one beside a log, only with a `-shm` file
 * that it writes next to it.
 *
 * @throws {Error} If the file cannot be read.
 */
export function isInWalMode(dbPath: string): boolean {
  const header = new Uint8Array(DATABASE_HEADER_BYTES);
  using file = Deno.openSync(dbPath);
  file.readSync(header);
  // Write and read version of the file format: 2 is WAL.
  return header[18] === 2 || header[19] === 2;
}

/**
 * A database as the bytes of a plain database file, as it was committed last: its pages, in WAL mode
 * over them the pages of every committed transaction in its log, and a header that asks for no log;
 * else, where a transaction did not end, the pages that its journal has of before. Where a writer is
 * at work, the image is one of the states that were committed while it was read, or an error.
 *
 * Source: https://sqlite.org/fileformat2.html (4. The Write-Ahead Log)
 *
 * @throws {Error} If the file is too large, or a writer changes it meanwhile.
 */
export function databaseImage(dbPath: string): Uint8Array {
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = databaseStamp(dbPath);
    const paths = [dbPath, walPathOf(dbPath), journalPathOf(dbPath)] as const;
    const [database, log, journal] = paths.map(read) as [Uint8Array, Uint8Array, Uint8Array];
    if (databaseStamp(dbPath) !== before) continue;
    return withoutLog(applied(rolledBack(database, journal, checkSize), log));
  }
  throw new Error("a writer keeps changing the database");
}

function read(path: string): Uint8Array {
  if (!isFile(path)) return new Uint8Array();
  const { size } = Deno.statSync(path);
  checkSize(size);
  return Deno.readFileSync(path);
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_IMAGE_BYTES) return;
  throw new Error(
    `a database in WAL mode, or with a transaction that did not end, is read into memory, and ` +
      `${bytes} bytes are more than ${MAX_IMAGE_BYTES}: set PRAGMA journal_mode = DELETE on a copy`,
  );
}

/** Sizes and times of a database, its log and its journal: another text once either is written to. */
export function databaseStamp(dbPath: string): string {
  return [dbPath, walPathOf(dbPath), journalPathOf(dbPath)].map((path) => {
    const { size, mtime } = found(path) ?? {};
    return `${size} ${mtime?.getTime()}`;
  }).join(" ");
}

/** Whether there is such a file; a link counts as what it leads to. */
export function isFile(path: string): boolean {
  return found(path)?.isFile ?? false;
}

function found(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

function withoutLog(image: Uint8Array): Uint8Array {
  if (image.length >= DATABASE_HEADER_BYTES) image.fill(1, 18, 20);
  return image;
}

function applied(database: Uint8Array, log: Uint8Array): Uint8Array {
  if (log.length < WAL_HEADER_BYTES) return database;
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const magic = view.getUint32(0);
  const pageSize = view.getUint32(8);
  const isPower = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0;
  if ((magic & ~1) >>> 0 !== MAGIC || view.getUint32(4) !== FORMAT || !isPower) return database;
  const { pages, pageCount } = committedPages(view, pageSize, (magic & 1) === 0);
  if (pageCount === 0) return database;
  checkSize(pageCount * pageSize);
  const image = new Uint8Array(pageCount * pageSize);
  image.set(database.subarray(0, image.length));
  for (const [page, at] of pages) {
    if (page <= pageCount) image.set(log.subarray(at, at + pageSize), (page - 1) * pageSize);
  }
  return image;
}

// A frame counts if its salts are the log's and its checksum continues that of the frames before it;
// its transaction is committed if a frame with the database's size in pages follows.
function committedPages(
  view: DataView,
  pageSize: number,
  littleEndian: boolean,
): { readonly pages: ReadonlyMap<number, number>; readonly pageCount: number } {
  const pages = new Map<number, number>();
  let pending: [page: number, at: number][] = [];
  let pageCount = 0;
  let sums = checksum(view, { from: 0, to: 24, littleEndian, sums: [0, 0] });
  if (sums[0] !== view.getUint32(24) || sums[1] !== view.getUint32(28)) return { pages, pageCount };
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  for (let at = WAL_HEADER_BYTES; at + frameBytes <= view.byteLength; at += frameBytes) {
    const sameSalts = view.getUint32(at + 8) === view.getUint32(16) &&
      view.getUint32(at + 12) === view.getUint32(20);
    if (!sameSalts) break;
    sums = checksum(view, { from: at, to: at + 8, littleEndian, sums });
    const content = at + FRAME_HEADER_BYTES;
    sums = checksum(view, { from: content, to: content + pageSize, littleEndian, sums });
    if (sums[0] !== view.getUint32(at + 16) || sums[1] !== view.getUint32(at + 20)) break;
    pending.push([view.getUint32(at), content]);
    const size = view.getUint32(at + 4);
    if (size === 0) continue;
    for (const [page, offset] of pending) pages.set(page, offset);
    pending = [];
    pageCount = size;
  }
  return { pages, pageCount };
}

function checksum(view: DataView, { from, to, littleEndian, sums }: {
  readonly from: number;
  readonly to: number;
  readonly littleEndian: boolean;
  readonly sums: readonly [number, number];
}): readonly [number, number] {
  let [first, second] = sums;
  for (let at = from; at < to; at += 8) {
    first = (first + view.getUint32(at, littleEndian) + second) >>> 0;
    second = (second + view.getUint32(at + 4, littleEndian) + first) >>> 0;
  }
  return [first, second];
}
