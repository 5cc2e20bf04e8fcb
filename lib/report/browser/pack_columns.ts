import type { Columns, ColumnType } from "./format.ts";

/** A column begins at a multiple of so many bytes, so that it can be looked at where it lies. */
const ALIGNMENT = 4;

/**
 * Columns of numbers as bytes: the length of the head (4 bytes, little-endian), the head (JSON: name,
 * type and length of each column), then the columns, each from a multiple of 4 bytes on,
 * little-endian, as all machines are that run this.
 *
 * @throws {RangeError} If a column is of another type.
 */
export function packColumns(columns: Columns): Uint8Array {
  const entries = Object.entries(columns);
  const head = new TextEncoder().encode(
    JSON.stringify(entries.map(([name, values]) => [name, typeOf(name, values), values.length])),
  );
  const starts: number[] = [];
  let end = aligned(4 + head.length);
  for (const [, { byteLength }] of entries) {
    starts.push(end);
    end = aligned(end + byteLength);
  }
  const bytes = new Uint8Array(end);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  entries.forEach(([, { buffer, byteOffset, byteLength }], i) =>
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), starts[i])
  );
  return bytes;
}

/** The smallest column of whole numbers that has room for the values: they are at least 0. */
export function smallestColumn(
  values: readonly number[] | Uint32Array,
): Uint8Array | Uint16Array | Uint32Array {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  if (most < 2 ** 8) return Uint8Array.from(values);
  return most < 2 ** 16 ? Uint16Array.from(values) : Uint32Array.from(values);
}

function typeOf(name: string, values: unknown): ColumnType {
  if (values instanceof Uint8Array) return "u8";
  if (values instanceof Uint16Array) return "u16";
  if (values instanceof Uint32Array) return "u32";
  if (values instanceof Int16Array) return "i16";
  throw new RangeError(`Cannot pack "${name}" as it is no column of numbers`);
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
