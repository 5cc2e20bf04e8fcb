import {
  type AttentionInputs,
  type GraphScope,
  type ModelBuilder,
  type RotaryTables,
  rotaryTables,
} from "../graph/mod.ts";
import { type DecoderConfig, groupSize } from "../checkpoint/mod.ts";
import { AttentionMasks } from "./attention_masks.ts";
import { type LayerCache, TwoPartAttention } from "./two_part_attention.ts";

/** Names of the values that place T packed tokens in B x S attention slots. */
export interface SlotLayout {
  /** `[T]` position of each token in its sequence, prefix included. */
  readonly positions: string;
  /** `[B, S]` packed index of each slot's token (any, where the slot is empty). */
  readonly slotToken: string;
  /** `[B, S]` position of each slot's token; `EMPTY_POSITION` where it is empty. */
  readonly slotPosition: string;
  /** `[T]` flat slot (`b * S + s`) of each token. */
  readonly tokenSlot: string;
  /** `[B, L]` positions of the sequences' own tokens before this run. */
  readonly pastPosition: string;
  /** `[B, R]` positions of their tokens of this run's earlier steps. */
  readonly recentPosition: string;
  /** Size P of the shared prefix, `[1]`. */
  readonly prefixLength: string;
}

/** Weights of the RMS norms of every head's query and key, `[d]` each. */
export interface HeadNorms {
  readonly query: string;
  readonly key: string;
}

/** Rotary tables have at least so many rows: RotaryEmbedding refuses more packed tokens than rows. */
const PACKED_TOKENS = 4096;

/**
 * Grouped-query attention of a batch whose sequences share a prefix, in
 * float32: places packed tokens in slots, normalises and rotates them, grows
 * the caches, and attends in two parts ({@linkcode TwoPartAttention}). A key is
 * visible when its position is not after the query's, which is the causal rule
 * and hides empty slots, and, in a layer with a sliding window, not before the
 * window.
 */
export class CpuAttention {
  readonly #model: ModelBuilder;
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: SlotLayout;
  readonly #rotary: RotaryTables;
  readonly #slots: string;
  readonly #attention: TwoPartAttention;
  readonly #rowPositions: string;
  /** `[B, R + S]` positions of this run's tokens after this step. */
  readonly recentPosition: string;

  constructor(
    model: ModelBuilder,
    scope: GraphScope,
    { config, layout, contextLength }: {
      readonly config: DecoderConfig;
      readonly layout: SlotLayout;
      readonly contextLength: number;
    },
  ) {
    this.#model = model;
    this.#scope = scope;
    this.#config = config;
    this.#layout = layout;
    this.#rotary = rotaryTables(model, config, Math.max(contextLength, PACKED_TOKENS));
    this.#slots = scope.op("Shape", [layout.slotToken]);
    this.recentPosition = this.#concat([layout.recentPosition, layout.slotPosition], 1);
    const rows = this.#concat([
      scope.op("Gather", [this.#slots, model.int64([0])]),
      scope.op("Mul", [
        scope.op("Gather", [this.#slots, model.int64([1])]),
        model.int64([groupSize(config)]),
      ]),
    ], 0);
    this.#attention = new TwoPartAttention(model, scope, {
      config,
      layout: { ...layout, rows, recentPosition: this.recentPosition },
      masks: new AttentionMasks(model, scope, {
        slotPosition: layout.slotPosition,
        prefixLength: layout.prefixLength,
        rows,
        group: groupSize(config),
        contextLength,
      }),
    });
    this.#rowPositions = scope.op("Unsqueeze", [layout.positions, model.int64([0])]);
  }

