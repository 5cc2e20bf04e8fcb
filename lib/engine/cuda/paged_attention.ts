import { type DecoderConfig, groupSize, hidingWindow } from "../checkpoint/mod.ts";
import {
  type AttentionInputs,
  DataType,
  type DecoderWeights,
  type GraphScope,
  type RotaryTables,
  rotaryTables,
  tensor,
} from "../graph/mod.ts";
import { groupedAttention } from "./grouped_attention.ts";

/** Names of the values that say where the tokens of some sequences lie in the paged cache. */
export interface PagedSequences {
  /** `[S + 1]` int32: where each sequence's new tokens start in the packed rows. */
  readonly offsets: string;
  /** `[S]` int32: tokens of each sequence that are in the cache already. */
  readonly past: string;
  /** `[S, M]` int32: the blocks of each sequence in the order of its positions. */
  readonly table: string;
  /** `[2]` int32: bounds of the new tokens and of all tokens of one sequence. */
  readonly bounds: string;
}

/** Sequences of several new tokens each. */
export interface PrefillSequences extends PagedSequences {
  /** `[T, 1]` int64: the position of each new token in its sequence. */
  readonly positions: string;
  /** `[T]` int32: the slot of the cache that each is written to. */
  readonly slots: string;
}

/** Rows of other sequences' prefixes that are written into a sequence's own block. */
export interface TailRows extends PagedSequences {
  /** `[C]` int32: the slot of the cache that each row is written to. */
  readonly slots: string;
  /** `[C]` int64: the packed row that each written row is a copy of. */
  readonly source: string;
}

/** What one decoding step of B sequences needs beside their tokens. */
export interface DecodeLayout extends PagedSequences {
  /** `[B, 1]` int64 */
  readonly positions: string;
  /** `[B * group]` int64: 0 group times, 1 group times, ... */
  readonly repeat: string;
  /** `[B * group]` int32: the cache slot of each sequence's token, repeated. */
  readonly slots: string;
  /** `[B + 1]` int32: multiples of the group. */
  readonly groupOffsets: string;
  /** `[B]` int32: past tokens as they are for `group` new rows a sequence. */
  readonly groupPast: string;
  /** `[2]` int32 as `bounds`, for `group` new rows a sequence. */
  readonly groupBounds: string;
}

/**
 * Tokens of a block: the smallest size that the fast kernel reads in place,
 * which depends on the size of a head.
 *
 * Source: ONNX Runtime 1.30, `contrib_ops/cuda/bert/paged_attention.cc`.
 */
export function blockSize({ headDim }: Pick<DecoderConfig, "headDim">): number {
  if (headDim <= 64) return 256;
  return headDim <= 128 ? 128 : 64;
}

/**
 * What the attention kernel is handed together while decoding: a query head of a
 * sequence ("plain"), the query heads of a key-value head ("grouped"), or, where
 * it pays, those of several sequences of one prefix ("bundled").
 */
export type Decoding = "plain" | "grouped" | "bundled";

/** Writes the attention layers of a graph over one paged cache a layer. */
export class PagedAttention {
  readonly #config: DecoderConfig;
  readonly #contextLength: number;
  readonly #groupsQueries: boolean;
  /** Of each layer. */
  readonly #rotary: readonly (RotaryTables | undefined)[];
  /** Key and value cache of each layer, `[blocks, block size, kv, d]`. */
  readonly caches: readonly { readonly key: string; readonly value: string }[];

  /** Adds the rotary tables and the caches of all layers to the main graph. */
  constructor(
    weights: DecoderWeights,
    { contextLength, decoding = "bundled" }: {
      readonly contextLength: number;
      /** What decoding hands to the kernel together. */
      readonly decoding?: Decoding;
    },
  ) {
    const { config, main } = weights;
    this.#config = config;
    this.#contextLength = contextLength;
    this.#groupsQueries = decoding !== "plain" && groupSize(config) > 1;
    this.#rotary = rotaryTables(weights, contextLength);
    const block = main.int64([blockSize(config), config.kvHeads, config.headDim]);
    const shape = main.concat(["blocks", block]);
    // equal constants would be merged into one cache, so each has another fill value
    const cache = (fill: number): string => {
      const bits = new Uint8Array(Uint16Array.of(fill).buffer);
      return main.filled(shape, tensor(weights.type, [1], bits));
    };
    this.caches = Array.from({ length: config.layers }, (_, layer) => ({
      key: cache(2 * layer + 1),
      value: cache(2 * layer + 2),
    }));
  }

