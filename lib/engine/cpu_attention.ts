import type { AttentionInputs } from "./decoder_layers.ts";
import type { DecoderConfig } from "./decoder_config.ts";
import type { GraphScope, ModelBuilder } from "./graph_builder.ts";
import { inverseFrequencies } from "./rotary_frequencies.ts";

/** Names of the values that place T packed tokens in B x S attention slots. */
export interface SlotLayout {
  /** `[T]` position of each token in its sequence, prefix included. */
  readonly positions: string;
  /** `[B, S]` packed index of each slot's token (any, where the slot is empty). */
  readonly slotToken: string;
  /** `[B, S]` position of each slot's token; {@linkcode EMPTY_POSITION} where it is empty. */
  readonly slotPosition: string;
  /** `[T]` flat slot (`b * S + s`) of each token. */
  readonly tokenSlot: string;
  /** `[B, L]` positions of the sequences' earlier own tokens. */
  readonly ownPosition: string;
}

/** Weights of the RMS norms of every head's query and key, `[d]` each. */
export interface HeadNorms {
  readonly query: string;
  readonly key: string;
}

/** A layer's keys and values: the shared prefix `[kv, P, d]` and the sequences' own `[kv, B, L, d]`. */
export interface LayerCache {
  readonly prefixKey: string;
  readonly prefixValue: string;
  readonly ownKey: string;
  readonly ownValue: string;
}

/** Position of a slot without a token: later than every query, so no query sees it. */
export const EMPTY_POSITION = 2 ** 30;

const MASKED = -1e9;

/**
 * Grouped-query attention of a batch whose sequences share a prefix, in
 * float32. Scores against the prefix are one matrix product a key-value head
 * for all sequences together; scores against a sequence's own tokens are
 * batched products; one softmax spans both. A key is visible when its position
 * is not after the query's, which is the causal rule and hides empty slots,
 * and, in a layer with a sliding window, not before the window.
 */
