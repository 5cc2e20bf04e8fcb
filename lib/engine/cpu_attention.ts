import type { AttentionInputs } from "./decoder_layers.ts";
import type { DecoderConfig } from "./decoder_config.ts";
import type { GraphScope, ModelBuilder } from "./graph_builder.ts";

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
 * is not after the query's, which is the causal rule and hides empty slots.
 */
export class CpuAttention {
  readonly #model: ModelBuilder;
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: SlotLayout;
  readonly #rotary: RotaryTables;
  readonly #slots: string;
  readonly #mask: string;
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
    this.#mask = this.#buildMask();
    this.#rowPositions = scope.op("Unsqueeze", [layout.positions, model.int64([0])]);
  }

  /** Adds one layer's attention; `output` is `[T, heads * d]`, keys and values are the grown own cache. */
  attend(
    { query, key, value }: AttentionInputs,
    cache: LayerCache,
  ): { readonly output: string; readonly keys: string; readonly values: string } {
    const { heads, kvHeads, headDim } = this.#config;
    const group = heads / kvHeads;
    const keys = this.#append(cache.ownKey, this.#rotate(key, kvHeads));
    const values = this.#append(cache.ownValue, value);

    // query heads h = kv * group + g are laid out as [kv, B, S * group, d]
    const slotQuery = this.#toSlots(this.#rotate(query, heads), [kvHeads, group, headDim]);
    const ordered = this.#transpose(slotQuery, [2, 0, 1, 3, 4]);
    const own = this.#reshape(ordered, [kvHeads, "B", "S*", headDim], group);
    const flat = this.#reshape(ordered, [kvHeads, -1, headDim]);

    const scale = { alpha: { float: 1 / Math.sqrt(headDim) }, transB: { int: 1 } };
    const ownScores = this.#scope.op("Add", [
      this.#scope.contrib("FusedMatMul", [own, keys], scale),
      this.#mask,
    ]);
    const prefixScores = this.#scope.contrib("FusedMatMul", [flat, cache.prefixKey], scale);
    const prefixRows = this.#like(prefixScores, ownScores);
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

  /** `[1, B, S * group, L + S]`: 0 where a query sees a key, a large negative number elsewhere. */
  #buildMask(): string {
    const { slotPosition } = this.#layout;
    const group = this.#config.heads / this.#config.kvHeads;
    const queries = this.#scope.op("Unsqueeze", [slotPosition, this.#model.int64([2, 3])]);
    const keys = this.#scope.op("Unsqueeze", [this.ownPosition, this.#model.int64([1, 2])]);
    const visible = this.#scope.op("LessOrEqual", [keys, queries]);
    const mask = this.#scope.op("Where", [
      visible,
      this.#model.float32(0),
      this.#model.float32(MASKED),
    ]);
    const tiled = this.#scope.op("Tile", [mask, this.#model.int64([1, 1, group, 1])]);
    const shape = this.#concat([
      this.#model.int64([1]),
      this.#scope.op("Shape", [slotPosition], { attributes: { end: { int: 1 } } }),
      this.#model.int64([-1]),
      this.#scope.op("Shape", [this.ownPosition], { attributes: { start: { int: 1 } } }),
    ], 0);
    return this.#scope.op("Reshape", [tiled, shape]);
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
  { headDim, ropeTheta }: DecoderConfig,
  positions: number,
): RotaryTables {
  const { main } = model;
  const inverse = Float32Array.from(
    { length: headDim / 2 },
    (_, j) => 1 / ropeTheta ** (2 * j / headDim),
  );
  const range = main.op("Range", [0, positions, 1].map((v) => model.float32(v)));
  const column = main.op("Unsqueeze", [range, model.int64([1])]);
  const angles = main.op("Mul", [column, model.float32(inverse)]);
  return { cos: main.op("Cos", [angles]), sin: main.op("Sin", [angles]) };
}
