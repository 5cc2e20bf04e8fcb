import { CHUNK_PIECES, type ChunkPiece } from "./prefill_loop.ts";
import {
  type BundlePlan,
  type ChunkSequence,
  type RunPlan,
  SPARE_BLOCK,
  type TailCopy,
} from "./run_plan.ts";

/** A run as the graph's integer inputs take it: the arrays of all chunks one after another. */
export interface FlatRun {
  /** `[N, 2 * pieces]` first and end of each piece of each chunk. */
  readonly chunkRanges: readonly number[];
  /** `[N, 2]` most new and most total tokens of a sequence of the chunk. */
  readonly chunkBounds: readonly number[];
  /** `[N, 2]` the same for the tails. */
  readonly tailBounds: readonly number[];
  readonly tokens: readonly number[];
  readonly offsets: readonly number[];
  readonly past: readonly number[];
  /** `[S, width]` */
  readonly table: readonly number[];
  readonly tailSource: readonly number[];
  readonly tailOffsets: readonly number[];
  readonly tailPast: readonly number[];
  /** `[Q, width]` */
  readonly tailTable: readonly number[];
  /** `[B]` row in its chunk of each prompt's last token, or of all its tokens. */
  readonly last: readonly number[];
  /** `[B]` tokens of each prompt. */
  readonly promptLength: readonly number[];
  /** `[B, width]` */
  readonly promptTable: readonly number[];
  /** Columns of the tables. */
  readonly width: number;
  /** Most tokens of a sequence when it has ended. */
  readonly longest: number;
  /** How the sequences are decoded, where they are bundled. */
  readonly bundles?: FlatBundles;
}

/** The bundles of a run as the graph takes them. */
export interface FlatBundles {
  /** `[slots]` slot of the prompts' cache that each slot of the bundles' cache is a copy of. */
  readonly source: readonly number[];
  /** `[slots]` row of the table of columns of each slot. */
  readonly slotColumns: readonly number[];
  /** `[C, width]` blocks of each bundle. */
  readonly table: readonly number[];
  readonly width: number;
  /** `[C]` tokens of each bundle when decoding begins. */
  readonly lengths: readonly number[];
  /** `[B]` bundle of each prompt. */
  readonly bundle: readonly number[];
  /** `[B]` column of each prompt in its bundle. */
  readonly column: readonly number[];
  /** Most members of a bundle. */
  readonly members: number;
  /** Most tokens of a bundle when all of its members have ended. */
  readonly longest: number;
}

/** Entry of a table beyond a sequence's last block. */
const NO_BLOCK = -1;

/**
 * Lays a planned run out as flat arrays.
 *
 * @param options `texts` counts every token of a prompt as a last one.
 */
export function flattenRun(
  { chunks, maxNewTokens, bundles }: RunPlan,
  { texts }: { readonly texts?: boolean } = {},
): FlatRun {
  const all = chunks.flatMap(({ sequences }) => sequences);
  const width = Math.max(...all.map(({ blocks }) => blocks.length));
  const row = (blocks: readonly number[]): number[] => tableRow(blocks, width);
  const ranges: number[] = [];
  const bounds: number[] = [];
  const tailBounds: number[] = [];
  const parts: Record<ChunkPiece, number[]> = {
    tokens: [],
    sequences: [],
    offsets: [],
    tails: [],
    tail_sequences: [],
    tail_offsets: [],
    last: [],
  };
  const table: number[] = [];
  const tailTable: number[] = [];
  const promptLength: number[] = [];
  const promptTable: number[] = [];
  for (const { sequences, tails } of chunks) {
    const before = CHUNK_PIECES.map((piece) => parts[piece].length);
    let offset = 0;
    parts.offsets.push(0);
    for (const { tokens, past, blocks, prompt } of sequences) {
      for (const token of tokens) parts.tokens.push(token);
      offset += tokens.length;
      parts.offsets.push(offset);
      parts.sequences.push(past);
      table.push(...row(blocks));
      if (prompt === undefined) continue;
      for (let row = texts ? offset - tokens.length : offset - 1; row < offset; row++) {
        parts.last.push(row);
      }
      promptLength.push(past + tokens.length);
      promptTable.push(...row(blocks));
    }
    const copies = tails.length > 0 ? tails : [NO_TAIL];
    let copied = 0;
    parts.tail_offsets.push(0);
    for (const { source, length, past, blocks } of copies) {
      for (let i = 0; i < length; i++) parts.tails.push(source + i);
      copied += length;
      parts.tail_offsets.push(copied);
      parts.tail_sequences.push(past);
      tailTable.push(...row(blocks.slice(0, width)));
    }
    for (const [i, piece] of CHUNK_PIECES.entries()) ranges.push(before[i]!, parts[piece].length);
    bounds.push(...boundsOf(sequences.map(({ tokens, past }) => [tokens.length, past])));
    tailBounds.push(...boundsOf(copies.map(({ length, past }) => [length, past])));
  }
  return {
    chunkRanges: ranges,
    chunkBounds: bounds,
    tailBounds,
    tokens: parts.tokens,
    offsets: parts.offsets,
    past: parts.sequences,
    table,
    tailSource: parts.tails,
    tailOffsets: parts.tail_offsets,
    tailPast: parts.tail_sequences,
    tailTable,
    last: parts.last,
    promptLength,
    promptTable,
    width,
    longest: Math.max(...all.map(lengthOf)) + Math.max(0, maxNewTokens - 1),
    ...(bundles ? { bundles: flattenBundles(bundles, maxNewTokens - 1) } : {}),
  };
}

function flattenBundles({ bundles, source, columns }: BundlePlan, newTokens: number): FlatBundles {
  const width = Math.max(...bundles.map(({ blocks }) => blocks.length));
  return {
    source,
    slotColumns: columns,
    table: bundles.flatMap(({ blocks }) => tableRow(blocks, width)),
    width,
    lengths: bundles.map(({ length }) => length),
    bundle: bundles.flatMap(({ members }, i) => Array.from({ length: members }, () => i)),
    column: bundles.flatMap(({ members }) => Array.from({ length: members }, (_, j) => j)),
    members: Math.max(...bundles.map(({ members }) => members)),
    longest: Math.max(...bundles.map(({ length, members }) => length + members * newTokens)),
  };
}

function tableRow(blocks: readonly number[], width: number): number[] {
  return [...blocks, ...Array.from({ length: width - blocks.length }, () => NO_BLOCK)];
}

/** A copy into the spare block, where a chunk has none to make: the kernels then never see an empty list. */
const NO_TAIL: TailCopy = { source: 0, length: 1, past: 0, blocks: [SPARE_BLOCK] };

function boundsOf(sequences: readonly (readonly [number, number])[]): [number, number] {
  let [fresh, total] = [0, 0];
  for (const [tokens, past] of sequences) {
    fresh = Math.max(fresh, tokens);
    total = Math.max(total, tokens + past);
  }
  return [fresh, total];
}

function lengthOf({ tokens, past }: ChunkSequence): number {
  return past + tokens.length;
}
