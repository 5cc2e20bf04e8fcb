import type { AttentionInputs } from "./decoder_layers.ts";
import type { DecoderConfig } from "./decoder_config.ts";
import type { GraphScope, ModelBuilder } from "./graph_builder.ts";
import { AttentionMasks } from "./attention_masks.ts";
import { type RotaryTables, rotaryTables } from "./rotary_tables.ts";

export { type RotaryTables, rotaryTables } from "./rotary_tables.ts";

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

/**
 * A layer's keys and values: the shared prefix `[kv, P + 1, d + 1]` and `[kv,
 * P + 1, d]` (see {@linkcode ownKeyEntry}), the sequences' own from before this
 * run `[kv, B, L, d]`, and those of this run's earlier steps `[kv, B, R, d]`.
 * Only the last grow, and so are the only ones to be copied.
 */
export interface LayerCache {
  readonly prefixKey: string;
  readonly prefixValue: string;
  readonly pastKey: string;
  readonly pastValue: string;
  readonly recentKey: string;
  readonly recentValue: string;
}

/** Attention over a part of the keys, with what joins it to another part. */
interface PartialAttention {
  /** `[kv, B * S * group, d]` */
  readonly output: string;
  /** `[kv, B * S * group, 1]` logarithm of the sum of the scores' exponentials. */
  readonly logSum: string;
}

/**
 * The prefix has one key more, for all of the sequences' own keys together, and
 * its keys have one dimension more: 0 in the prefix's own keys. The further key
 * is 0 but for this number in the further dimension, which undoes the scale of
 * the scores; its value is 0.
 */
export function ownKeyEntry(headDim: number): number {
  return Math.sqrt(headDim);
}

/** How far below a row's largest score others are told apart: exp(-60) is 1e-26. */
const SCORE_RANGE = 60;

/** Rotary tables have at least so many rows: RotaryEmbedding refuses more packed tokens than rows. */
const PACKED_TOKENS = 4096;

/**
 * Grouped-query attention of a batch whose sequences share a prefix, in
 * float32. Scores against the prefix are one matrix product a key-value head
 * for all sequences together; scores against a sequence's own tokens are
 * batched products with a softmax of their own, whose result then joins the
 * prefix's softmax as one more key, so that the large matrix of scores is never
 * copied. A key is visible when its position is not after the query's, which is
 * the causal rule and hides empty slots, and, in a layer with a sliding window,
 * not before the window.
 */
export class CpuAttention {
  readonly #model: ModelBuilder;
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: SlotLayout;
  readonly #rotary: RotaryTables;
  readonly #slots: string;
  readonly #masks: AttentionMasks;
  /** Values that all layers share. */
  readonly #shared = new Map<string, string>();
  readonly #rows: string;
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
    this.#rows = this.#concat([
      scope.op("Gather", [this.#slots, model.int64([0])]),
      scope.op("Mul", [
        scope.op("Gather", [this.#slots, model.int64([1])]),
        model.int64([config.heads / config.kvHeads]),
      ]),
    ], 0);
    this.#masks = new AttentionMasks(model, scope, {
      slotPosition: layout.slotPosition,
      prefixLength: layout.prefixLength,
      rows: this.#rows,
      group: config.heads / config.kvHeads,
      contextLength,
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
    const group = heads / kvHeads;
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
    const own = this.#reshape(ordered, [kvHeads, "B", "S*", headDim], group);
    const flat = this.#reshape(ordered, [kvHeads, -1, headDim]);

    const ownPart = this.#attendOwn(own, { cache, keys, values, window });
    const sum = this.#attendPrefix(flat, ownPart, { cache, window });
    const perSlot = this.#transpose(
      this.#reshape(sum, [kvHeads, "B", "S", group, headDim]),
      [1, 2, 0, 3, 4],
    );
    const rows = this.#reshape(perSlot, [-1, heads * headDim]);
    const output = this.#scope.op("Gather", [rows, this.#layout.tokenSlot]);
    return { output, keys, values };
  }

