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
    let part = this.#parts.get(key);
    if (!part) this.#parts.set(key, part = { ids: encodeShared(), prefixes: new Map() });
    const { ids, prefixes } = part;
    // the last token is always the prompt's own: its logits answer
    const most = Math.min(ids.length, full.length - 1);
    let length = 0;
    while (length < most && ids[length] === full[length]) length++;
    let prefix = prefixes.get(length);
    if (!prefix) prefixes.set(length, prefix = ids.slice(0, length));
    return { prefix, suffix: full.slice(length) };
  }
}
