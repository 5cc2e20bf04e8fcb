import { type DecoderConfig, groupSize } from "../checkpoint/mod.ts";
import type { AttentionInputs, GraphScope } from "../graph/mod.ts";

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
  /** How many. */
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
  const swap = (x: string): string => scope.transpose(x, [0, 2, 1, 3]);
  const perHead = (x: string): string => scope.reshape(x, [-1, kvHeads, headDim]);
  const toRows = (x: string, more?: string, axis = 2): string =>
    scope.reshape(more ? scope.concat([x, more], axis) : x, [-1, kvHeads * size]);
  const queries = swap(scope.reshape(query, [-1, kvHeads, group, headDim]));
  const keyRows = columns ? toRows(perHead(key), columns.key) : toRows(key);
  const valueRows = columns ? toRows(perHead(value), columns.value) : value;
  const output = scope.contrib("PagedAttention", [
    toRows(queries, columns?.query, 3),
    scope.gather(keyRows, rows.repeat),
    scope.gather(valueRows, rows.repeat),
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
  const seen = scope.reshape(output, [-1, group, kvHeads, size]);
  const kept = columns ? scope.slice(seen, scope.int64([0]), scope.int64([headDim]), 3) : seen;
  return scope.reshape(swap(kept), [-1, heads * headDim]);
}
