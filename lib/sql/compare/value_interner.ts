import {
  contentLength,
  contentOf,
  HEAD_BYTES,
  PACKED,
  startOfValues,
  viewOf,
} from "../execute/messages/packed_rows.ts";
import type { SqlValue } from "../value.ts";
import type { Budget } from "./budget.ts";

// What a value is for equality. `integer` is every whole number that SQLite's integers have, a float
// that is whole included; `float` is every other number.
const KIND = { null: 0, integer: 1, float: 2, text: 3, blob: 4 } as const;
const FIRST_SLOTS = 64;
const TWO_63 = 2 ** 63;

/** How a whole number is written; the same number may be written in several ways. */
export const VARIANT = { plain: 0, float: 1, negativeZero: 2 } as const;
const VARIANT_BITS = 2;
/** The id of a value in a cell of {@linkcode ValueInterner.cells}: two equal values share it. */
export function idOf(cell: number): number {
  return cell >> VARIANT_BITS;
}

/**
 * Gives equal values one small number: numbers by their mathematical value (`1` equals `1.0`), text
 * by its characters, bytes by their bytes, NULL only with NULL. No rounding and no conversion between
 * text and number. All of it lives in typed arrays, so that millions of values take some bytes each.
 */
export class ValueInterner {
  readonly #budget: Budget;
  readonly #scratch = new DataView(new ArrayBuffer(8));
  /** Id + 1 by the hash of a value; 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS);
  #count = 0;
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  #kinds = new Uint8Array(FIRST_SLOTS / 2);
  /** Low and high half of a number; start and length of a text or blob in its source. */
  #first = new Int32Array(FIRST_SLOTS / 2);
  #second = new Int32Array(FIRST_SLOTS / 2);
  #sources = new Uint8Array(FIRST_SLOTS / 2);
  /** Variants in which a whole number was seen, as bits. */
  #variants = new Uint8Array(FIRST_SLOTS / 2);
  readonly #bytes: Uint8Array[] = [];
  #hasAmbiguous = false;

  /** An interner that takes a step of the budget for each value that it looks at. */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Whether some whole number was seen in more than one variant. */
  get hasAmbiguous(): boolean {
    return this.#hasAmbiguous;
  }

  /** Whether this value was seen in more than one variant. */
  isAmbiguous(cell: number): boolean {
    const seen = this.#variants[idOf(cell)]!;
    return (seen & (seen - 1)) !== 0;
  }

  /** The packed values one by one, each as its id and its variant in one number. */
  cells(packed: Uint8Array, valueCount: number): Int32Array {
    const source = this.#bytes.push(packed) - 1;
    const view = viewOf(packed);
    const cells = new Int32Array(valueCount);
    this.#budget.spend(valueCount);
    let { head, content } = startOfValues(view);
    for (let index = 0; index < valueCount; index++) {
      const tag = packed[head]!;
      const length = contentLength(tag, view, head);
      cells[index] = length === undefined
        ? this.#plain(tag, view, head)
        : this.#content(tag, packed, { start: content, length, source });
      head += HEAD_BYTES[tag]!;
      content += length ?? 0;
    }
    return cells;
  }

