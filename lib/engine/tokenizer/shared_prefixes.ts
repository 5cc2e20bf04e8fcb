import type { Prompt } from "./prompt.ts";

/** What prompts share: its ids alone, and their beginnings that are prefixes of prompts, by length. */
interface SharedPart {
  readonly ids: readonly number[];
  readonly prefixes: Map<number, readonly number[]>;
}

/** Parts prompts behind what they share, which is encoded once; prompts of one prefix share its array. */
export class SharedPrefixes {
  readonly #parts = new Map<string, SharedPart>();

  /**
   * A prompt in two parts: `prefix` ends where the ids of the shared text and of the whole part.
   *
   * @param full The ids of the whole prompt.
   * @param key Names the shared text.
   * @param encodeShared Gives its ids.
   */
  split(full: readonly number[], key: string, encodeShared: () => readonly number[]): Prompt {
    const { ids } = this.#part(key, encodeShared);
    return this.join(ownIds(full, ids), key, encodeShared);
  }

  /** A prompt of which it is known how many ids it shares, and what its own are; see {@linkcode SharedPrefixes.split}. */
  join({ length, own }: OwnIds, key: string, encodeShared: () => readonly number[]): Prompt {
    const { ids, prefixes } = this.#part(key, encodeShared);
    // the last token is always the prompt's own: its logits answer
    const shared = own.length > 0 ? length : Math.max(0, length - 1);
    const prefix = prefixes.getOrInsertComputed(shared, () => ids.slice(0, shared));
    return { prefix, suffix: own.length > 0 ? own : ids.slice(shared, length) };
  }

  #part(key: string, encodeShared: () => readonly number[]): SharedPart {
    return this.#parts.getOrInsertComputed(key, () => ({
      ids: encodeShared(),
      prefixes: new Map(),
    }));
  }
}

/** The ids of a text behind those that it shares with another one. */
export interface OwnIds {
  /** How many it shares. */
  readonly length: number;
  readonly own: readonly number[];
}

/** Parts the ids of a text behind those that it begins with as another one does. */
export function ownIds(full: readonly number[], shared: readonly number[]): OwnIds {
  const most = Math.min(shared.length, full.length);
  let length = 0;
  while (length < most && shared[length] === full[length]) length++;
  return { length, own: full.slice(length) };
}