  /** Attention of queries `[kv, B, S * group, d]` over the sequences' own keys alone. */
  #attendOwn(
    query: string,
    { cache, keys, values, window }: {
      readonly cache: LayerCache;
      readonly keys: string;
      readonly values: string;
      readonly window: number | undefined;
    },
  ): PartialAttention {
    const position = this.#once(
      "own position",
      () => this.#concat([this.#layout.pastPosition, this.recentPosition], 1),
    );
    const { weights, largest } = this.#maskedSoftmax(
      this.#concat([this.#scores(query, cache.pastKey), this.#scores(query, keys)], 3),
      this.#masks.own(position, window),
    );
    const [pastWeights, recentWeights] = this.#scope.outputs(
      "Split",
      [weights, this.#ownLengths()],
      ["", ""],
      { attributes: { axis: { int: 3 } } },
    ) as [string, string];
    const output = this.#scope.op("Add", [
      this.#scope.op("MatMul", [pastWeights, cache.pastValue]),
      this.#scope.op("MatMul", [recentWeights, values]),
    ]);
    // the largest weight is exp(largest score) over the sum of exponentials
    const logSum = this.#scope.op("Sub", [
      largest,
      this.#scope.op("Log", [this.#largest(weights)]),
    ]);
    const { kvHeads, headDim } = this.#config;
    return {
      output: this.#reshape(output, [kvHeads, -1, headDim]),
      logSum: this.#reshape(logSum, [kvHeads, -1, 1]),
    };
  }

  /**
   * Attention of queries `[kv, B * S * group, d]` over the shared prefix and the
   * sequences' own keys, which take part as one key more: its score is the
   * logarithm of the sum of their exponentials, its value is their output. The
   * score comes out of the same matrix product as the prefix's, because the
   * query has it as one dimension more; the prefix's keys are zero there.
   */
  #attendPrefix(
    query: string,
    own: PartialAttention,
    { cache, window }: { readonly cache: LayerCache; readonly window: number | undefined },
  ): string {
    const { kvHeads, headDim } = this.#config;
    const model = this.#model;
    const mask = this.#masks.prefix(window);
    const parts = mask ? model.int64([1]) : this.#parts();
    const inParts = (x: string, width: number): string =>
      this.#scope.op("Reshape", [
        x,
        this.#concat([model.int64([kvHeads]), parts, model.int64([-1, width])], 0),
      ]);
    const forAll = (x: string): string => this.#scope.op("Unsqueeze", [x, model.int64([1])]);
    const extended = inParts(this.#concat([query, own.logSum], 2), headDim + 1);
    const scores = this.#scores(extended, forAll(cache.prefixKey));
    const weights = mask ? this.#maskedSoftmax(scores, mask).weights : this.#softmax(scores);
    const last = model.int64([-1]);
    const ownWeight = this.#scope.op("Slice", [
      weights,
      last,
      model.int64([Number.MAX_SAFE_INTEGER]),
      last,
    ]);
    const sum = this.#scope.op("Add", [
      this.#scope.op("MatMul", [weights, forAll(cache.prefixValue)]),
      this.#scope.op("Mul", [inParts(own.output, headDim), ownWeight]),
    ]);
    return this.#reshape(sum, [kvHeads, -1, headDim]);
  }

  /**
   * `[1]` parts that the rows of a product with the prefix are taken in. Threads
   * share a batch of products by whole products, so an odd number of key-value
   * heads leaves one of two idle at the end; halves of an even number of rows do not.
   */
  #parts(): string {
    if (this.#config.kvHeads % 2 === 0) return this.#model.int64([1]);
    return this.#once("parts", () => {
      const two = this.#model.int64([2]);
      const rows = this.#scope.op("ReduceProd", [this.#rows, this.#model.int64([0])], {
        attributes: { keepdims: { int: 1 } },
      });
      return this.#scope.op("Sub", [two, this.#scope.op("Mod", [rows, two])]);
    });
  }

  #scores(query: string, key: string): string {
    return this.#scope.contrib("FusedMatMul", [query, key], {
      alpha: { float: 1 / Math.sqrt(this.#config.headDim) },
      transB: { int: 1 },
    });
  }

  /**
   * Weights of each row, and its largest score. Scores far below the largest are
   * lifted to where their weights are still nothing beside a float32's precision
   * but are no denormal numbers, which are many times slower.
   */
  #maskedSoftmax(scores: string, mask: string): { weights: string; largest: string } {
    const masked = this.#scope.op("Add", [scores, mask]);
    const largest = this.#largest(masked);
    const floor = this.#scope.op("Sub", [largest, this.#model.float32(SCORE_RANGE)]);
    return { weights: this.#softmax(this.#scope.op("Max", [masked, floor])), largest };
  }

  #softmax(scores: string): string {
    return this.#scope.op("Softmax", [scores], { attributes: { axis: { int: -1 } } });
  }

  /** The largest of each row, as a row of one. */
  #largest(x: string): string {
    return this.#scope.op("ReduceMax", [x, this.#model.int64([-1])]);
  }

  /** `[2]` key counts of the past and the recent tokens. */
  #ownLengths(): string {
    return this.#once("own lengths", () =>
      this.#concat([
        this.#size(this.#layout.pastPosition, 1),
        this.#size(this.recentPosition, 1),
      ], 0));
  }

  /** `[1]` size of one axis. */
  #size(x: string, axis: number): string {
    return this.#scope.op("Shape", [x], {
      attributes: { start: { int: axis }, end: { int: axis + 1 } },
    });
  }

  /** A value that all layers share. */
  #once(key: string, make: () => string): string {
    const existing = this.#shared.get(key);
    if (existing) return existing;
    const made = make();
    this.#shared.set(key, made);
    return made;
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
