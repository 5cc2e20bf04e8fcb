import type { DecoderConfig } from "../checkpoint/mod.ts";
import type { AttentionMasks } from "./attention_masks.ts";
import type { GraphScope } from "../graph/mod.ts";

/**
 * A layer's keys and values: the shared prefix `[kv, P + 1, d + 1]` and `[kv,
 * P + 1, d]` (see {@linkcode ownKeyEntry}), the sequences' own from before this
 * run `[kv, B, L, d]`, and those of this run's earlier steps `[kv, B, R, d]`.
 * Only the last grow, and so are the only ones to be copied.
 */
export interface LayerCache {
  /** `[kv, P + 1, d + 1]` */
  readonly prefixKey: string;
  /** `[kv, P + 1, d]` */
  readonly prefixValue: string;
  /** `[kv, B, L, d]` */
  readonly pastKey: string;
  /** `[kv, B, L, d]` */
  readonly pastValue: string;
  /** `[kv, B, R, d]` */
  readonly recentKey: string;
  /** `[kv, B, R, d]` */
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
  /** The prefix, and the sequences' own tokens before this step. */
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
 * as one softmax that is computed in two parts. With scores s and values v, own
 * keys o and the prefix's keys p, the output is
 *
 *     (e^L * own + sum_p e^(s_p) v_p) / (e^L + sum_p e^(s_p))
 *     own = softmax(s_o) v_o,   L = log sum_o e^(s_o)
 *
 * so own keys join the prefix's softmax as one key more of score L and value
 * `own`, and the large matrix of scores is never copied. Scores against own keys
 * are batched products; scores against the prefix are one product a key-value
 * head for all sequences together.
 *
 * Source: parts of a softmax joined by their log-sum-exps as in Milakov and
 * Gimelshein 2018, arXiv:1805.02867, and Juravsky et al. 2024, arXiv:2402.05099.
 */
export class TwoPartAttention {
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: TwoPartLayout;
  readonly #masks: AttentionMasks;

  /** The attention of one step, for all layers. */
  constructor(
    scope: GraphScope,
    { config, layout, masks }: {
      readonly config: DecoderConfig;
      readonly layout: TwoPartLayout;
      readonly masks: AttentionMasks;
    },
  ) {
    this.#scope = scope;
    this.#config = config;
    this.#layout = layout;
    this.#masks = masks;
  }

  /** Output `[kv, B * S * group, d]` of queries `[kv, B, S * group, d]`. */
  attend(query: string, keys: AttendedKeys): string {
    const { kvHeads, headDim } = this.#config;
    const flat = this.#scope.reshape(query, [kvHeads, -1, headDim]);
    return this.#attendPrefix(flat, this.#attendOwn(query, keys), keys);
  }

  /** Attention of queries `[kv, B, S * group, d]` over the sequences' own keys alone. */
  #attendOwn(
    query: string,
    { cache, keys, values, window }: AttendedKeys,
  ): PartialAttention {
    const scope = this.#scope;
    const { pastPosition, recentPosition } = this.#layout;
    const position = scope.once(
      "own position",
      () => scope.concat([pastPosition, recentPosition], 1),
    );
    const { weights, largest } = this.#maskedSoftmax(
      scope.concat([this.#scores(query, cache.pastKey), this.#scores(query, keys)], 3),
      this.#masks.own(position, window),
    );
    const [pastWeights, recentWeights] = scope.outputs(
      "Split",
      [weights, this.#ownLengths()],
      ["", ""],
      { attributes: { axis: { int: 3 } } },
    ) as [string, string];
    const output = scope.add(
      scope.op("MatMul", [pastWeights, cache.pastValue]),
      scope.op("MatMul", [recentWeights, values]),
    );
    // the largest weight is exp(largest score) over the sum of exponentials
    const logSum = scope.sub(largest, scope.op("Log", [this.#largest(weights)]));
    const { kvHeads, headDim } = this.#config;
    return {
      output: scope.reshape(output, [kvHeads, -1, headDim]),
      logSum: scope.reshape(logSum, [kvHeads, -1, 1]),
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
    const scope = this.#scope;
    const { kvHeads, headDim } = this.#config;
    const mask = this.#masks.prefix(window);
    const parts = mask ? scope.int64([1]) : this.#parts();
    const inParts = (x: string, width: number): string =>
      scope.op("Reshape", [
        x,
        scope.concat([scope.int64([kvHeads]), parts, scope.int64([-1, width])]),
      ]);
    const forAll = (x: string): string => scope.unsqueeze(x, 1);
    const extended = inParts(scope.concat([query, own.logSum], 2), headDim + 1);
    const scores = this.#scores(extended, forAll(cache.prefixKey));
    const weights = mask ? this.#maskedSoftmax(scores, mask).weights : this.#softmax(scores);
    const ownWeight = scope.slice(
      weights,
      scope.int64([-1]),
      scope.int64([Number.MAX_SAFE_INTEGER]),
      -1,
    );
    const sum = scope.add(
      scope.op("MatMul", [weights, forAll(cache.prefixValue)]),
      scope.mul(inParts(own.output, headDim), ownWeight),
    );
    return scope.reshape(sum, [kvHeads, -1, headDim]);
  }

  /**
   * `[1]` parts that the rows of a product with the prefix are taken in. Threads
   * share a batch of products by whole products, so an odd number of key-value
   * heads leaves one of two idle at the end; halves of an even number of rows do not.
   */
  #parts(): string {
    const scope = this.#scope;
    if (this.#config.kvHeads % 2 === 0) return scope.int64([1]);
    return scope.once("parts", () => {
      const two = scope.int64([2]);
      const rows = scope.op("ReduceProd", [this.#layout.rows, scope.int64([0])], {
        keepdims: { int: 1 },
      });
      return scope.sub(two, scope.op("Mod", [rows, two]));
    });
  }

  /** `q k^T / sqrt(d)` of queries `[.., n, d]` and keys `[.., m, d]`. */
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
    const scope = this.#scope;
    const masked = scope.add(scores, mask);
    const largest = this.#largest(masked);
    const floor = scope.sub(largest, scope.float32(SCORE_RANGE));
    return { weights: this.#softmax(scope.op("Max", [masked, floor])), largest };
  }

  #softmax(scores: string): string {
    return this.#scope.op("Softmax", [scores], { axis: { int: -1 } });
  }

  /** The largest of each row, as a row of one. */
  #largest(x: string): string {
    return this.#scope.op("ReduceMax", [x, this.#scope.int64([-1])]);
  }

  /** `[2]` key counts of the past and the recent tokens. */
  #ownLengths(): string {
    const { pastPosition, recentPosition } = this.#layout;
    const scope = this.#scope;
    return scope.once(
      "own lengths",
      () => scope.concat([scope.size(pastPosition, 1), scope.size(recentPosition, 1)]),
    );
  }
}
