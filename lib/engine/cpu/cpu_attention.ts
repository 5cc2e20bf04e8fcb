import {
  type AttentionInputs,
  type DecoderWeights,
  type GraphScope,
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
  readonly #scope: GraphScope;
  readonly #config: DecoderConfig;
  readonly #layout: SlotLayout;
  /** Of each layer. */
  readonly #rotary: readonly (RotaryTables | undefined)[];
  readonly #slots: string;
  readonly #attention: TwoPartAttention;
  readonly #rowPositions: string;
  /** `[B, R + S]` positions of this run's tokens after this step. */
  readonly recentPosition: string;

  /** Adds the rotary tables to the main graph and the step's layout to the scope. */
  constructor(
    scope: GraphScope,
    { weights, layout, contextLength }: {
      readonly weights: DecoderWeights;
      readonly layout: SlotLayout;
      readonly contextLength: number;
    },
  ) {
    const { config } = weights;
    this.#scope = scope;
    this.#config = config;
    this.#layout = layout;
    this.#rotary = rotaryTables(weights, Math.max(contextLength, PACKED_TOKENS));
    this.#slots = scope.shape(layout.slotToken);
    this.recentPosition = scope.concat([layout.recentPosition, layout.slotPosition], 1);
    const group = groupSize(config);
    const rows = scope.concat([
      this.#slotCount(0),
      scope.mul(this.#slotCount(1), scope.int64([group])),
    ]);
    const { slotPosition, prefixLength } = layout;
    this.#attention = new TwoPartAttention(scope, {
      config,
      layout: { ...layout, rows, recentPosition: this.recentPosition },
      masks: new AttentionMasks(scope, { slotPosition, prefixLength, rows, group, contextLength }),
    });
    this.#rowPositions = scope.unsqueeze(layout.positions, 0);
  }

  /** Adds one layer's attention; `output` is `[T, heads * d]`, keys and values are the grown recent ones. */
  attend(
    layer: number,
    { query, key, value, headNorm }: AttentionInputs,
    cache: LayerCache,
  ): { readonly output: string; readonly keys: string; readonly values: string } {
    const scope = this.#scope;
    const { heads, kvHeads, headDim, attention } = this.#config;
    const { window } = attention[layer]!;
    const rotary = this.#rotary[layer];
    const [queryNorm, keyNorm] = [headNorm?.("query"), headNorm?.("key")];
    const group = groupSize(this.#config);
    const prepare = (x: string, count: number, weight: string | undefined): string => {
      const normalized = weight ? this.#normalizeHeads(x, count, weight) : x;
      return rotary ? this.#rotate(normalized, count, rotary) : normalized;
    };
    const keys = this.#append(cache.recentKey, prepare(key, kvHeads, keyNorm));
    const values = this.#append(cache.recentValue, value);

    // query heads h = kv * group + g are laid out as [kv, B, S * group, d]
    const turned = prepare(query, heads, queryNorm);
    const slotQuery = this.#toSlots(turned, [kvHeads, group, headDim]);
    const ordered = scope.transpose(slotQuery, [2, 0, 1, 3, 4]);
    const [batch, rows] = [
      this.#slotCount(0),
      scope.mul(this.#slotCount(1), scope.int64([group])),
    ];
    const bySequence = scope.reshape(ordered, [kvHeads, batch, rows, headDim]);
    const sum = this.#attention.attend(bySequence, { cache, keys, values, window });
    const perSlot = scope.transpose(
      scope.reshape(sum, [kvHeads, this.#slotCount(0), this.#slotCount(1), group, headDim]),
      [1, 2, 0, 3, 4],
    );
    const perRow = scope.reshape(perSlot, [-1, heads * headDim]);
    return { output: scope.gather(perRow, this.#layout.tokenSlot), keys, values };
  }

  /** RMS norm of each head's part of `[T, heads * d]`. */
  #normalizeHeads(x: string, heads: number, weight: string): string {
    const { headDim, rmsNormEps } = this.#config;
    const perHead = this.#scope.reshape(x, [-1, heads, headDim]);
    const normalized = this.#scope.rmsNorm(perHead, weight, rmsNormEps);
    return this.#scope.reshape(normalized, [-1, heads * headDim]);
  }

  #rotate(x: string, heads: number, { cos, sin }: RotaryTables): string {
    const row = this.#scope.unsqueeze(x, 0);
    const rotated = this.#scope.contrib("RotaryEmbedding", [row, this.#rowPositions, cos, sin], {
      num_heads: { int: heads },
    });
    return this.#scope.squeeze(rotated);
  }

  /** Grows `[kv, B, L, d]` by the slots of this step's `[T, kv * d]`. */
  #append(cache: string, x: string): string {
    const { kvHeads, headDim } = this.#config;
    const slots = this.#toSlots(x, [kvHeads, headDim]);
    return this.#scope.concat([cache, this.#scope.transpose(slots, [2, 0, 1, 3])], 2);
  }

  /** `[T, n]` to `[B, S, ...shape]`. */
  #toSlots(x: string, shape: readonly number[]): string {
    const slots = this.#scope.gather(x, this.#layout.slotToken);
    return this.#scope.reshape(slots, [this.#slotCount(0), this.#slotCount(1), ...shape]);
  }

  /** `[1]` B for axis 0, S for axis 1. */
  #slotCount(axis: 0 | 1): string {
    return this.#scope.gather(this.#slots, this.#scope.int64([axis]));
  }
}
