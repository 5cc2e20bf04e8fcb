import {
  DataType,
  type Dimension,
  type Feeds,
  type GraphScope,
  int32,
  int64,
} from "../graph/mod.ts";

/** The pieces that a chunk of the prefill takes from the run's packed inputs, in the order of `chunk_ranges`. */
export const CHUNK_PIECES = [
  "tokens",
  "sequences",
  "offsets",
  "tails",
  "tail_sequences",
  "tail_offsets",
  "last",
] as const;

/** One of {@linkcode CHUNK_PIECES}. */
export type ChunkPiece = typeof CHUNK_PIECES[number];

/** A matrix as its rows. */
export type Rows = readonly (readonly number[])[];

/**
 * One run as the graph takes it: its integer inputs by their names, those of all
 * chunks one after another. `N` chunks, `S` sequences in them, `Q` tails, `B`
 * prompts, `M` the most blocks of a sequence.
 */
export interface RunArrays {
  /** `[1]` blocks of the cache. */
  readonly blocks: readonly number[];
  /** `[N, 2 * pieces]` first and end of each piece of each chunk. */
  readonly chunk_ranges: Rows;
  /** `[N, 2]` most new and most total tokens of a sequence of the chunk. */
  readonly chunk_bounds: Rows;
  /** `[N, 2]` the same of the tails. */
  readonly tail_bounds: Rows;
  /** `[T]` packed new tokens. */
  readonly tokens: readonly number[];
  /** `[T]` the position of each in its sequence. */
  readonly positions: readonly number[];
  /** `[T]` the slot of the cache that each is written to. */
  readonly slots: readonly number[];
  /** `[S + N]` where each sequence's tokens begin in its chunk, and where the last ones end. */
  readonly offsets: readonly number[];
  /** `[S]` tokens of each sequence that lie in its blocks already. */
  readonly past: readonly number[];
  /** `[S, M]` blocks of each sequence. */
  readonly table: Rows;
  /** `[R]` row in its chunk that each row of a tail is a copy of. */
  readonly tail_source: readonly number[];
  /** `[R]` the slot of the cache that each row of a tail is written to. */
  readonly tail_slots: readonly number[];
  /** `[Q + N]` as `offsets`, of the tails. */
  readonly tail_offsets: readonly number[];
  /** `[Q]` as `past`. */
  readonly tail_past: readonly number[];
  /** `[Q, M]` as `table`. */
  readonly tail_table: Rows;
  /** `[B]` row in its chunk of each prompt's last token, or of all its tokens where texts are scored. */
  readonly last: readonly number[];
  /** As `last` the token after each where texts are scored, else `[0]`. */
  readonly targets: readonly number[];
  /** `[B]` tokens of each prompt. */
  readonly prompt_length: readonly number[];
  /** `[B, M]` blocks of each prompt. */
  readonly prompt_table: Rows;
  /** `[2]` most new and most total tokens of a sequence that is decoded by itself. */
  readonly decode_bounds: readonly number[];
  /** `[2]` the same where the query heads of a key-value head are rows of their own. */
  readonly group_bounds: readonly number[];
}

/** What the graph takes beside {@linkcode RunArrays} of a run that is decoded in `C` bundles. */
export interface BundleArrays {
  /** `[slots]` slot of the prompts' cache that each slot of the bundles' cache is a copy of. */
  readonly bundle_source: readonly number[];
  /** `[slots]` row of the table of columns of each slot. */
  readonly bundle_slot_columns: readonly number[];
  /** `[C, bundle_blocks]` blocks of each bundle. */
  readonly bundle_table: Rows;
  /** `[C]` tokens of each bundle when decoding begins. */
  readonly bundle_length: readonly number[];
  /** `[2]` most rows a step and most tokens of a bundle when all of its members have ended. */
  readonly bundle_bounds: readonly number[];
  /** `[B]` bundle of each prompt. */
  readonly prompt_bundle: readonly number[];
  /** `[B]` column of each prompt in its bundle. */
  readonly prompt_column: readonly number[];
}

type InputTypes = Readonly<Record<string, readonly [DataType, readonly Dimension[]]>>;

const { INT64, INT32, FLOAT, BOOL } = DataType;

/** Element types and shapes of the graph's inputs, in the order in which they are declared. */
const INPUTS = {
  cache: { blocks: [INT64, [1]] },
  prefill: {
    chunk_ranges: [INT64, ["N", 2 * CHUNK_PIECES.length]],
    chunk_bounds: [INT32, ["N", 2]],
    tail_bounds: [INT32, ["N", 2]],
    tokens: [INT64, ["T"]],
    positions: [INT64, ["T"]],
    slots: [INT32, ["T"]],
    offsets: [INT32, ["O"]],
    past: [INT32, ["S"]],
    table: [INT32, ["S", "M"]],
    tail_source: [INT64, ["R"]],
    tail_slots: [INT32, ["R"]],
    tail_offsets: [INT32, ["P"]],
    tail_past: [INT32, ["Q"]],
    tail_table: [INT32, ["Q", "M"]],
    last: [INT64, ["B"]],
    targets: [INT64, ["X"]],
    no_tokens: [INT64, ["zero"]],
    no_scores: [FLOAT, ["zero", "C"]],
    choice_ids: [INT64, ["C"]],
    want_scores: [BOOL, []],
  },
  decoding: {
    decode_steps: [INT64, []],
    end_ids: [INT64, ["E"]],
    prompt_length: [INT32, ["B"]],
    prompt_table: [INT32, ["B", "M"]],
    decode_bounds: [INT32, [2]],
    group_bounds: [INT32, [2]],
  },
  bundles: {
    bundle_source: [INT64, ["slots"]],
    bundle_slot_columns: [INT64, ["slots"]],
    bundle_table: [INT32, ["C", "bundle_blocks"]],
    bundle_length: [INT32, ["C"]],
    bundle_bounds: [INT32, [2]],
    prompt_bundle: [INT64, ["members"]],
    prompt_column: [INT64, ["members"]],
  },
} as const satisfies Readonly<Record<string, InputTypes>>;

const ALL: InputTypes = Object.assign({}, ...Object.values(INPUTS));

/** Declares the inputs of a part of the graph. */
export function declareInputs(main: GraphScope, part: keyof typeof INPUTS): void {
  for (const [name, [type, shape]] of Object.entries<InputTypes[string]>(INPUTS[part])) {
    main.input(name, type, shape);
  }
}

/** The arrays as the graph's inputs. */
export function runFeeds(arrays: RunArrays | BundleArrays): Feeds {
  const feeds = Object.entries<readonly number[] | Rows>({ ...arrays }).map(([name, values]) => {
    const [type, { length: rank }] = ALL[name]!;
    const tensor = type === INT64 ? int64 : int32;
    if (rank === 1) return [name, tensor(values as readonly number[])];
    const rows = values as Rows;
    return [name, tensor(rows.flat(), [rows.length, rows[0]!.length])];
  });
  return Object.fromEntries(feeds);
}
