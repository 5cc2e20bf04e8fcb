import { Tensor } from "onnxruntime-node";
import { EMPTY_POSITION } from "./attention_masks.ts";
import { cacheNames } from "./cpu_graph.ts";
import { ownKeyEntry } from "./two_part_attention.ts";

/** Sizes of a decoder's keys and values. */
export interface CacheShape {
  /** Decoder layers. */
  readonly layers: number;
  /** Key-value heads. */
  readonly kvHeads: number;
  /** Width of a head, d. */
  readonly headDim: number;
}

/** Keys and values that a run made: `[kv, B, R, d]` of every layer, key and value in turn. */
export interface RecentTokens {
  /** Key and value of layer 0, of layer 1, ... */
  readonly data: readonly Float32Array[];
  /** New tokens of each sequence, at the front of the first `slots` places. */
  readonly counts: readonly number[];
  /** Slots of the first step. */
  readonly slots: number;
  /** R: the slots of the first step and one place for each later step. */
  readonly length: number;
}

/**
 * Keys and values of a beginning that sequences share, in the layout of
 * {@linkcode LayerCache}; never changed.
 */
export class PrefixCache {
  /** The tokens of the beginning. */
  readonly tokens: readonly number[];
  readonly #shape: CacheShape;
  readonly #data: readonly Float32Array[];

  /** The cache of some tokens; of none when they are left out. */
  constructor(shape: CacheShape, tokens: readonly number[] = [], data?: readonly Float32Array[]) {
    this.tokens = tokens;
    this.#shape = shape;
    this.#data = data ?? this.#withLength(0);
  }

  /** The cache of the first `length` tokens. */
  truncate(length: number): PrefixCache {
    if (length === this.tokens.length) return this;
    const data = this.#withLength(length);
    return new PrefixCache(this.#shape, this.tokens.slice(0, length), data);
  }

  /** The cache of these tokens and the ones after them, which were run as one sequence. */
  extend(tokens: readonly number[], { data: recent }: RecentTokens): PrefixCache {
    const { kvHeads, headDim } = this.#shape;
    const before = this.tokens.length;
    const length = before + tokens.length;
    const data = this.#withLength(length);
    for (const [i, target] of data.entries()) {
      const width = this.#width(i);
      for (let kv = 0; kv < kvHeads; kv++) {
        for (let t = 0; t < tokens.length; t++) {
          const from = (kv * tokens.length + t) * headDim;
          const at = (kv * (length + 1) + before + t) * width;
          target.set(recent[i]!.subarray(from, from + headDim), at);
        }
      }
    }
    return new PrefixCache(this.#shape, [...this.tokens, ...tokens], data);
  }

  /** The graph's prefix inputs. */
  feeds(): Record<string, Tensor> {
    const { layers, kvHeads } = this.#shape;
    const rows = this.tokens.length + 1;
    return Object.fromEntries(
      cacheNames("prefix", layers).map((name, i) => [
        name,
        new Tensor("float32", this.#data[i]!, [kvHeads, rows, this.#width(i)]),
      ]),
    );
  }

  /** Numbers of one token in a tensor: keys, which have one dimension more, and values take turns. */
  #width(i: number): number {
    return this.#shape.headDim + (i % 2 === 0 ? 1 : 0);
  }

  /** Tensors for `length` tokens, with what this cache has of them and the further key. */
  #withLength(length: number): Float32Array[] {
    const { kvHeads, headDim } = this.#shape;
    const known = Math.min(length, this.tokens.length);
    return cacheNames("prefix", this.#shape.layers).map((_, i) => {
      const width = this.#width(i);
      const out = new Float32Array(kvHeads * (length + 1) * width);
      for (let kv = 0; kv < kvHeads; kv++) {
        const from = kv * (this.tokens.length + 1) * width;
        const at = kv * (length + 1) * width;
        if (known > 0) out.set(this.#data[i]!.subarray(from, from + known * width), at);
        if (width > headDim) out[at + (length + 1) * width - 1] = ownKeyEntry(headDim);
      }
      return out;
    });
  }
}

/** Places are added by so many at a time: a full cache is copied once in a while, not every run. */
export const GROWTH = 16;

/** Keys and values of each sequence's own tokens, `[kv, rows, capacity, d]` a tensor. */
export class OwnCache {
  readonly #shape: CacheShape;
  readonly #lengths: number[];
  #capacity = 0;
  readonly #data: Float32Array[];

