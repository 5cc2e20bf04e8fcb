import type { DecoderConfig } from "../checkpoint/mod.ts";
import type { AttentionMasks } from "./attention_masks.ts";
import type { GraphScope, ModelBuilder } from "../graph/mod.ts";

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

/** The keys and values that one layer's queries may see. */
export interface AttendedKeys {
  readonly cache: LayerCache;
  /** The cache's recent keys and those of this step, `[kv, B, R + S, d]`. */
  readonly keys: string;
  /** As `keys`. */
  readonly values: string;
  /** Tokens that a query sees, itself among them; all before it when undefined. */
  readonly window: number | undefined;
}

/** What {@linkcode TwoPartAttention} needs to know of the queries and keys of a step. */
export interface TwoPartLayout {
  /** `[2]` B and S * group. */
  readonly rows: string;
  /** `[B, L]` positions of the sequences' own tokens before this run. */
  readonly pastPosition: string;
  /** `[B, R + S]` positions of this run's tokens after this step. */
  readonly recentPosition: string;
}

/**
 * Attention over the sequences' own keys and over the prefix that they share,
 * as one softmax that is computed in two parts: scores against a sequence's own
 * tokens are batched products with a softmax of their own, whose result then
 * joins the prefix's softmax as one more key, so that the large matrix of scores
 * is never copied. Scores against the prefix are one product a key-value head
 * for all sequences together.
 */
export class TwoPartAttention {
  readonly #model: ModelBuilder;
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: TwoPartLayout;
  readonly #masks: AttentionMasks;

  constructor(
    model: ModelBuilder,
    scope: GraphScope,
    { config, layout, masks }: {
      readonly config: DecoderConfig;
      readonly layout: TwoPartLayout;
      readonly masks: AttentionMasks;
    },
  ) {
    this.#model = model;
    this.#scope = scope;
    this.#config = config;
    this.#layout = layout;
    this.#masks = masks;
  }

  /** Output `[kv, B * S * group, d]` of queries `[kv, B, S * group, d]`. */
  attend(query: string, keys: AttendedKeys): string {
    const flat = this.#reshape(query, [this.#config.kvHeads, -1, this.#config.headDim]);
    return this.#attendPrefix(flat, this.#attendOwn(query, keys), keys);
  }

  /** Attention of queries `[kv, B, S * group, d]` over the sequences' own keys alone. */
  #attendOwn(
    query: string,
    { cache, keys, values, window }: AttendedKeys,
  ): PartialAttention {
    const { pastPosition, recentPosition } = this.#layout;
    const position = this.#scope.once(
      "own position",
      () => this.#concat([pastPosition, recentPosition], 1),
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
    { cache, window }: Pick<AttendedKeys, "cache" | "window">,
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
    return this.#scope.once("parts", () => {
      const two = this.#model.int64([2]);
      const rows = this.#scope.op("ReduceProd", [this.#layout.rows, this.#model.int64([0])], {
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
    const { pastPosition, recentPosition } = this.#layout;
    return this.#scope.once(
      "own lengths",
      () => this.#concat([this.#length(pastPosition), this.#length(recentPosition)], 0),
    );
  }

  #reshape(x: string, shape: readonly number[]): string {
    return this.#scope.op("Reshape", [x, this.#model.int64(shape)]);
  }

  #concat(parts: readonly string[], axis: number): string {
    return this.#scope.op("Concat", parts, { attributes: { axis: { int: axis } } });
  }

  /** `[1]` size of axis 1. */
  #length(x: string): string {
    return this.#scope.op("Shape", [x], { attributes: { start: { int: 1 }, end: { int: 2 } } });
  }
}