  /**
   * Attention of packed new tokens, several a sequence; gives `[T, heads * d]`.
   * All keys and values are written before any is read, so a sequence may read
   * the blocks of a prefix that is computed in the same step. The tail rows are
   * written first, by an attention whose output nobody reads.
   *
   * Queries and keys are rotated by a kernel of their own, because the attention's
   * looks for each head of each token which sequence it is of; but where heads
   * are normalised, which it does in the same pass.
   */
  prefill(
    scope: GraphScope,
    layer: number,
    { inputs, sequences, tails }: {
      readonly inputs: AttentionInputs;
      readonly sequences: PrefillSequences;
      readonly tails: TailRows;
    },
  ): string {
    const { heads, kvHeads, headDim } = this.#config;
    const isTurned = !inputs.headNorm && this.#rotary[layer] !== undefined;
    let rows = inputs;
    if (isTurned) {
      const { query, key, value } = this.turned(scope, layer, inputs, sequences.positions);
      rows = {
        query: scope.reshape(query, [-1, heads * headDim]),
        key: scope.reshape(key, [-1, kvHeads * headDim]),
        value,
      };
    }
    const tailKey = scope.gather(rows.key, tails.source);
    const tailValue = scope.gather(rows.value, tails.source);
    const unread = this.#attend(scope, layer, {
      inputs: { ...rows, query: tailKey, key: tailKey, value: tailValue },
      sequences: tails,
      heads: kvHeads,
      slots: tails.slots,
      isTurned,
      isTail: true,
    });
    const bounds = this.#after(scope, unread, sequences.bounds);
    return this.#attend(scope, layer, {
      inputs: rows,
      sequences: { ...sequences, bounds },
      heads,
      slots: sequences.slots,
      isTurned,
    });
  }

  /**
   * Attention of one new token a sequence; gives `[B, heads * d]`. A layer whose
   * window may hide keys takes a query head at a time, because the rows of a
   * grouped sequence would see different windows.
   */
  decode(
    scope: GraphScope,
    layer: number,
    inputs: AttentionInputs,
    layout: DecodeLayout,
  ): string {
    if (!this.#groupsQueries || this.#window(layer) !== undefined) {
      const { heads } = this.#config;
      return this.#attend(scope, layer, { inputs, sequences: layout, heads });
    }
    return groupedAttention(scope, {
      config: this.#config,
      inputs: this.turned(scope, layer, inputs, layout.positions),
      cache: this.caches[layer]!,
      rows: {
        ...layout,
        offsets: layout.groupOffsets,
        past: layout.groupPast,
        bounds: layout.groupBounds,
      },
    });
  }

  /** Normalises and rotates the heads of one token a sequence; positions are `[b, 1]`, queries and keys may come out `[b, 1, n]`. */
  turned(
    scope: GraphScope,
    layer: number,
    { query, key, value, headNorm }: AttentionInputs,
    positions: string,
  ): AttentionInputs {
    const { heads, kvHeads, headDim, rmsNormEps } = this.#config;
    const rotary = this.#rotary[layer];
    const turn = (x: string, count: number, part: "query" | "key"): string => {
      let turned = x;
      if (headNorm) {
        const perHead = scope.reshape(x, [-1, count, headDim]);
        const normalized = scope.rmsNorm(perHead, headNorm(part), rmsNormEps);
        turned = scope.reshape(normalized, [-1, count * headDim]);
      }
      if (!rotary) return turned;
      const row = scope.unsqueeze(turned, 1);
      return scope.contrib("RotaryEmbedding", [row, positions, rotary.cos, rotary.sin], {
        num_heads: { int: count },
      });
    };
    return { query: turn(query, heads, "query"), key: turn(key, kvHeads, "key"), value };
  }

  #attend(
    scope: GraphScope,
    layer: number,
    {
      inputs: { query, key, value, headNorm },
      sequences,
      heads,
      slots = "",
      isTurned = false,
      isTail = false,
    }: {
      readonly inputs: AttentionInputs;
      readonly sequences: PagedSequences;
      readonly heads: number;
      /** `[T]` int32 the slot of each row, where the kernel is not to find it by the table. */
      readonly slots?: string;
      /** Whether queries and keys are rotated already. */
      readonly isTurned?: boolean;
      readonly isTail?: boolean;
    },
  ): string {
    const { kvHeads, rmsNormEps } = this.#config;
    const { cos, sin } = (isTurned ? undefined : this.#rotary[layer]) ?? { cos: "", sin: "" };
    // one visible key is enough for a row that is only written
    const window = isTail ? 1 : this.#window(layer);
    const cache = this.caches[layer]!;
    return scope.contrib("PagedAttention", [
      ...[query, key, value, cache.key, cache.value],
      ...[sequences.offsets, sequences.past, sequences.table, cos, sin, slots, ""],
      ...[headNorm?.(isTail ? "key" : "query") ?? "", headNorm?.("key") ?? "", "", ""],
      sequences.bounds,
    ], {
      num_heads: { int: heads },
      kv_num_heads: { int: kvHeads },
      do_rotary: { int: cos ? 1 : 0 },
      ...(window === undefined ? {} : { local_window_size: { int: window } }),
      ...(headNorm ? { qk_norm_epsilon: { float: rmsNormEps } } : {}),
    });
  }

  /** The window of a layer, where one within the context hides anything. */
  #window(layer: number): number | undefined {
    return hidingWindow(this.#config.attention[layer]!.window, this.#contextLength);
  }

  /**
   * The bounds again, as a value that depends on another: no output names the
   * cache as written, so only a dependency keeps the writer alive and earlier.
   * The sum is of sizes, which the host knows: it costs the GPU nothing.
   */
  #after(scope: GraphScope, written: string, bounds: string): string {
    const nothing = scope.mul(scope.size(written, 0), scope.int64([0]));
    return scope.add(bounds, scope.cast(nothing, DataType.INT32));
  }
}
