import type { DecoderConfig } from "../../checkpoint/mod.ts";
import type { AttentionInputs, GraphScope } from "../../graph/mod.ts";
import { emptyColumn, sharedColumn } from "./bundle_plan.ts";
import type { BundleShape } from "./bundle_shape.ts";
import { repeated } from "../decode_loop.ts";
import { groupedAttention, type GroupedRows } from "../grouped_attention.ts";
import type { LoopParts } from "../prefill_loop.ts";

/**
 * What stands in a column. Its square, over the root of a head's size, is what
 * visible scores grow by: 1,448 nats for heads of 128, far above any score, and
 * small enough that float32 keeps a score beside it to 2e-4 nats.
 */
const MARK = 128;

/** What decoding in bundles is written over. */
export interface BundledParts extends LoopParts {
  /** Sizes of the bundles. */
  readonly shape: BundleShape;
}

/** Where the rows of one step lie, one of the kernel's sequences a bundle. */
export interface BundledLayout extends Omit<GroupedRows, "table" | "bounds"> {
  /** `[b, 1]` int64 */
  readonly positions: string;
  /** `[b, group, kv, columns]` */
  readonly queryColumns: string;
  /** `[b, kv, columns]` */
  readonly keyColumns: string;
  /** `[b, kv, columns]` zeros. */
  readonly noColumns: string;
}

/** The rows that stand in the columns of keys and queries, `[columns + 2, columns]`. */
export class ColumnTable {
  readonly #table: string;
  readonly #shape: BundleShape;

  /** Adds the table to the main graph. */
  constructor({ shape, weights }: BundledParts) {
    const { columns } = shape;
    const { main } = weights;
    this.#shape = shape;
    const marks = Array.from({ length: (columns + 2) * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return row === sharedColumn(shape) || row === column ? MARK : 0;
    });
    this.#table = weights.toCompute(main.reshape(main.float32(marks), [-1, columns]));
  }

  /** `[n, columns]` of `[n]` rows of the table. */
  rows(scope: GraphScope, which: string): string {
    return scope.gather(this.#table, which);
  }

  /** `[n / heads, heads, columns]` zeros for `[n]` of anything. */
  none(scope: GraphScope, like: string, heads: number): string {
    const nothing = scope.mul(like, scope.int64([0]));
    const empty = scope.add(nothing, scope.int64([emptyColumn(this.#shape)]));
    return scope.reshape(this.rows(scope, empty), [-1, heads, this.#shape.columns]);
  }
}

/** The bundles' keys and values of every layer, `[blocks, block size, kv, d + columns]` each. */
export class BundleCache {
  readonly #config: DecoderConfig;
  readonly #shape: BundleShape;
  readonly #layers: readonly { readonly key: string; readonly value: string }[];

  /** Fills the cache from the prompts', in the scope that is given. */
  constructor(
    scope: GraphScope,
    { weights: { config }, attention, shape }: BundledParts,
    columns: ColumnTable,
  ) {
    this.#config = config;
    this.#shape = shape;
    const { kvHeads } = config;
    const everyHead = repeated(scope.main, "bundle_slot_columns", kvHeads);
    const keyColumns = scope.reshape(
      columns.rows(scope, everyHead),
      [-1, kvHeads, shape.columns],
    );
    const noColumns = columns.none(scope, everyHead, kvHeads);
    this.#layers = attention.caches.map(({ key, value }) => ({
      key: this.#filled(scope, key, keyColumns),
      value: this.#filled(scope, value, noColumns),
    }));
  }

  /** Appends one token a sequence to its bundle and attends to all that the sequence sees; gives `[b, heads * d]`. */
  attend(
    scope: GraphScope,
    layer: number,
    inputs: AttentionInputs,
    layout: BundledLayout,
  ): string {
    return groupedAttention(scope, {
      config: this.#config,
      inputs,
      cache: this.#layers[layer]!,
      rows: { ...layout, table: "bundle_table", bounds: "bundle_bounds" },
      columns: {
        width: this.#shape.columns,
        query: layout.queryColumns,
        key: layout.keyColumns,
        value: layout.noColumns,
      },
    });
  }

  /** A cache `[blocks, block size, kv, d]` of the prompts, in the bundles' order and with columns. */
  #filled(scope: GraphScope, cache: string, columns: string): string {
    const { kvHeads, headDim } = this.#config;
    const { blockSize, columns: width } = this.#shape;
    const slots = scope.reshape(cache, [-1, kvHeads, headDim]);
    const wide = scope.concat([scope.gather(slots, "bundle_source"), columns], 2);
    return scope.reshape(wide, [-1, blockSize, kvHeads, headDim + width]);
  }
}