  /** The value in a cell. */
  valueOf(cell: number): SqlValue {
    const id = idOf(cell);
    const [first, second] = [this.#first[id]!, this.#second[id]!];
    switch (this.#kinds[id]) {
      case KIND.null:
        return null;
      case KIND.integer: {
        const variant = cell & ((1 << VARIANT_BITS) - 1);
        if (variant === VARIANT.negativeZero) return -0;
        this.#scratch.setInt32(0, first, true);
        this.#scratch.setInt32(4, second, true);
        const integer = this.#scratch.getBigInt64(0, true);
        return variant === VARIANT.float ? Number(integer) : integer;
      }
      case KIND.float:
        this.#scratch.setInt32(0, first, true);
        this.#scratch.setInt32(4, second, true);
        return this.#scratch.getFloat64(0, true);
      default: {
        const bytes = this.#bytes[this.#sources[id]!]!.subarray(first, first + second);
        return contentOf(this.#kinds[id] === KIND.text ? PACKED.text : PACKED.blob, bytes);
      }
    }
  }

  #plain(tag: number, view: DataView, head: number): number {
    if (tag === PACKED.null) return this.#number(KIND.null, 0, 0, VARIANT.plain);
    if (tag === PACKED.real) return this.#real(view, head + 1);
    const low = view.getInt32(head + 1, true);
    const high = tag === PACKED.int32 ? low >> 31 : view.getInt32(head + 5, true);
    return this.#number(KIND.integer, low, high, VARIANT.plain);
  }

  #real(view: DataView, at: number): number {
    const value = view.getFloat64(at, true);
    if (!Number.isInteger(value) || value < -TWO_63 || value >= TWO_63) {
      const [low, high] = [view.getInt32(at, true), view.getInt32(at + 4, true)];
      return this.#number(KIND.float, low, high, VARIANT.plain);
    }
    const variant = Object.is(value, -0) ? VARIANT.negativeZero : VARIANT.float;
    if (value === (value | 0)) return this.#number(KIND.integer, value | 0, value >> 31, variant);
    this.#scratch.setBigInt64(0, BigInt(value), true);
    const [low, high] = [this.#scratch.getInt32(0, true), this.#scratch.getInt32(4, true)];
    return this.#number(KIND.integer, low, high, variant);
  }

  #number(kind: number, low: number, high: number, variant: number): number {
    const hash = mixed(mixed(low ^ (kind << 24)) ^ Math.imul(high, 0x9e3779b1));
    let slot = hash & (this.#slots.length - 1);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const id = this.#slots[slot]! - 1;
      const isSame = this.#hashes[id] === hash && this.#kinds[id] === kind &&
        this.#first[id] === low && this.#second[id] === high;
      if (isSame) return this.#seen(id, variant);
      this.#budget.spend(1);
    }
    return this.#seen(this.#insert(slot, { hash, kind, first: low, second: high }), variant);
  }

  #content(
    tag: number,
    bytes: Uint8Array,
    { start, length, source }: {
      readonly start: number;
      readonly length: number;
      readonly source: number;
    },
  ): number {
    const kind = tag === PACKED.text ? KIND.text : KIND.blob;
    this.#budget.spend(length >> 4);
    let sum = length ^ (kind << 24);
    for (let index = start; index < start + length; index++) {
      sum = Math.imul(sum ^ bytes[index]!, 0x01000193);
    }
    const hash = mixed(sum);
    let slot = hash & (this.#slots.length - 1);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const id = this.#slots[slot]! - 1;
      const isSame = this.#hashes[id] === hash && this.#kinds[id] === kind &&
        this.#second[id] === length &&
        sameBytes(this.#bytes[this.#sources[id]!]!, this.#first[id]!, { bytes, start, length });
      if (isSame) return id << VARIANT_BITS;
      this.#budget.spend(1);
    }
    const id = this.#insert(slot, { hash, kind, first: start, second: length });
    this.#sources[id] = source;
    return id << VARIANT_BITS;
  }

  #seen(id: number, variant: number): number {
    const before = this.#variants[id]!;
    const seen = before | (1 << variant);
    if (seen !== before) {
      this.#variants[id] = seen;
      this.#hasAmbiguous ||= before !== 0;
    }
    return (id << VARIANT_BITS) | variant;
  }

  #insert(
    slot: number,
    { hash, kind, first, second }: {
      readonly hash: number;
      readonly kind: number;
      readonly first: number;
      readonly second: number;
    },
  ): number {
    const id = this.#count++;
    this.#slots[slot] = id + 1;
    this.#hashes[id] = hash;
    this.#kinds[id] = kind;
    this.#first[id] = first;
    this.#second[id] = second;
    if (2 * this.#count >= this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const length = 2 * this.#slots.length;
    this.#hashes = larger(this.#hashes, new Int32Array(length / 2));
    this.#kinds = larger(this.#kinds, new Uint8Array(length / 2));
    this.#first = larger(this.#first, new Int32Array(length / 2));
    this.#second = larger(this.#second, new Int32Array(length / 2));
    this.#sources = larger(this.#sources, new Uint8Array(length / 2));
    this.#variants = larger(this.#variants, new Uint8Array(length / 2));
    this.#slots = new Int32Array(length);
    for (let id = 0; id < this.#count; id++) {
      let slot = this.#hashes[id]! & (length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (length - 1);
      this.#slots[slot] = id + 1;
    }
  }
}

/** Spreads the bits of a number over all 32. Source: MurmurHash3's finalizer. */
export function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

function larger<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function sameBytes(
  a: Uint8Array,
  from: number,
  { bytes, start, length }: {
    readonly bytes: Uint8Array;
    readonly start: number;
    readonly length: number;
  },
): boolean {
  for (let at = 0; at < length; at++) if (a[from + at] !== bytes[start + at]) return false;
  return true;
}