  /** An empty cache of so many sequences. */
  constructor(shape: CacheShape, rows: number, capacity = 0) {
    this.#shape = shape;
    this.#lengths = new Array(rows).fill(0);
    this.#data = cacheNames("past", shape.layers).map(() => new Float32Array());
    if (capacity > 0) this.#grow(capacity);
  }

  /** Tokens of each sequence. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** A copy with the named rows in their order; a row may be named more than once. */
  select(rows: readonly number[], extraCapacity = 0): OwnCache {
    const longest = Math.max(0, ...rows.map((row) => this.#lengths[row]!));
    const copy = new OwnCache(this.#shape, rows.length, longest + extraCapacity);
    const { kvHeads, headDim } = this.#shape;
    for (const [i, target] of copy.#data.entries()) {
      for (let kv = 0; kv < kvHeads; kv++) {
        for (const [row, from] of rows.entries()) {
          const at = (kv * this.#lengths.length + from) * this.#capacity * headDim;
          const values = this.#data[i]!.subarray(at, at + this.#lengths[from]! * headDim);
          target.set(values, (kv * rows.length + row) * copy.#capacity * headDim);
        }
      }
    }
    for (const [row, from] of rows.entries()) copy.#lengths[row] = this.#lengths[from]!;
    return copy;
  }

  /** Adds what a run made of the sequences from `firstRow` on. */
  append(firstRow: number, { data, counts, slots, length }: RecentTokens): void {
    const later = length - slots;
    const rows = counts.length;
    const needed = Math.max(...counts.map((n, b) => this.#lengths[firstRow + b]! + n + later));
    if (needed > this.#capacity) this.#grow(needed);
    const { kvHeads, headDim } = this.#shape;
    for (const [i, target] of this.#data.entries()) {
      for (let kv = 0; kv < kvHeads; kv++) {
        for (const [b, count] of counts.entries()) {
          const row = firstRow + b;
          const source = (kv * rows + b) * length;
          const place = (kv * this.#lengths.length + row) * this.#capacity + this.#lengths[row]!;
          const part = (from: number, n: number): Float32Array =>
            data[i]!.subarray(from * headDim, (from + n) * headDim);
          target.set(part(source, count), place * headDim);
          target.set(part(source + slots, later), (place + count) * headDim);
        }
      }
    }
    for (const [b, count] of counts.entries()) this.#lengths[firstRow + b]! += count + later;
  }

  /** The graph's inputs of earlier tokens; `start` is the position of every sequence's first. */
  feeds(start: number): Record<string, Tensor> {
    const { layers, kvHeads, headDim } = this.#shape;
    const rows = this.#lengths.length;
    const positions = new BigInt64Array(rows * this.#capacity).fill(BigInt(EMPTY_POSITION));
    for (const [row, length] of this.#lengths.entries()) {
      for (let l = 0; l < length; l++) positions[row * this.#capacity + l] = BigInt(start + l);
    }
    const dims = [kvHeads, rows, this.#capacity, headDim];
    return {
      past_position: new Tensor("int64", positions, [rows, this.#capacity]),
      ...Object.fromEntries(
        cacheNames("past", layers).map((name, i) => [
          name,
          new Tensor("float32", this.#data[i]!, dims),
        ]),
      ),
    };
  }

  #grow(needed: number): void {
    const capacity = Math.ceil(needed / GROWTH) * GROWTH;
    const { kvHeads, headDim } = this.#shape;
    const lines = kvHeads * this.#lengths.length;
    const size = this.#capacity * headDim;
    for (const [i, source] of this.#data.entries()) {
      const out = new Float32Array(lines * capacity * headDim);
      for (let line = 0; line < lines; line++) {
        out.set(source.subarray(line * size, (line + 1) * size), line * capacity * headDim);
      }
      this.#data[i] = out;
    }
    this.#capacity = capacity;
  }
}
