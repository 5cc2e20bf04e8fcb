import { hidingWindow } from "../checkpoint/mod.ts";
import type { GraphScope } from "../graph/mod.ts";

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
  readonly #scope: GraphScope;
  readonly #layout: MaskLayout;

  /** Masks of one step, written into its scope where they are first asked for. */
  constructor(scope: GraphScope, layout: MaskLayout) {
    this.#scope = scope;
    this.#layout = layout;
  }

  /** `[1, B, S * group, n]` for sequences' own keys at `position`, `[B, n]`. */
  own(position: string, window: number | undefined): string {
    const scope = this.#scope;
    const bound = hidingWindow(window, this.#layout.contextLength);
    return scope.once(`${position} ${bound}`, () => {
      const keys = scope.unsqueeze(position, 1, 2);
      const causal = scope.op("LessOrEqual", [keys, this.#queries()]);
      const visible = bound === undefined
        ? causal
        : scope.op("And", [causal, this.#isNear(keys, bound)]);
      const length = scope.shape(position, { start: 1 });
      return this.#toMask(visible, [this.#layout.rows, length]);
    });
  }

  /**
   * `[1, B * S * group, P + 1]` for the shared prefix and the key that stands for a sequence's own;
   * none where every query sees all of it.
   */
  prefix(window: number | undefined): string | undefined {
    const scope = this.#scope;
    const bound = hidingWindow(window, this.#layout.contextLength);
    if (bound === undefined) return undefined;
    return scope.once(`prefix ${bound}`, () => {
      const keys = scope.concat([
        scope.range(this.#layout.prefixLength),
        scope.int64([EMPTY_POSITION]), // behind no window
      ]);
      return this.#toMask(this.#isNear(keys, bound), [scope.int64([-1]), scope.shape(keys)]);
    });
  }

  #isNear(keys: string, window: number): string {
    const ends = this.#scope.add(keys, this.#scope.int64(window));
    return this.#scope.op("Less", [this.#queries(), ends]);
  }

  /** `[B, S, 1, 1]` */
  #queries(): string {
    const { slotPosition } = this.#layout;
    return this.#scope.once("queries", () => this.#scope.unsqueeze(slotPosition, 2, 3));
  }

  /** Visibility `[B, S, 1, keys]` as an additive mask of the given shape, after a 1 for the key-value heads. */
  #toMask(visible: string, shape: readonly string[]): string {
    const scope = this.#scope;
    const mask = scope.op("Where", [visible, scope.float32(0), scope.float32(MASKED)]);
    const tiled = scope.op("Tile", [mask, scope.int64([1, 1, this.#layout.group, 1])]);
    return scope.reshape(tiled, [1, ...shape]);
  }
}
