import type { DecoderConfig } from "../checkpoint/mod.ts";
import type { AttentionInputs, GraphScope, ModelBuilder } from "../graph/mod.ts";
import { emptyColumn, sharedColumn } from "./bundle_plan.ts";
import type { BundleShape } from "./bundle_shape.ts";
import { repeated } from "./decode_loop.ts";
import type { DeviceWeights } from "./device_weights.ts";
import { groupedAttention, type GroupedRows } from "./grouped_attention.ts";
import type { PagedAttention } from "./paged_attention.ts";

/**
 * What stands in a column. Its square, over the root of a head's size, is what
 * visible scores grow by: 1,448 nats for heads of 128, far above any score, and
 * small enough that float32 keeps a score beside it to 2e-4 nats.
 */
const MARK = 128;

/** What decoding in bundles is written over. */
export interface BundledParts {
  readonly config: DecoderConfig;
  readonly weights: DeviceWeights;
  readonly attention: PagedAttention;
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
  readonly #model: ModelBuilder;
  readonly #empty: number;
  readonly #columns: number;

  constructor(model: ModelBuilder, { shape, weights }: BundledParts) {
    const { columns } = shape;
    this.#model = model;
    this.#empty = emptyColumn(shape);
    this.#columns = columns;
    const marks = Float32Array.from({ length: (columns + 2) * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return row === sharedColumn(shape) || row === column ? MARK : 0;
    });
    const table = model.main.op("Reshape", [model.float32(marks), model.int64([-1, columns])]);
    this.#table = weights.toCompute(table);
  }

  /** `[n, columns]` of `[n]` rows of the table. */
  rows(scope: GraphScope, which: string): string {
    return scope.op("Gather", [this.#table, which]);
  }

  /** `[n / heads, heads, columns]` zeros for `[n]` of anything. */
  none(scope: GraphScope, like: string, heads: number): string {
    const nothing = scope.op("Mul", [like, this.#model.int64([0])]);
    const empty = scope.op("Add", [nothing, this.#model.int64([this.#empty])]);
    return scope.op("Reshape", [
      this.rows(scope, empty),
      this.#model.int64([-1, heads, this.#columns]),
    ]);
  }
}

/** The bundles' keys and values of every layer, `[blocks, block size, kv, d + columns]` each. */
export class BundleCache {
  readonly #model: ModelBuilder;
  readonly #config: DecoderConfig;
  readonly #shape: BundleShape;
  readonly #layers: readonly { readonly key: string; readonly value: string }[];

  constructor(
    model: ModelBuilder,
    scope: GraphScope,
    { parts: { config, attention, shape }, columns }: {
      readonly parts: BundledParts;
      readonly columns: ColumnTable;
    },
  ) {
    this.#model = model;
    this.#config = config;
    this.#shape = shape;
    const { kvHeads } = config;
    const everyHead = repeated(model, "bundle_slot_columns", kvHeads);
    const keyColumns = scope.op("Reshape", [
      columns.rows(scope, everyHead),
      model.int64([-1, kvHeads, shape.columns]),
    ]);
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
    return groupedAttention(this.#model, scope, {
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
    const model = this.#model;
    const slots = scope.op("Reshape", [cache, model.int64([-1, kvHeads, headDim])]);
    const copied = scope.op("Gather", [slots, "bundle_source"]);
    const wide = scope.op("Concat", [copied, columns], { attributes: { axis: { int: 2 } } });
    return scope.op("Reshape", [
      wide,
      model.int64([-1, blockSize, kvHeads, headDim + width]),
    ]);
  }
}