  /** Adds one layer's attention; `output` is `[T, heads * d]`, keys and values are the grown recent ones. */
  attend(
    layer: number,
    { query, key, value }: AttentionInputs,
    { cache, norms }: { readonly cache: LayerCache; readonly norms?: HeadNorms },
  ): { readonly output: string; readonly keys: string; readonly values: string } {
    const { heads, kvHeads, headDim, attention } = this.#config;
    const { rotary, window } = attention[layer]!;
    const group = groupSize(this.#config);
    const prepare = (x: string, count: number, weight: string | undefined): string => {
      const normalized = weight ? this.#normalizeHeads(x, count, weight) : x;
      return rotary ? this.#rotate(normalized, count) : normalized;
    };
    const keys = this.#append(cache.recentKey, prepare(key, kvHeads, norms?.key));
    const values = this.#append(cache.recentValue, value);

    // query heads h = kv * group + g are laid out as [kv, B, S * group, d]
    const turned = prepare(query, heads, norms?.query);
    const slotQuery = this.#toSlots(turned, [kvHeads, group, headDim]);
    const ordered = this.#transpose(slotQuery, [2, 0, 1, 3, 4]);
    const bySequence = this.#reshape(ordered, [kvHeads, "B", "S*", headDim], group);
    const sum = this.#attention.attend(bySequence, { cache, keys, values, window });
    const perSlot = this.#transpose(
      this.#reshape(sum, [kvHeads, "B", "S", group, headDim]),
      [1, 2, 0, 3, 4],
    );
    const rows = this.#reshape(perSlot, [-1, heads * headDim]);
    const output = this.#scope.op("Gather", [rows, this.#layout.tokenSlot]);
    return { output, keys, values };
  }

  /** RMS norm of each head's part of `[T, heads * d]`. */
  #normalizeHeads(x: string, heads: number, weight: string): string {
    const { headDim, rmsNormEps } = this.#config;
    const perHead = this.#reshape(x, [-1, heads, headDim]);
    const normalized = this.#scope.op("SimplifiedLayerNormalization", [perHead, weight], {
      attributes: { epsilon: { float: rmsNormEps }, axis: { int: -1 } },
    });
    return this.#reshape(normalized, [-1, heads * headDim]);
  }

  #rotate(x: string, heads: number): string {
    const row = this.#scope.op("Unsqueeze", [x, this.#model.int64([0])]);
    const { cos, sin } = this.#rotary;
    const rotated = this.#scope.contrib(
      "RotaryEmbedding",
      [row, this.#rowPositions, cos, sin],
      { num_heads: { int: heads } },
    );
    return this.#scope.op("Squeeze", [rotated, this.#model.int64([0])]);
  }

  /** Grows `[kv, B, L, d]` by the slots of this step's `[T, kv * d]`. */
  #append(cache: string, x: string): string {
    const { kvHeads, headDim } = this.#config;
    const slots = this.#toSlots(x, [kvHeads, headDim]);
    return this.#concat([cache, this.#transpose(slots, [2, 0, 1, 3])], 2);
  }

  /** `[T, n]` to `[B, S, ...shape]`. */
  #toSlots(x: string, shape: readonly number[]): string {
    const slots = this.#scope.op("Gather", [x, this.#layout.slotToken]);
    return this.#reshape(slots, ["B", "S", ...shape]);
  }

  /** Reshapes; "B" and "S" stand for the layout's sizes, "S*" for S times `factor`. */
  #reshape(x: string, shape: readonly (number | "B" | "S" | "S*")[], factor = 1): string {
    if (shape.every((d) => typeof d === "number")) {
      return this.#scope.op("Reshape", [x, this.#model.int64(shape as number[])]);
    }
    const parts = shape.map((d) => {
      if (typeof d === "number") return this.#model.int64([d]);
      const size = this.#scope.op("Gather", [this.#slots, this.#model.int64([d === "B" ? 0 : 1])]);
      return d === "S*" ? this.#scope.op("Mul", [size, this.#model.int64([factor])]) : size;
    });
    return this.#scope.op("Reshape", [x, this.#concat(parts, 0)]);
  }

  #transpose(x: string, perm: readonly number[]): string {
    return this.#scope.op("Transpose", [x], { attributes: { perm: { ints: perm } } });
  }

  #concat(parts: readonly string[], axis: number): string {
    return this.#scope.op("Concat", parts, { attributes: { axis: { int: axis } } });
  }
}
