import type { Row, SqlValue } from "../../value.ts";

/**
 * What a value's first byte says of it. Every value has exactly one packed form, so that two results
 * are the same value by value and type by type exactly if their bytes are the same.
 */
export const PACKED = { null: 0, int32: 1, int64: 2, real: 3, text: 4, blob: 5 } as const;

/** Bytes before the heads of the values: the length of all heads. */
const LENGTH_BYTES = 4;
const FIRST_CAPACITY = 1024;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The rows of a result as bytes: first a head for each value, a tag and then the 4 or 8 bytes of a
 * number, or the length of a text or blob in 4 bytes; behind all heads the bytes of all texts (UTF-8)
 * and blobs. A result of millions of values takes some bytes each here and hundreds as values, so
 * results travel, wait and are compared in this form. Small ones travel as JSON, which a process that
 * has just been started makes in less time, and are packed when somebody asks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(packRows([[1n, "a", null]], 3).rows(), [[1n, "a", null]]);
 * ```
 */
export class PackedRows {
  /** How many rows it has. */
  readonly rowCount: number;
  /** How many values a row has. */
  readonly columnCount: number;
  #bytes: Uint8Array | undefined;
  /** The rows as JSON, where they came as that. */
  readonly #json: Uint8Array | undefined;

  /** Wraps bytes that a {@linkcode RowPacker} or {@linkcode jsonOfRows} made. */
  constructor(
    content: { readonly packed: Uint8Array } | { readonly json: Uint8Array },
    shape: Pick<PackedRows, "rowCount" | "columnCount">,
  ) {
    this.#bytes = "packed" in content ? content.packed : undefined;
    this.#json = "json" in content ? content.json : undefined;
    this.rowCount = shape.rowCount;
    this.columnCount = shape.columnCount;
  }

  /** The values of all rows, one after another. */
  get bytes(): Uint8Array {
    return this.#bytes ??= packRows(rowsOfJson(this.#json!), this.columnCount).bytes;
  }

  /** Bytes that it takes. */
  get byteLength(): number {
    return (this.#bytes?.length ?? 0) + (this.#json?.length ?? 0);
  }

  /** Whether two results are the same value by value and type by type, in order. */
  isSameAs(other: PackedRows): boolean {
    if (this === other) return true;
    if (this.rowCount !== other.rowCount || this.columnCount !== other.columnCount) return false;
    const [a, b] = this.#json !== undefined && other.#json !== undefined
      ? [this.#json, other.#json]
      : [this.bytes, other.bytes];
    if (a.length !== b.length) return false;
    for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
    return true;
  }

  /** Values of all rows together. */
  get valueCount(): number {
    return this.rowCount * this.columnCount;
  }

  /** The values again, made anew at each call. */
  rows(): readonly Row[] {
    if (this.#json !== undefined) return rowsOfJson(this.#json);
    const view = viewOf(this.bytes);
    let { head, content } = startOfValues(view);
    return Array.from(
      { length: this.rowCount },
      () =>
        Array.from({ length: this.columnCount }, () => {
          const tag = this.bytes[head]!;
          const length = contentLength(tag, view, head);
          const value = length === undefined
            ? numberAt(tag, view, head)
            : contentOf(tag, this.bytes.subarray(content, content + length));
          head += HEAD_BYTES[tag]!;
          content += length ?? 0;
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

/** Where the first value's head and the first content begin. */
export function startOfValues(
  view: DataView,
): { readonly head: number; readonly content: number } {
  return { head: LENGTH_BYTES, content: LENGTH_BYTES + view.getUint32(0, true) };
}

/** Bytes of a value's head by its tag. */
export const HEAD_BYTES: readonly number[] = [1, 5, 9, 9, 5, 5];

/** Bytes of a text or blob; `undefined` for any other value. */
export function contentLength(tag: number, view: DataView, head: number): number | undefined {
  return tag >= PACKED.text ? view.getUint32(head + 1, true) : undefined;
}

/** The text or blob of these bytes. */
export function contentOf(tag: number, bytes: Uint8Array): string | Uint8Array {
  return tag === PACKED.text ? DECODER.decode(bytes) : bytes.slice();
}

function numberAt(tag: number, view: DataView, head: number): SqlValue {
  if (tag === PACKED.null) return null;
  if (tag === PACKED.int32) return BigInt(view.getInt32(head + 1, true));
  return tag === PACKED.int64 ? view.getBigInt64(head + 1, true) : view.getFloat64(head + 1, true);
}

/** Packs rows one after another. */
export class RowPacker {
  #heads = new Uint8Array(FIRST_CAPACITY);
  #view = viewOf(this.#heads);
  #length = LENGTH_BYTES;
  #rowCount = 0;
  readonly #contents: (string | Uint8Array)[] = [];
  #hasBlob = false;
  /** Where the length of each content stands. */
  readonly #places: number[] = [];

  /** Adds one row. */
  add(row: Row): void {
    this.#rowCount++;
    for (const value of row) {
      if (this.#length + 9 > this.#heads.length) this.#grow();
      const at = this.#length;
      // A loop that runs a few times is never compiled, so every call counts.
      if (typeof value === "string") {
        this.#heads[at] = PACKED.text;
        // Right where each character is a byte; else it is corrected at the end.
        this.#view.setUint32(at + 1, value.length, true);
        this.#contents.push(value);
        this.#places.push(at + 1);
        this.#length = at + 5;
      } else if (typeof value === "bigint") {
        const number = Number(value);
        const isShort = number === (number | 0);
        this.#heads[at] = isShort ? PACKED.int32 : PACKED.int64;
        if (isShort) this.#view.setInt32(at + 1, number, true);
        else this.#view.setBigInt64(at + 1, value, true);
        this.#length = at + (isShort ? 5 : 9);
      } else if (value === null) {
        this.#heads[at] = PACKED.null;
        this.#length = at + 1;
      } else if (typeof value === "number") {
        this.#heads[at] = PACKED.real;
        this.#view.setFloat64(at + 1, value, true);
        this.#length = at + 9;
      } else {
        this.#heads[at] = PACKED.blob;
        this.#hasBlob = true;
        this.#contents.push(value);
        this.#places.push(at + 1);
        this.#length = at + 5;
      }
    }
  }

  /** The rows that were added. */
  finish(columnCount: number): PackedRows {
    this.#view.setUint32(0, this.#length - LENGTH_BYTES, true);
    const contents = this.#plainText() ?? this.#encodedOneByOne();
    const bytes = new Uint8Array(this.#length + contents.length);
    bytes.set(this.#heads.subarray(0, this.#length));
    bytes.set(contents, this.#length);
    return new PackedRows({ packed: bytes }, { rowCount: this.#rowCount, columnCount });
  }

  // All contents encoded at once, if all are texts in which each character is a byte.
  #plainText(): Uint8Array | undefined {
    if (this.#hasBlob) return undefined;
    const text = this.#contents.join("");
    const bytes = ENCODER.encode(text);
    return bytes.length === text.length ? bytes : undefined;
  }

  #encodedOneByOne(): Uint8Array {
    const encoded = this.#contents.map((content, index) => {
      const bytes = typeof content === "string" ? ENCODER.encode(content) : content;
      this.#view.setUint32(this.#places[index]!, bytes.length, true);
      return bytes;
    });
    const all = new Uint8Array(encoded.reduce((sum, bytes) => sum + bytes.length, 0));
    let at = 0;
    for (const bytes of encoded) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#heads.length);
    larger.set(this.#heads.subarray(0, this.#length));
    this.#heads = larger;
    this.#view = viewOf(larger);
  }
}

// A value as JSON can carry it. A JSON number is an integer of SQLite if it is whole and a float if it
// is not; what JSON cannot tell apart is a pair: `["f", "1.0"]` a whole or infinite float,
// `["i", "9007199254740993"]` an integer beyond the doubles, `["b", "00ff"]` bytes.
type JsonValue = string | number | null | readonly ["f" | "i" | "b", string];

/** Rows as JSON: exactly one text for the same values of the same types. */
export function jsonOfRows(rows: readonly Row[]): Uint8Array {
  return ENCODER.encode(JSON.stringify(rows.map((row) => row.map(jsonValue))));
}

function rowsOfJson(json: Uint8Array): readonly Row[] {
  const rows = JSON.parse(DECODER.decode(json)) as readonly (readonly JsonValue[])[];
  return rows.map((row) => row.map(sqlValue));
}

function jsonValue(value: SqlValue): JsonValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : ["i", String(value)];
  }
  if (typeof value === "number") {
    const text = Object.is(value, -0) ? "-0" : String(value);
    return Number.isFinite(value) && !Number.isInteger(value) ? value : ["f", text];
  }
  return ["b", value.toHex()];
}

function sqlValue(value: JsonValue): SqlValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  const [kind, text] = value;
  if (kind === "i") return BigInt(text);
  return kind === "f" ? Number(text) : Uint8Array.fromHex(text);
}
