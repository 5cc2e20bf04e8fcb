import {
  type BundlePlan,
  type Chunk,
  type ChunkSequence,
  type RunPlan,
  slotOf,
  SPARE_BLOCK,
  type TailCopy,
} from "./run_plan.ts";
import { type BundleArrays, CHUNK_PIECES, type ChunkPiece, type RunArrays } from "./run_inputs.ts";

/** Entry of a table beyond a sequence's last block. */
const NO_BLOCK = -1;

/** What {@linkcode flattenRun} needs to know beside the plan. */
export interface FlattenOptions {
  /** Query heads that share a key-value head. */
  readonly group: number;
  /** Tokens of a block of the cache. */
  readonly blockSize: number;
  /** The token after each token of each prompt of the call, where texts are scored: every token counts as a last one. */
  readonly targets?: readonly (readonly number[])[] | undefined;
}

/** Lays a planned run out as the graph's inputs. */
export function flattenRun(
  { chunks, prompts, blocks, maxNewTokens }: RunPlan,
  { group, blockSize, targets }: FlattenOptions,
): RunArrays {
  const all = chunks.flatMap(({ sequences }) => sequences);
  const width = Math.max(...all.map(({ blocks }) => blocks.length));
  const longest = Math.max(...all.map(lengthOf)) + Math.max(0, maxNewTokens - 1);
  const ofPrompts = all.filter(({ prompt }) => prompt !== undefined);
  const flat = new FlatChunks({ width, blockSize, everyToken: targets !== undefined });
  for (const chunk of chunks) flat.add(chunk);
  return {
    ...flat.arrays,
    blocks: [blocks],
    targets: targets ? prompts.flatMap((prompt) => targets[prompt]!) : [],
    prompt_length: ofPrompts.map(lengthOf),
    prompt_table: ofPrompts.map(({ blocks }) => tableRow(blocks, width)),
    decode_bounds: [1, longest],
    group_bounds: [group, longest],
  };
}

/** How chunks are laid out. */
interface ChunkLayout extends Pick<FlattenOptions, "blockSize"> {
  /** Most blocks of a sequence. */
  readonly width: number;
  /** Whether every token of a prompt counts as a last one. */
  readonly everyToken: boolean;
}

/** The arrays that grow by every chunk. */
class FlatChunks {
  readonly #layout: ChunkLayout;
  readonly arrays = {
    chunk_ranges: [] as number[][],
    chunk_bounds: [] as number[][],
    tail_bounds: [] as number[][],
    tokens: [] as number[],
    positions: [] as number[],
    slots: [] as number[],
    offsets: [] as number[],
    past: [] as number[],
    table: [] as number[][],
    tail_source: [] as number[],
    tail_slots: [] as number[],
    tail_offsets: [] as number[],
    tail_past: [] as number[],
    tail_table: [] as number[][],
    last: [] as number[],
  };

  constructor(layout: ChunkLayout) {
    this.#layout = layout;
  }

  add({ sequences, tails }: Chunk): void {
    const before = this.#lengths;
    const copies = tails.length > 0 ? tails : [NO_TAIL];
    this.#addSequences(sequences);
    this.#addTails(copies);
    const after = this.#lengths;
    const { arrays } = this;
    arrays.chunk_ranges.push(CHUNK_PIECES.flatMap((piece) => [before[piece], after[piece]]));
    arrays.chunk_bounds.push(boundsOf(sequences.map(({ tokens, past }) => [tokens.length, past])));
    arrays.tail_bounds.push(boundsOf(copies.map(({ length, past }) => [length, past])));
  }

  #addSequences(sequences: readonly ChunkSequence[]): void {
    const { tokens, positions, slots, offsets, past, table, last } = this.arrays;
    const { width, blockSize, everyToken } = this.#layout;
    let offset = 0;
    offsets.push(0);
    for (const sequence of sequences) {
      const { length } = sequence.tokens;
      for (const token of sequence.tokens) tokens.push(token);
      for (let at = sequence.past; at < sequence.past + length; at++) {
        positions.push(at);
        slots.push(slotOf(sequence.blocks, at, blockSize));
      }
      offset += length;
      offsets.push(offset);
      past.push(sequence.past);
      table.push(tableRow(sequence.blocks, width));
      if (sequence.prompt === undefined) continue;
      for (let row = everyToken ? offset - length : offset - 1; row < offset; row++) {
        last.push(row);
      }
    }
  }

  #addTails(tails: readonly TailCopy[]): void {
    const { tail_source, tail_slots, tail_offsets, tail_past, tail_table } = this.arrays;
    const { width, blockSize } = this.#layout;
    let offset = 0;
    tail_offsets.push(0);
    for (const { source, length, past, blocks } of tails) {
      for (let i = 0; i < length; i++) {
        tail_source.push(source + i);
        tail_slots.push(slotOf(blocks, past + i, blockSize));
      }
      offset += length;
      tail_offsets.push(offset);
      tail_past.push(past);
      tail_table.push(tableRow(blocks.slice(0, width), width));
    }
  }

  get #lengths(): Readonly<Record<ChunkPiece, number>> {
    const { tokens, past, offsets, tail_source, tail_past, tail_offsets, last } = this.arrays;
    return {
      tokens: tokens.length,
      sequences: past.length,
      offsets: offsets.length,
      tails: tail_source.length,
      tail_sequences: tail_past.length,
      tail_offsets: tail_offsets.length,
      last: last.length,
    };
  }
}

/** Lays the bundles of a run out as the graph's inputs; of a run without any, one that nothing comes of. */
export function flattenBundles(
  { bundles: plan, maxNewTokens }: RunPlan,
  { group }: Pick<FlattenOptions, "group">,
): BundleArrays {
  const { bundles, source, columns } = plan ?? NO_BUNDLES;
  const newTokens = plan ? maxNewTokens - 1 : 1;
  const width = Math.max(...bundles.map(({ blocks }) => blocks.length));
  const members = Math.max(...bundles.map(({ members }) => members));
  const longest = bundles.map(({ length, members }) => length + members * newTokens);
  return {
    bundle_source: source,
    bundle_slot_columns: columns,
    bundle_table: bundles.map(({ blocks }) => tableRow(blocks, width)),
    bundle_length: bundles.map(({ length }) => length),
    bundle_bounds: [members * group, Math.max(...longest)],
    prompt_bundle: bundles.flatMap(({ members }, i) => Array.from({ length: members }, () => i)),
    prompt_column: bundles.flatMap(({ members }) => Array.from({ length: members }, (_, j) => j)),
  };
}

function tableRow(blocks: readonly number[], width: number): number[] {
  return [...blocks, ...Array.from({ length: width - blocks.length }, () => NO_BLOCK)];
}

/** A copy into the spare block, where a chunk has none to make: the kernels then never see an empty list. */
const NO_TAIL: TailCopy = { source: 0, length: 1, past: 0, blocks: [SPARE_BLOCK] };

/** One bundle without tokens, where a run has none, for the same reason. */
const NO_BUNDLES: BundlePlan = {
  bundles: [{ members: 1, blocks: [0], length: 0 }],
  blocks: 1,
  source: [0],
  columns: [0],
};

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
