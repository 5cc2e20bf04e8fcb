import { emptyColumn, sharedColumn } from "../cuda/bundles/bundle_plan.ts";
import type { BundleShape } from "../cuda/bundles/bundle_shape.ts";
import {
  type BundleArrays,
  CHUNK_PIECES,
  type ChunkPiece,
  type RunArrays,
} from "../cuda/run_inputs.ts";

/** What a simulated run leaves behind. */
export interface SimulatedCache {
  /** The tokens that each prompt's last token sees, in the order of the run's outputs. */
  readonly seen: readonly (readonly number[])[];
  /** The token in each slot. */
  readonly cache: ReadonlyMap<number, number>;
}

/**
 * Follows a run's arrays as the graph does, with tokens in place of keys: writes
 * every row into its slot, which its sequence's blocks must say too, then reads
 * what each prompt's last token sees.
 */
export function simulateCache(run: RunArrays, blockSize: number): SimulatedCache {
  const cache = new Map<number, number>();
  const seen: number[][] = [];
  let prompt = 0;
  for (const ranges of run.chunk_ranges) {
    const take = <Item>(values: readonly Item[], piece: ChunkPiece): readonly Item[] => {
      const at = 2 * CHUNK_PIECES.indexOf(piece);
      return values.slice(ranges[at], ranges[at + 1]);
    };
    const tokens = take(run.tokens, "tokens");
    const sets = [{
      rows: take(run.tail_source, "tails").map((row) => tokens[row]!),
      slots: take(run.tail_slots, "tails"),
      offsets: take(run.tail_offsets, "tail_offsets"),
      past: take(run.tail_past, "tail_sequences"),
      table: take(run.tail_table, "tail_sequences"),
    }, {
      rows: tokens,
      slots: take(run.slots, "tokens"),
      offsets: take(run.offsets, "offsets"),
      past: take(run.past, "sequences"),
      table: take(run.table, "sequences"),
    }];
    const slot = (blocks: readonly number[], position: number): number => {
      const block = blocks[Math.floor(position / blockSize)]!;
      if (!(block >= 0)) throw new RangeError(`position ${position} has no block`);
      return block * blockSize + position % blockSize;
    };
    const positions = take(run.positions, "tokens");
    for (const { rows, slots, offsets, past, table } of sets) {
      for (const [sequence, start] of past.entries()) {
        for (let row = offsets[sequence]!; row < offsets[sequence + 1]!; row++) {
          const position = start + row - offsets[sequence]!;
          if (slots[row] !== slot(table[sequence]!, position)) {
            throw new RangeError(`row ${row} is written to another slot than its blocks say`);
          }
          if (rows === tokens && positions[row] !== position) {
            throw new RangeError(`row ${row} has another position than its sequence says`);
          }
          cache.set(slots[row]!, rows[row]!);
        }
      }
    }
    const { offsets, past, table } = sets[1]!;
    for (const last of take(run.last, "last")) {
      const sequence = offsets.findIndex((offset) => offset > last) - 1;
      const length = past[sequence]! + last - offsets[sequence]! + 1;
      if (length !== run.prompt_length[prompt++]) throw new RangeError("a length is wrong");
      seen.push(
        Array.from({ length }, (_, position) => cache.get(slot(table[sequence]!, position))!),
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
  run: BundleArrays,
  cache: SimulatedCache["cache"],
  { shape, steps, leaves }: {
    readonly shape: BundleShape;
    readonly steps: number;
    leaves(prompt: number, step: number): boolean;
  },
): number[][] {
  const { prompt_bundle: bundle, prompt_column: column } = run;
  const slots = run.bundle_source.map((slot, at) => {
    const column = run.bundle_slot_columns[at]!;
    return { token: column === emptyColumn(shape) ? NaN : cache.get(slot)!, column };
  });
  const ends = [...run.bundle_length];
  const slotOf = (bundle: number, at: number): number => {
    const block = run.bundle_table[bundle]![Math.floor(at / shape.blockSize)]!;
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
