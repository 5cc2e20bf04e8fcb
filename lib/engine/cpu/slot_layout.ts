import { EMPTY_POSITION } from "./attention_masks.ts";

/** The integer inputs of one run of the CPU graph; see `buildCpuGraph` for their shapes. */
export interface SlotFeeds {
  /** `[T]` packed tokens. */
  readonly tokens: readonly number[];
  /** `[T]` position of each token in its sequence. */
  readonly positions: readonly number[];
  /** `[B, S]`, row-major. */
  readonly slotToken: readonly number[];
  /** `[B, S]`, row-major. */
  readonly slotPosition: readonly number[];
  /** `[T]` flat slot of each token. */
  readonly tokenSlot: readonly number[];
  /** `[B]` packed index of each sequence's last token. */
  readonly lastToken: readonly number[];
  /** B, the sequences. */
  readonly batch: number;
  /** S, the most new tokens of a sequence. */
  readonly slots: number;
}

/**
 * Packs the sequences' new tokens and places them in slots, filled from the
 * left; `starts` is the position of each sequence's first new token.
 */
export function layOutSlots(
  sequences: readonly (readonly number[])[],
  starts: readonly number[],
): SlotFeeds {
  const slots = Math.max(...sequences.map((sequence) => sequence.length));
  const tokens: number[] = [];
  const positions: number[] = [];
  const slotToken: number[] = [];
  const slotPosition: number[] = [];
  const tokenSlot: number[] = [];
  const lastToken: number[] = [];
  for (const [b, sequence] of sequences.entries()) {
    for (let s = 0; s < slots; s++) {
      const filled = s < sequence.length;
      slotToken.push(filled ? tokens.length : 0);
      slotPosition.push(filled ? starts[b]! + s : EMPTY_POSITION);
      if (!filled) continue;
      tokenSlot.push(b * slots + s);
      positions.push(starts[b]! + s);
      tokens.push(sequence[s]!);
    }
    lastToken.push(tokens.length - 1);
  }
  const batch = sequences.length;
  return { tokens, positions, slotToken, slotPosition, tokenSlot, lastToken, batch, slots };
}