export class CpuAttention {
  readonly #model: ModelBuilder;
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: SlotLayout;
  readonly #rotary: RotaryTables;
  readonly #slots: string;
  readonly #contextLength: number;
  /** Masks by window; "none" for layers that see everything. */
  readonly #masks = new Map<number | "none", string>();
  readonly #rowPositions: string;
  /** `[B, L + S]` positions of the own tokens after this step. */
  readonly ownPosition: string;

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
    this.#rotary = rotaryTables(model, config, contextLength);
    this.#slots = scope.op("Shape", [layout.slotToken]);
    this.ownPosition = this.#concat([layout.ownPosition, layout.slotPosition], 1);
    this.#contextLength = contextLength;
    this.#rowPositions = scope.op("Unsqueeze", [layout.positions, model.int64([0])]);
  }

  /** Adds one layer's attention; `output` is `[T, heads * d]`, keys and values are the grown own cache. */
  attend(
    layer: number,
    { query, key, value }: AttentionInputs,
    { cache, norms }: { readonly cache: LayerCache; readonly norms?: HeadNorms },
  ): { readonly output: string; readonly keys: string; readonly values: string } {
    const { heads, kvHeads, headDim, attention } = this.#config;
    const { rotary, window } = attention[layer]!;
    const group = heads / kvHeads;
    const prepare = (x: string, count: number, weight: string | undefined): string => {
      const normalized = weight ? this.#normalizeHeads(x, count, weight) : x;
      return rotary ? this.#rotate(normalized, count) : normalized;
    };
    const keys = this.#append(cache.ownKey, prepare(key, kvHeads, norms?.key));
    const values = this.#append(cache.ownValue, value);

    // query heads h = kv * group + g are laid out as [kv, B, S * group, d]
    const turned = prepare(query, heads, norms?.query);
    const slotQuery = this.#toSlots(turned, [kvHeads, group, headDim]);
    const ordered = this.#transpose(slotQuery, [2, 0, 1, 3, 4]);
    const own = this.#reshape(ordered, [kvHeads, "B", "S*", headDim], group);
    const flat = this.#reshape(ordered, [kvHeads, -1, headDim]);

    const scale = { alpha: { float: 1 / Math.sqrt(headDim) }, transB: { int: 1 } };
    const ownScores = this.#scope.op("Add", [
      this.#scope.contrib("FusedMatMul", [own, keys], scale),
      this.#ownMask(window),
    ]);
    const prefixScores = this.#scope.contrib("FusedMatMul", [flat, cache.prefixKey], scale);
    const allPrefixRows = this.#like(prefixScores, ownScores);
    const prefixRows = this.#bounds(window)
      ? this.#scope.op("Add", [allPrefixRows, this.#prefixMask(window!, cache.prefixKey)])
      : allPrefixRows;
    const weights = this.#scope.op("Softmax", [this.#concat([prefixRows, ownScores], 3)], {
      attributes: { axis: { int: 3 } },
    });
    const lengths = this.#concat([
      this.#scope.op("Shape", [prefixScores], { attributes: { start: { int: 2 } } }),
      this.#scope.op("Shape", [ownScores], { attributes: { start: { int: 3 } } }),
    ], 0);
    const [prefixWeights, ownWeights] = this.#scope.outputs("Split", [weights, lengths], ["", ""], {
      attributes: { axis: { int: 3 } },
    });
    const ownOutput = this.#scope.op("MatMul", [ownWeights!, values]);
    const flatWeights = this.#toShape(prefixWeights!, this.#scope.op("Shape", [prefixScores]));
    const prefixOutput = this.#scope.op("MatMul", [flatWeights, cache.prefixValue]);
    const sum = this.#scope.op("Add", [
      ownOutput,
      this.#toShape(prefixOutput, this.#scope.op("Shape", [ownOutput])),
    ]);
    const perSlot = this.#transpose(
      this.#reshape(sum, [kvHeads, "B", "S", group, headDim]),
      [1, 2, 0, 3, 4],
    );
    const rows = this.#reshape(perSlot, [-1, heads * headDim]);
    const output = this.#scope.op("Gather", [rows, this.#layout.tokenSlot]);
    return { output, keys, values };
  }

  /** Whether a window hides anything: one as long as the context does not. */
  #bounds(window: number | undefined): boolean {
    return window !== undefined && window < this.#contextLength;
  }

  /** `[1, B, S * group, L + S]`: 0 where a query sees an own key, a large negative number elsewhere. */
  #ownMask(window: number | undefined): string {
    const key = this.#bounds(window) ? window! : "none";
    const existing = this.#masks.get(key);
    if (existing) return existing;
    const keys = this.#scope.op("Unsqueeze", [this.ownPosition, this.#model.int64([1, 2])]);
    const queries = this.#queryPositions();
    const causal = this.#scope.op("LessOrEqual", [keys, queries]);
    const visible = key === "none" ? causal : this.#scope.op("And", [
      causal,
      this.#scope.op("Less", [queries, this.#scope.op("Add", [keys, this.#model.int64(key)])]),
    ]);
    const length = this.#scope.op("Shape", [this.ownPosition], {
      attributes: { start: { int: 1 } },
    });
    const mask = this.#toMask(visible, length);
    this.#masks.set(key, mask);
    return mask;
  }

  /** `[1, B, S * group, P]`: 0 where the window of a query reaches a prefix key, a large negative number elsewhere. */
  #prefixMask(window: number, prefixKey: string): string {
    // negative keys keep these masks apart from those of the own keys
    const existing = this.#masks.get(-window);
    if (existing) return existing;
    const length = this.#scope.op("Shape", [prefixKey], {
      attributes: { start: { int: 1 }, end: { int: 2 } },
    });
    const count = this.#scope.op("Squeeze", [length, this.#model.int64([0])]);
    const keys = this.#scope.op("Range", [this.#model.int64(0), count, this.#model.int64(1)]);
    const ends = this.#scope.op("Add", [keys, this.#model.int64(window)]);
    const mask = this.#toMask(this.#scope.op("Less", [this.#queryPositions(), ends]), length);
    this.#masks.set(-window, mask);
    return mask;
  }

  /** `[B, S, 1, 1]` */
  #queryPositions(): string {
    return this.#scope.op("Unsqueeze", [this.#layout.slotPosition, this.#model.int64([2, 3])]);
  }

  /** Visibility `[B, S, 1, keys]` as an additive mask `[1, B, S * group, keys]`. */
  #toMask(visible: string, length: string): string {
    const mask = this.#scope.op("Where", [
      visible,
      this.#model.float32(0),
      this.#model.float32(MASKED),
    ]);
    const group = this.#config.heads / this.#config.kvHeads;
    const tiled = this.#scope.op("Tile", [mask, this.#model.int64([1, 1, group, 1])]);
    const batch = this.#scope.op("Gather", [this.#slots, this.#model.int64([0])]);
    const rows = this.#scope.op("Mul", [
      this.#scope.op("Gather", [this.#slots, this.#model.int64([1])]),
      this.#model.int64([group]),
    ]);
    return this.#toShape(tiled, this.#concat([this.#model.int64([1]), batch, rows, length], 0));
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

  /** `[kv, B * rows, P]` in the leading shape of `[kv, B, rows, L]`. */
  #like(x: string, other: string): string {
    const shape = this.#concat([
      this.#scope.op("Shape", [other], { attributes: { end: { int: 3 } } }),
      this.#scope.op("Shape", [x], { attributes: { start: { int: 2 } } }),
    ], 0);
    return this.#toShape(x, shape);
  }

  /** Reshapes to a computed shape, where a size of 0 (no prefix) is meant as it stands. */
  #toShape(x: string, shape: string): string {
    return this.#scope.op("Reshape", [x, shape], { attributes: { allowzero: { int: 1 } } });
  }

  #transpose(x: string, perm: readonly number[]): string {
    return this.#scope.op("Transpose", [x], { attributes: { perm: { ints: perm } } });
  }

  #concat(parts: readonly string[], axis: number): string {
    return this.#scope.op("Concat", parts, { attributes: { axis: { int: axis } } });
  }
}

/** Cosine and sine of every position's angles, `[positions, d / 2]` each. */
export interface RotaryTables {
  readonly cos: string;
  readonly sin: string;
}

/**
 * Adds the rotary tables, computed in the graph in float32 from the inverse
 * frequencies: the same arithmetic as transformers', and no bytes in the file.
 *
 * Source: Su et al. 2021, arXiv:2104.09864.
 */
export function rotaryTables(
  model: ModelBuilder,
  config: DecoderConfig,
  positions: number,
): RotaryTables {
  const { main } = model;
  const inverse = inverseFrequencies(config);
  const range = main.op("Range", [0, positions, 1].map((v) => model.float32(v)));
  const column = main.op("Unsqueeze", [range, model.int64([1])]);
  const angles = main.op("Mul", [column, model.float32(inverse)]);
  return { cos: main.op("Cos", [angles]), sin: main.op("Sin", [angles]) };
}
