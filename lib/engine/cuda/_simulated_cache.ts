import type { FlatRun } from "./flat_run.ts";
import { CHUNK_PIECES, type ChunkPiece } from "./prefill_loop.ts";

/**
 * Follows a flat run as the graph does, with tokens in place of keys: writes
 * every row into its slot, then reads what each prompt's last token sees.
 * Returns those tokens a prompt, in the order of the run's outputs.
 */
export function simulateCache(flat: FlatRun, blockSize: number): number[][] {
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
  return seen;
}
