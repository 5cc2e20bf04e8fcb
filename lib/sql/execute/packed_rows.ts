import type { Row, SqlValue } from "../value.ts";

/**
 * What a value's first byte says of it. Every value has exactly one packed form, so that two results
 * are the same value by value and type by type exactly if their bytes are the same.
 */
export const PACKED = { null: 0, int32: 1, int64: 2, real: 3, text: 4, blob: 5 } as const;

const FIRST_CAPACITY = 1024;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The rows of a result as bytes: one tag a value, then 4 or 8 bytes of a number, or a length of 4
 * bytes and the bytes of a text (UTF-8) or a blob. A result of millions of values takes some bytes
 * each here and hundreds as values, so results travel, wait and are compared in this form.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(packRows([[1n, "a", null]], 3).rows(), [[1n, "a", null]]);
 * ```
 */
export class PackedRows {
  /** The values of all rows, one after another. */
  readonly bytes: Uint8Array;
  readonly rowCount: number;
  readonly columnCount: number;

  /** Wraps bytes that a {@linkcode RowPacker} made. */
  constructor(bytes: Uint8Array, shape: Pick<PackedRows, "rowCount" | "columnCount">) {
    this.bytes = bytes;
    this.rowCount = shape.rowCount;
    this.columnCount = shape.columnCount;
  }

  /** Values of all rows together. */
  get valueCount(): number {
    return this.rowCount * this.columnCount;
  }

  /** The values again, made anew at each call. */
  rows(): readonly Row[] {
    const view = viewOf(this.bytes);
    let at = 0;
    return Array.from(
      { length: this.rowCount },
      () =>
        Array.from({ length: this.columnCount }, () => {
          const value = unpackedValue(this.bytes, view, at);
          at = endOfValue(this.bytes, view, at);
          return value;
        }),
    );
  }
}

/** Packs rows that are all at hand. */
export function packRows(rows: readonly Row[], columnCount: number): PackedRows {
  const packer = new RowPacker();
  for (const row of rows) packer.add(row);
  return packer.finish(columnCount);
}

/** A view of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the value after the one at `at` begins. */
export function endOfValue(bytes: Uint8Array, view: DataView, at: number): number {
  switch (bytes[at]) {
    case PACKED.null:
      return at + 1;
    case PACKED.int32:
      return at + 5;
    case PACKED.int64:
    case PACKED.real:
      return at + 9;
    default:
      return at + 5 + view.getUint32(at + 1, true);
  }
}

/** The value whose tag is at `at`. */
export function unpackedValue(bytes: Uint8Array, view: DataView, at: number): SqlValue {
  switch (bytes[at]) {
    case PACKED.null:
      return null;
    case PACKED.int32:
      return BigInt(view.getInt32(at + 1, true));
    case PACKED.int64:
      return view.getBigInt64(at + 1, true);
    case PACKED.real:
      return view.getFloat64(at + 1, true);
    default: {
      const content = bytes.subarray(at + 5, endOfValue(bytes, view, at));
      return bytes[at] === PACKED.text ? DECODER.decode(content) : content.slice();
    }
  }
}

/** Packs rows one after another. */
export class RowPacker {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = viewOf(this.#bytes);
  #length = 0;
  #rowCount = 0;

  /** Adds one row. */
  add(row: Row): void {
    this.#rowCount++;
    for (const value of row) {
      if (this.#length + 9 > this.#bytes.length) this.#grow(9);
      // Most values are these; a loop that runs a few times is never compiled, so calls count.
      if (typeof value === "bigint") {
        const number = Number(value);
        const isShort = number === (number | 0);
        const at = this.#length;
        this.#bytes[at] = isShort ? PACKED.int32 : PACKED.int64;
        if (isShort) this.#view.setInt32(at + 1, number, true);
        else this.#view.setBigInt64(at + 1, value, true);
        this.#length = at + (isShort ? 5 : 9);
      } else if (typeof value === "string") this.#addText(value);
      else this.#addOther(value);
    }
  }

  /** The rows that were added. */
  finish(columnCount: number): PackedRows {
    return new PackedRows(this.#bytes.subarray(0, this.#length), {
      rowCount: this.#rowCount,
      columnCount,
    });
  }

  #addText(text: string): void {
    // A UTF-16 unit takes at most three bytes.
    const most = 5 + 3 * text.length;
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    const start = this.#length + 5;
    const { written } = ENCODER.encodeInto(text, this.#bytes.subarray(start));
    this.#addHead(PACKED.text, written);
    this.#length += written;
  }

  #addOther(value: Exclude<SqlValue, bigint | string>): void {
    if (value === null) {
      this.#bytes[this.#length++] = PACKED.null;
    } else if (typeof value === "number") {
      this.#bytes[this.#length] = PACKED.real;
      this.#view.setFloat64(this.#length + 1, value, true);
      this.#length += 9;
    } else {
      if (this.#length + 5 + value.length > this.#bytes.length) this.#grow(5 + value.length);
      this.#addHead(PACKED.blob, value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
    }
  }

  #addHead(tag: number, length: number): void {
    this.#bytes[this.#length] = tag;
    this.#view.setUint32(this.#length + 1, length, true);
    this.#length += 5;
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#length + more, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}
