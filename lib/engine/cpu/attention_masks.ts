import { hidingWindow } from "../checkpoint/mod.ts";
import type { GraphScope, ModelBuilder } from "../graph/mod.ts";

/** What {@linkcode AttentionMasks} needs to know of the queries and keys. */
export interface MaskLayout {
  /** `[B, S]` positions of the queries' tokens. */
  readonly slotPosition: string;
  /** `[1]` size P of the shared prefix, whose positions are 0 to P - 1. */
  readonly prefixLength: string;
  /** `[2]` B and S * group. */
  readonly rows: string;
  /** Query heads that share a key-value head. */
  readonly group: number;
  /** Positions that there can be at all. */
  readonly contextLength: number;
}

/** Position of a slot without a token: later than every query, so no query sees it. */
export const EMPTY_POSITION = 2 ** 30;

const MASKED = -1e9;

/**
 * Additive masks over attention scores, one for each set of keys and each
 * window, shared by the layers: 0 where a query sees a key, a large negative
 * number elsewhere. A query sees the keys at its own position and before, and
 * of those, in a layer with a window, the last `window` ones.
 */
export class AttentionMasks {
  readonly #model: ModelBuilder;
  readonly #scope: GraphScope;
  readonly #layout: MaskLayout;

  constructor(model: ModelBuilder, scope: GraphScope, layout: MaskLayout) {
    this.#model = model;
    this.#scope = scope;
    this.#layout = layout;
  }

  /** `[1, B, S * group, n]` for sequences' own keys at `position`, `[B, n]`. */
  own(position: string, window: number | undefined): string {
    const bound = hidingWindow(window, this.#layout.contextLength);
    return this.#scope.once(`${position} ${bound}`, () => {
      const keys = this.#scope.op("Unsqueeze", [position, this.#model.int64([1, 2])]);
      const causal = this.#scope.op("LessOrEqual", [keys, this.#queries()]);
      const visible = bound === undefined
        ? causal
        : this.#scope.op("And", [causal, this.#isNear(keys, bound)]);
      const length = this.#scope.op("Shape", [position], { attributes: { start: { int: 1 } } });
      return this.#toMask(visible, [this.#layout.rows, length]);
    });
  }

  /**
   * `[1, B * S * group, P + 1]` for the shared prefix and the key that stands for a sequence's own;
   * none where every query sees all of it.
   */
  prefix(window: number | undefined): string | undefined {
    const bound = hidingWindow(window, this.#layout.contextLength);
    if (bound === undefined) return undefined;
    return this.#scope.once(`prefix ${bound}`, () => {
      const count = this.#scope.op("Squeeze", [this.#layout.prefixLength, this.#model.int64([0])]);
      const keys = this.#concat([
        this.#scope.op("Range", [this.#model.int64(0), count, this.#model.int64(1)]),
        this.#model.int64([EMPTY_POSITION]), // behind no window
      ]);
      return this.#toMask(this.#isNear(keys, bound), [
        this.#model.int64([-1]),
        this.#scope.op("Shape", [keys]),
      ]);
    });
  }

  #isNear(keys: string, window: number): string {
    const ends = this.#scope.op("Add", [keys, this.#model.int64(window)]);
    return this.#scope.op("Less", [this.#queries(), ends]);
  }

  /** `[B, S, 1, 1]` */
  #queries(): string {
    return this.#scope.once(
      "queries",
      () => this.#scope.op("Unsqueeze", [this.#layout.slotPosition, this.#model.int64([2, 3])]),
    );
  }

  /** Visibility `[B, S, 1, keys]` as an additive mask of the given shape, after a 1 for the key-value heads. */
  #toMask(visible: string, shape: readonly string[]): string {
    const mask = this.#scope.op("Where", [
      visible,
      this.#model.float32(0),
      this.#model.float32(MASKED),
    ]);
    const repeats = this.#model.int64([1, 1, this.#layout.group, 1]);
    const tiled = this.#scope.op("Tile", [mask, repeats]);
    const full = this.#concat([this.#model.int64([1]), ...shape]);
    return this.#scope.op("Reshape", [tiled, full]);
  }

  #concat(parts: readonly string[]): string {
    return this.#scope.op("Concat", parts, { attributes: { axis: { int: 0 } } });
  }
}
