import type { BundleShape } from "./bundles/bundle_shape.ts";

/** Takes the writes of rows that no sequence wants. */
export const SPARE_BLOCK = 0;

/** The slot of a cache that a position of a sequence lies in, by the sequence's blocks. */
export function slotOf(blocks: readonly number[], position: number, blockSize: number): number {
  return blocks[Math.floor(position / blockSize)]! * blockSize + position % blockSize;
}

/** What one run may hold. */
export interface RunLimits {
  /** Tokens of a block. */
  readonly blockSize: number;
  /** Blocks of the cache, the spare block among them. */
  readonly blocks: number;
  /** Most sequences that are decoded together. */
  readonly sequences: number;
  /** Most tokens that go through the model in one step; a longer sequence goes alone. */
  readonly prefillTokens: number;
  /** Most steps of the prefill; any number when left out. */
  readonly chunks?: number;
  /** How sequences of one prefix may be decoded together; each alone when left out. */
  readonly bundles?: BundleCost;
}

/** Bundles and what their cache costs. */
export interface BundleCost extends BundleShape {
  /** Memory of a block of the bundles' cache, in blocks of the prompts' cache. */
  readonly blockCost: number;
  /** Whether to decode in bundles even where it does not pay. */
  readonly always?: boolean;
}

/** New tokens of one sequence in one chunk. */
export interface ChunkSequence {
  /** The new tokens. */
  readonly tokens: readonly number[];
  /** Tokens before these that the blocks hold already, or get in the same step. */
  readonly past: number;
  /** The sequence's blocks in the order of its positions. */
  readonly blocks: readonly number[];
  /** Position of the prompt in the call's list; left out for a shared prefix. */
  readonly prompt?: number;
}

/** The end of a prefix, written into one sequence's own first block. */
export interface TailCopy {
  /** Row of the chunk's packed tokens where the tail begins. */
  readonly source: number;
  /** Its tokens. */
  readonly length: number;
  /** Tokens of the prefix before its tail: whole blocks. */
  readonly past: number;
  /** The blocks of the sequence that gets it. */
  readonly blocks: readonly number[];
}

/** Sequences that go through the model in one step. */
export interface Chunk {
  /** Shared prefixes before the prompts that continue them. */
  readonly sequences: readonly ChunkSequence[];
  /** Ends of prefixes that the prompts get copies of. */
  readonly tails: readonly TailCopy[];
}

/** Sequences that are decoded as one; the rows of a run's outputs that follow each other. */
export interface Bundle {
  /** How many sequences. */
  readonly members: number;
  /** Blocks of the bundles' cache in the order of the bundle's tokens. */
  readonly blocks: readonly number[];
  /** Tokens of it when decoding begins: the prefix and what each member has of its own. */
  readonly length: number;
}

/** The bundles of a run, and what their cache is filled with from the prompts' cache. */
export interface BundlePlan {
  /** In the order of the run's outputs. */
  readonly bundles: readonly Bundle[];
  /** Blocks of the bundles' cache. */
  readonly blocks: number;
  /** `[blocks * block size]` slot of the prompts' cache that each slot is a copy of. */
  readonly source: readonly number[];
  /** `[blocks * block size]` column of each slot's owner: a member's, `sharedColumn` or `emptyColumn`. */
  readonly columns: readonly number[];
}

/** One run of the graph. */
export interface RunPlan {
  /** The steps of the prefill. */
  readonly chunks: readonly Chunk[];
  /** Prompts in the order of the run's outputs. */
  readonly prompts: readonly number[];
  /** Tokens that go through the model before decoding. */
  readonly prefillTokens: number;
  /** Blocks in use at the fullest moment, the spare block among them. */
  readonly blocks: number;
  /** Most new tokens of a sequence; 0 to score. */
  readonly maxNewTokens: number;
  /** How the sequences are decoded; each by itself in the prompts' cache when left out. */
  readonly bundles?: BundlePlan;
}
