import type { TextParts } from "./parallel_encoding.ts";
import type { Encode } from "./piece_encoder.ts";
import type { Prompt } from "./prompt.ts";
import { type OwnIds, ownIds, SharedPrefixes } from "./shared_prefixes.ts";

/** Plain texts in two parts as prompts behind a tokenizer's begin tokens. */
export class PlainPrompts {
  readonly #encode: Encode;
  readonly #begin: () => readonly number[];
  readonly #prefixes = new SharedPrefixes();
  /** Ids of the shared parts alone, without begin tokens. */
  readonly #shared = new Map<string, readonly number[]>();

  /**
   * @param encode Gives the ids of a text alone.
   * @param begin Gives the begin tokens.
   */
  constructor(encode: Encode, begin: () => readonly number[]) {
    this.#encode = encode;
    this.#begin = begin;
  }

  /** The ids of a text behind those of its shared part, without begin tokens. */
  ownIds([shared, own]: TextParts): OwnIds {
    return ownIds(this.#encode(shared + own), this.#idsOf(shared));
  }

  /** The prompt of a text whose own ids are known. */
  prompt(shared: string, { length, own }: OwnIds): Prompt {
    const begin = this.#begin();
    const ids = { length: begin.length + length, own };
    return this.#prefixes.join(ids, shared, () => [...begin, ...this.#idsOf(shared)]);
  }

  #idsOf(shared: string): readonly number[] {
    return this.#shared.getOrInsertComputed(shared, this.#encode);
  }
}
