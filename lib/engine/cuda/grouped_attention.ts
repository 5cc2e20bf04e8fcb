import { type DecoderConfig, groupSize } from "../checkpoint/mod.ts";
import type { AttentionInputs, GraphScope, ModelBuilder } from "../graph/mod.ts";

/** Where the rows of a decoding step lie: each token `group` times, as the query heads of a key-value head. */
export interface GroupedRows {
  /** `[S + 1]` int32: where each of the kernel's sequences begins. */
  readonly offsets: string;
  /** `[S]` int32: tokens of each sequence in the cache, less the rows that are more than one a token. */
  readonly past: string;
  /** `[S, M]` int32: the blocks of each sequence. */
  readonly table: string;
  /** `[b * group]` int32: the cache slot of each token, repeated. */
  readonly slots: string;
  /** `[b * group]` int64: 0 group times, 1 group times, ... */
  readonly repeat: string;
  /** `[2]` int32: bounds of the rows and of all tokens of one sequence. */
  readonly bounds: string;
}

/** Columns that are appended to every head, and taken off the output. */
export interface HeadColumns {
  readonly width: number;
  /** `[b, group, kv, width]` */
  readonly query: string;
  /** `[b, kv, width]` */
  readonly key: string;
  /** `[b, kv, width]` */
  readonly value: string;
}

/**
 * Attention of one new token a sequence, whose queries and keys are turned
 * already; gives `[b, heads * d]`. The query heads that share a key-value head
 * go in as rows of one sequence that all see every key, so the kernel reads each
 * key once and not once a query head.
 */
export function groupedAttention(
  model: ModelBuilder,
  scope: GraphScope,
  { config, inputs: { query, key, value }, cache, rows, columns }: {
    readonly config: DecoderConfig;
    readonly inputs: AttentionInputs;
    readonly cache: { readonly key: string; readonly value: string };
    readonly rows: GroupedRows;
    readonly columns?: HeadColumns;
  },
): string {
  const { heads, kvHeads, headDim } = config;
  const group = groupSize(config);
  const size = headDim + (columns?.width ?? 0);
  const reshape = (x: string, shape: readonly number[]): string =>
    scope.op("Reshape", [x, model.int64(shape)]);
  const swap = (x: string): string =>
    scope.op("Transpose", [x], { attributes: { perm: { ints: [0, 2, 1, 3] } } });
  const perHead = (x: string): string => reshape(x, [-1, kvHeads, headDim]);
  const toRows = (x: string, more?: string, axis = 2): string => {
    const wide = more ? scope.op("Concat", [x, more], { attributes: { axis: { int: axis } } }) : x;
    return reshape(wide, [-1, kvHeads * size]);
  };
  const queries = swap(reshape(query, [-1, kvHeads, group, headDim]));
  const keyRows = columns ? toRows(perHead(key), columns.key) : toRows(key);
  const valueRows = columns ? toRows(perHead(value), columns.value) : value;
  const output = scope.contrib("PagedAttention", [
    toRows(queries, columns?.query, 3),
    scope.op("Gather", [keyRows, rows.repeat]),
    scope.op("Gather", [valueRows, rows.repeat]),
    ...[cache.key, cache.value],
    ...[rows.offsets, rows.past, rows.table],
    ...["", "", rows.slots],
    ...["", "", "", "", ""],
    rows.bounds,
  ], {
    num_heads: { int: kvHeads },
    kv_num_heads: { int: kvHeads },
    is_causal: { int: 0 },
    // the columns are not part of a head's size
    ...(columns ? { scale: { float: 1 / Math.sqrt(headDim) } } : {}),
  });
  const seen = reshape(output, [-1, group, kvHeads, size]);
  const kept = columns
    ? scope.op("Slice", [seen, ...[0, headDim, 3].map((n) => model.int64([n]))])
    : seen;
  return reshape(swap(kept), [-1, heads * headDim]);
}
