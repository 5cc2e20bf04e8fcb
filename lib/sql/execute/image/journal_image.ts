const MAGIC = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7] as const;
const HEADER_BYTES = 28;
// A count that was never written: the records reach to the journal's end.
const UNKNOWN_COUNT = 0xffff_ffff;
const CHECKSUM_STEP = 200;
// SQLite locks the bytes of this page, and no journal has it.
const PENDING_BYTE = 0x4000_0000;

/**
 * Whether a rollback journal is one of a transaction that did not end: a journal that is done with is
 * deleted, emptied or begins with a zero.
 */
export function isHotJournal(journal: Uint8Array): boolean {
  return journal.length > 0 && journal[0] !== 0;
}

/**
 * A database as SQLite makes it of a file and the journal of a transaction that did not end: the pages
 * as they were before, and as many. What is no whole record of the journal's ends it, as in SQLite.
 *
 * @param database The bytes of the file; pages are changed in place.
 * @param journal The bytes of the journal; one that is not hot changes nothing.
 * @param checkSize Throws where so many bytes are too many: a damaged journal may name any number.
 * @throws {Error} `checkSize`'s.
 *
 * Source: https://sqlite.org/fileformat2.html (3. The Rollback Journal)
 */
export function rolledBack(
  database: Uint8Array,
  journal: Uint8Array,
  checkSize: (bytes: number) => void,
): Uint8Array {
  const view = new DataView(journal.buffer, journal.byteOffset, journal.byteLength);
  let image = database;
  let at = 0;
  for (let isFirst = true; hasHeader(journal, at); isFirst = false) {
    const count = view.getUint32(at + 8);
    const nonce = view.getUint32(at + 12);
    const pages = view.getUint32(at + 16);
    const sectorBytes = view.getUint32(at + 20);
    const pageBytes = view.getUint32(at + 24);
    if (!isPower(pageBytes, 512, 65_536) || !isPower(sectorBytes, 32, 65_536)) return image;
    if (isFirst) {
      checkSize(pages * pageBytes);
      image = resized(image, pages * pageBytes);
    }
    const end = playBack({ journal, view, image, from: at + sectorBytes, count, nonce, pageBytes });
    if (end === undefined) return image;
    at = Math.ceil(end / sectorBytes) * sectorBytes;
  }
  return image;
}

function hasHeader(journal: Uint8Array, at: number): boolean {
  return at + HEADER_BYTES <= journal.length &&
    MAGIC.every((byte, offset) => journal[at + offset] === byte);
}

function isPower(value: number, least: number, most: number): boolean {
  return value >= least && value <= most && (value & (value - 1)) === 0;
}

function resized(image: Uint8Array, bytes: number): Uint8Array {
  if (bytes <= image.length) return image.subarray(0, bytes);
  const larger = new Uint8Array(bytes);
  larger.set(image);
  return larger;
}

/** Puts the pages of one header's records back; gives where they end, `undefined` at a broken one. */
function playBack({ journal, view, image, from, count, nonce, pageBytes }: {
  readonly journal: Uint8Array;
  readonly view: DataView;
  readonly image: Uint8Array;
  readonly from: number;
  readonly count: number;
  readonly nonce: number;
  readonly pageBytes: number;
}): number | undefined {
  const recordBytes = pageBytes + 8;
  const most = Math.floor((journal.length - from) / recordBytes);
  const records = count === UNKNOWN_COUNT ? most : count;
  for (let record = 0; record < records; record++) {
    const at = from + record * recordBytes;
    if (at + recordBytes > journal.length) return undefined;
    const page = view.getUint32(at);
    const content = journal.subarray(at + 4, at + 4 + pageBytes);
    if (page === 0 || page === PENDING_BYTE / pageBytes + 1) return undefined;
    if (checksum(content, nonce) !== view.getUint32(at + 4 + pageBytes)) return undefined;
    const offset = (page - 1) * pageBytes;
    if (offset + pageBytes <= image.length) image.set(content, offset);
  }
  return from + records * recordBytes;
}

function checksum(content: Uint8Array, nonce: number): number {
  let sum = nonce;
  for (let at = content.length - CHECKSUM_STEP; at > 0; at -= CHECKSUM_STEP) sum += content[at]!;
  return sum >>> 0;
}
