import { emptyColumn, sharedColumn } from "../cuda/bundle_plan.ts";
import type { BundleShape } from "../cuda/bundle_shape.ts";
import type { FlatBundles, FlatRun } from "../cuda/flat_run.ts";
import { CHUNK_PIECES, type ChunkPiece } from "../cuda/prefill_loop.ts";

/** What a simulated run leaves behind. */
export interface SimulatedCache {
  /** The tokens that each prompt's last token sees, in the order of the run's outputs. */
  readonly seen: readonly (readonly number[])[];
  /** The token in each slot. */
  readonly cache: ReadonlyMap<number, number>;
}

/**
 * Follows a flat run as the graph does, with tokens in place of keys: writes
 * every row into its slot, then reads what each prompt's last token sees.
 */
export function simulateCache(flat: FlatRun, blockSize: number): SimulatedCache {
  const cache = new Map<number, number>();
  const seen: number[][] = [];
  const { width } = flat;
  const chunks = flat.chunkRanges.length / (2 * CHUNK_PIECES.length);
  let prompt = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const take = (values: readonly number[], piece: ChunkPiece, columns = 1): number[] => {
      const at = 2 * (chunk * CHUNK_PIECES.length + CHUNK_PIECES.indexOf(piece));
      const [first, end] = flat.chunkRanges.slice(at, at + 2) as [number, number];
      return values.slice(first * columns, end * columns);
    };
    const tokens = take(flat.tokens, "tokens");
    const sets = [{
      rows: take(flat.tailSource, "tails").map((row) => tokens[row]!),
      offsets: take(flat.tailOffsets, "tail_offsets"),
      past: take(flat.tailPast, "tail_sequences"),
      table: take(flat.tailTable, "tail_sequences", width),
    }, {
      rows: tokens,
      offsets: take(flat.offsets, "offsets"),
      past: take(flat.past, "sequences"),
      table: take(flat.table, "sequences", width),
    }];
    const slot = (table: readonly number[], sequence: number, position: number): number => {
      const block = table[sequence * width + Math.floor(position / blockSize)]!;
      if (!(block >= 0)) throw new RangeError(`position ${position} has no block`);
      return block * blockSize + position % blockSize;
    };
    for (const { rows, offsets, past, table } of sets) {
      for (const [sequence, start] of past.entries()) {
        for (let row = offsets[sequence]!; row < offsets[sequence + 1]!; row++) {
          const position = start + row - offsets[sequence]!;
          cache.set(slot(table, sequence, position), rows[row]!);
        }
      }
    }
    const { offsets, past, table } = sets[1]!;
    for (const last of take(flat.last, "last")) {
      const sequence = offsets.findIndex((offset) => offset > last) - 1;
      const length = past[sequence]! + last - offsets[sequence]! + 1;
      if (length !== flat.promptLength[prompt++]) throw new RangeError("a length is wrong");
      seen.push(
        Array.from({ length }, (_, position) => cache.get(slot(table, sequence, position))!),
      );
    }
  }
  return { seen, cache };
}

/**
 * Follows bundled decoding: fills the bundles' cache from the prompts', lets
 * every sequence write `steps` tokens (each tells its prompt and step), in the
 * first of which all take part and later ones without those that `leaves` says
 * have ended, and returns what each sequence sees at its last step.
 */
export function simulateBundles(
  { source, slotColumns, table, width, lengths, bundle, column }: FlatBundles,
  cache: SimulatedCache["cache"],
  { shape, steps, leaves }: {
    readonly shape: BundleShape;
    readonly steps: number;
    leaves(prompt: number, step: number): boolean;
  },
): number[][] {
  const slots = source.map((slot, at) => ({
    token: slotColumns[at] === emptyColumn(shape) ? NaN : cache.get(slot)!,
    column: slotColumns[at]!,
  }));
  const ends = [...lengths];
  const slotOf = (bundle: number, at: number): number => {
    const block = table[bundle * width + Math.floor(at / shape.blockSize)]!;
    if (!(block >= 0)) throw new RangeError(`position ${at} of bundle ${bundle} has no block`);
    return block * shape.blockSize + at % shape.blockSize;
  };
  const seen: number[][] = [];
  let alive = bundle.map((_, prompt) => prompt);
  for (let step = 0; step < steps; step++) {
    for (const prompt of alive) {
      const slot = slotOf(bundle[prompt]!, ends[bundle[prompt]!]!++);
      if (slots[slot]!.column !== emptyColumn(shape)) throw new RangeError("a slot is taken");
      slots[slot] = { token: -1000 * prompt - step - 1, column: column[prompt]! };
    }
    for (const prompt of alive) {
      const visible = [sharedColumn(shape), column[prompt]!];
      seen[prompt] = Array.from(
        { length: ends[bundle[prompt]!]! },
        (_, at) => slots[slotOf(bundle[prompt]!, at)]!,
      ).filter(({ column }) => visible.includes(column)).map(({ token }) => token);
    }
    alive = alive.filter((prompt) => !leaves(prompt, step));
  }
  return seen;
}
