import { type Bundle, type BundlePlan, type ChunkSequence, slotOf } from "../run_plan.ts";
import type { BundleShape } from "./bundle_shape.ts";

/** A prefix and how many prompts continue it, the tokens of each on average. */
export interface SharedPrefix {
  /** Tokens of the prefix. */
  readonly prefix: number;
  /** Prompts that continue it. */
  readonly prompts: number;
  /** Tokens of each beside it, on average. */
  readonly ownTokens: number;
}

/** Stands for the columns of a key that every member sees. */
export function sharedColumn({ columns }: Pick<BundleShape, "columns">): number {
  return columns;
}

/** Stands for the columns of a slot without a key. */
export function emptyColumn({ columns }: Pick<BundleShape, "columns">): number {
  return columns + 1;
}

/** Members of each bundle when `prompts` of one prefix are spread evenly. */
export function membersEach(prompts: number, { members }: BundleShape): number {
  return Math.ceil(prompts / Math.ceil(prompts / members));
}

/**
 * Values of keys that bundles must save in a step. With few sequences a step is
 * as long as its launches, and bundles launch more: on an H100, 3.6 ms a step
 * of a 7B model, in which the kernel goes through this much.
 */
const LEAST_SAVED_VALUES = 1.3e8;

/** Whether decoding in bundles reads so many keys less that their wider heads and more kernels pay. */
export function bundlingPays(prefixes: readonly SharedPrefix[], shape: BundleShape): boolean {
  let [alone, bundled] = [0, 0];
  for (const { prefix, prompts, ownTokens } of prefixes) {
    const members = prefix > 0 ? membersEach(prompts, shape) : 1;
    alone += prompts * (prefix + ownTokens);
    bundled += Math.ceil(prompts / members) * (prefix + members * ownTokens) * shape.keyCost;
  }
  return (alone - bundled) * shape.keyValues > LEAST_SAVED_VALUES;
}

/** Blocks of the bundles' cache that hold a prefix's whole blocks, and where they come from. */
interface PrefixBlocks {
  readonly tokens: readonly number[];
  readonly blocks: readonly number[];
}

/**
 * Puts the sequences of a run into bundles, in the order in which they are
 * added. The whole blocks of a prefix are shared by its bundles; its tail and
 * the members' own tokens follow in blocks of the bundle's own, and the tokens
 * to come after those.
 */
export class BundlePlanner {
  readonly #shape: BundleShape;
  /** Tokens of a block of the prompts' cache. */
  readonly #sourceBlockSize: number;
  /** Tokens that each member adds while it is decoded. */
  readonly #newTokens: number;
  readonly #bundles: Bundle[] = [];
  readonly #source: number[] = [];
  readonly #columns: number[] = [];
  #prefix: PrefixBlocks | undefined;
  #open: ChunkSequence[] = [];
  /** Members that the open bundle is to have. */
  #wanted = 0;

  /** An empty plan. */
  constructor(
    shape: BundleShape,
    { sourceBlockSize, newTokens }: {
      readonly sourceBlockSize: number;
      readonly newTokens: number;
    },
  ) {
    this.#shape = shape;
    this.#sourceBlockSize = sourceBlockSize;
    this.#newTokens = newTokens;
  }

  /** Blocks of the plan if a prompt of so many tokens of its own were added. */
  blocksWith(prefix: readonly number[], ownTokens: number): number {
    const { blockSize } = this.#shape;
    const closed = this.#blocks;
    if (this.#continues(prefix)) return closed + this.#openBlocks(ownTokens);
    const whole = this.#prefix?.tokens === prefix ? 0 : Math.floor(prefix.length / blockSize);
    const tail = prefix.length % blockSize;
    return closed + this.#openBlocks() + whole +
      this.#blocksOf(tail + this.#finalTokens(ownTokens));
  }

  /** Adds a sequence whose prefix `prompts` prompts of the call continue. */
  add(sequence: ChunkSequence, prefix: readonly number[], prompts: number): void {
    if (!this.#continues(prefix)) {
      this.#close();
      if (this.#prefix?.tokens !== prefix) this.#startPrefix(sequence, prefix);
      this.#wanted = prefix.length > 0 ? membersEach(prompts, this.#shape) : 1;
    }
    this.#open.push(sequence);
  }

  /** The plan of all sequences that were added. */
  build(): BundlePlan {
    this.#close();
    return {
      bundles: this.#bundles,
      blocks: this.#blocks,
      source: this.#source,
      columns: this.#columns,
    };
  }

  get #blocks(): number {
    return this.#source.length / this.#shape.blockSize;
  }

  #continues(prefix: readonly number[]): boolean {
    const { length } = this.#open;
    return length > 0 && length < this.#wanted && this.#prefix?.tokens === prefix;
  }

  #finalTokens(ownTokens: number): number {
    return ownTokens + this.#newTokens;
  }

  #blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#shape.blockSize);
  }

  /** Blocks of the open bundle's own, with one member more of so many tokens. */
  #openBlocks(ownTokens?: number): number {
    if (this.#open.length === 0) return 0;
    const members = this.#open.map(({ tokens }) => tokens.length);
    if (ownTokens !== undefined) members.push(ownTokens);
    const tail = this.#prefix!.tokens.length % this.#shape.blockSize;
    return this.#blocksOf(members.reduce((sum, own) => sum + this.#finalTokens(own), tail));
  }

  #startPrefix(sequence: ChunkSequence, prefix: readonly number[]): void {
    const { blockSize } = this.#shape;
    const first = this.#blocks;
    const whole = prefix.length - prefix.length % blockSize;
    this.#copy(sequence, [0, whole], sharedColumn(this.#shape));
    const blocks = Array.from({ length: whole / blockSize }, (_, i) => first + i);
    this.#prefix = { tokens: prefix, blocks };
  }

  #close(): void {
    if (this.#open.length === 0) return;
    const { tokens: prefix, blocks: shared } = this.#prefix!;
    const first = this.#blocks;
    const count = this.#openBlocks();
    const whole = prefix.length - prefix.length % this.#shape.blockSize;
    this.#copy(this.#open[0]!, [whole, prefix.length], sharedColumn(this.#shape));
    for (const [member, sequence] of this.#open.entries()) {
      this.#copy(sequence, [sequence.past, sequence.past + sequence.tokens.length], member);
    }
    const written = this.#source.length - first * this.#shape.blockSize;
    while (this.#source.length < (first + count) * this.#shape.blockSize) {
      this.#source.push(0);
      this.#columns.push(emptyColumn(this.#shape));
    }
    this.#bundles.push({
      members: this.#open.length,
      blocks: [...shared, ...Array.from({ length: count }, (_, i) => first + i)],
      length: whole + written,
    });
    this.#open = [];
  }

  /** Appends the slots of a sequence's positions. */
  #copy(
    { blocks }: ChunkSequence,
    [from, to]: readonly [number, number],
    column: number,
  ): void {
    for (let at = from; at < to; at++) {
      this.#source.push(slotOf(blocks, at, this.#sourceBlockSize));
      this.#columns.push(column);
    }
  }
}
