import type { Prompt } from "../engine.ts";
import { groupByPrefix, longestFirst, type PlannedPrompt, type PrefixGroup } from "../graph/mod.ts";
import { BundlePlanner, bundlingPays, type SharedPrefix } from "./bundles/bundle_plan.ts";
import {
  type Chunk,
  type ChunkSequence,
  type RunLimits,
  type RunPlan,
  SPARE_BLOCK,
  type TailCopy,
} from "./run_plan.ts";

/**
 * Plans the runs of a call: which prompts run together, in which chunks, and in
 * which blocks of the cache their tokens lie.
 *
 * A prefix that several prompts share goes through the model once a run. Its
 * whole blocks are shared; what is left of it, its tail, is copied into each
 * sequence's own first block, so no token of it is computed twice. Only when
 * the prompts of a prefix span several chunks is its tail computed again, once
 * a chunk. Longest prompts come first, so that a run holds sequences of like
 * length. A scoring call (no new tokens) gives the blocks of a chunk's prompts
 * back for the next chunk. Where decoding in bundles pays, completions lie in
 * the bundles' cache and the prompts' blocks hold the prompts alone.
 *
 * @throws {RangeError} If a prompt has an empty suffix, or does not fit into the cache alone.
 */
export function planRuns(
  prompts: readonly Prompt[],
  limits: RunLimits,
  maxNewTokens: number,
): RunPlan[] {
  const groups = planGroups(prompts);
  const { bundles, ...alone } = limits;
  const pays = bundles && maxNewTokens > 1 &&
    (bundles.always || bundlingPays(sharing(groups, maxNewTokens), bundles));
  const start = (): RunBuilder => new RunBuilder(pays ? limits : alone, maxNewTokens);
  const runs: RunPlan[] = [];
  let run = start();
  for (const group of groups) {
    for (const prompt of group.prompts) {
      if (run.add(group, prompt)) continue;
      if (!run.isEmpty) {
        runs.push(run.build());
        run = start();
        if (run.add(group, prompt)) continue;
      }
      // a bundle's prompt needs its prefix twice
      if (pays) return planRuns(prompts, alone, maxNewTokens);
      const length = group.prefix.length + prompt.suffix.length;
      throw new RangeError(
        `Cannot plan prompt ${prompt.index}: its ${length} tokens and its completion do not fit ` +
          `into ${limits.blocks} blocks of ${limits.blockSize} tokens`,
      );
    }
  }
  if (!run.isEmpty) runs.push(run.build());
  return runs;
}

/**
 * Prompts by their prefix, longest first; a prefix that nobody shares is an ordinary part of its
 * prompt, and prompts without one are one group: nothing is shared among or between them.
 */
function planGroups(prompts: readonly Prompt[]): PrefixGroup[] {
  const shared: PrefixGroup[] = [];
  const alone: PlannedPrompt[] = [];
  for (const group of groupByPrefix(prompts)) {
    const { prefix, prompts: [first, ...others] } = group;
    if (prefix.length === 0) alone.push(...group.prompts);
    else if (others.length > 0) shared.push(group);
    else alone.push({ index: first!.index, suffix: [...prefix, ...first!.suffix] });
  }
  if (alone.length > 0) shared.push({ prefix: [], prompts: alone.sort(longestFirst) });
  const longest = ({ prefix, prompts }: PrefixGroup): number =>
    prefix.length + prompts[0]!.suffix.length;
  return shared.sort((x, y) =>
    longest(y) - longest(x) || x.prompts[0]!.index - y.prompts[0]!.index
  );
}

/** What the prompts share, with half of their completions as tokens of their own. */
function sharing(groups: readonly PrefixGroup[], maxNewTokens: number): SharedPrefix[] {
  return groups.map(({ prefix, prompts }) => {
    const suffixes = prompts.reduce((sum, { suffix }) => sum + suffix.length, 0);
    const ownTokens = suffixes / prompts.length + maxNewTokens / 2;
    return { prefix: prefix.length, prompts: prompts.length, ownTokens };
  });
}

/** One run while it is planned. */
class RunBuilder {
  readonly #limits: RunLimits;
  readonly #maxNewTokens: number;
  readonly #bundles: BundlePlanner | undefined;
  readonly #chunks: Chunk[] = [];
  readonly #prompts: number[] = [];
  #sequences: ChunkSequence[] = [];
  #tails: TailCopy[] = [];
  #chunkTokens = 0;
  #prefillTokens = 0;
  #free: number[] = [];
  #used = SPARE_BLOCK + 1;
  /** Blocks that the current chunk's prompts give back after it. */
  #borrowed: number[] = [];
  #prefix: {
    readonly tokens: readonly number[];
    readonly blocks: readonly number[];
    /** Row of the tail in the current chunk; undefined where the chunk does not compute it. */
    tailRow: number | undefined;
  } | undefined;

  constructor(limits: RunLimits, maxNewTokens: number) {
    this.#limits = limits;
    this.#maxNewTokens = maxNewTokens;
    this.#bundles = limits.bundles && new BundlePlanner(limits.bundles, {
      sourceBlockSize: limits.blockSize,
      newTokens: maxNewTokens - 1,
    });
  }

  get isEmpty(): boolean {
    return this.#prompts.length === 0;
  }

  /** Adds a prompt, or returns false when the run is full. */
  add({ prefix, prompts }: PrefixGroup, { index, suffix: tokens }: PlannedPrompt): boolean {
    const { blockSize, sequences, prefillTokens, chunks = Infinity } = this.#limits;
    if (this.#prompts.length >= sequences) return false;
    const tail = prefix.length % blockSize;
    const whole = prefix.length - tail;
    if (this.#prefix?.tokens !== prefix) this.#dropPrefix();
    const rows = tokens.length +
      (!this.#prefix ? prefix.length : this.#prefix.tailRow === undefined ? tail : 0);
    if (this.#chunkTokens > 0 && this.#chunkTokens + rows > prefillTokens) this.#closeChunk();

    const length = tail + tokens.length + (this.#bundles ? 0 : Math.max(0, this.#maxNewTokens - 1));
    const own = Math.ceil(length / blockSize);
    const needed = own + (this.#prefix ? 0 : Math.ceil(prefix.length / blockSize)) +
      this.#bundleCost(prefix, tokens.length);
    if (needed > this.#available && this.#borrowed.length > 0) this.#closeChunk();
    if (this.#chunks.length >= chunks || needed > this.#available) return false;

    if (!this.#prefix) this.#startPrefix(prefix);
    else if (this.#prefix.tailRow === undefined && tail > 0) this.#carryTail(whole);
    const ownBlocks = this.#take(own);
    const blocks = [...this.#prefix!.blocks.slice(0, whole / blockSize), ...ownBlocks];
    if (tail > 0) {
      this.#tails.push({ source: this.#prefix!.tailRow!, length: tail, past: whole, blocks });
    }
    const sequence = { tokens, past: prefix.length, blocks, prompt: index };
    this.#push(sequence);
    this.#bundles?.add(sequence, prefix, prompts.length);
    this.#prompts.push(index);
    if (this.#isScoring) this.#borrowed.push(...ownBlocks);
    return true;
  }

  build(): RunPlan {
    this.#closeChunk();
    return {
      chunks: this.#chunks,
      prompts: this.#prompts,
      prefillTokens: this.#prefillTokens,
      blocks: this.#used,
      maxNewTokens: this.#maxNewTokens,
      ...(this.#bundles ? { bundles: this.#bundles.build() } : {}),
    };
  }

  get #isScoring(): boolean {
    return this.#maxNewTokens === 0;
  }

  get #available(): number {
    return this.#limits.blocks - this.#used + this.#free.length;
  }

  /** Memory of the bundles' cache with a prompt more, in blocks of the prompts' cache. */
  #bundleCost(prefix: readonly number[], ownTokens: number): number {
    if (!this.#bundles) return 0;
    return Math.ceil(this.#bundles.blocksWith(prefix, ownTokens) * this.#limits.bundles!.blockCost);
  }

  #startPrefix(prefix: readonly number[]): void {
    const { blockSize } = this.#limits;
    const blocks = this.#take(Math.ceil(prefix.length / blockSize));
    const tailRow = this.#chunkTokens + prefix.length - prefix.length % blockSize;
    if (prefix.length > 0) this.#push({ tokens: prefix, past: 0, blocks });
    this.#prefix = { tokens: prefix, blocks, tailRow };
  }

  /** Computes the tail of the current prefix in the current chunk, where copies can be taken from. */
  #carryTail(whole: number): void {
    const { tokens, blocks } = this.#prefix!;
    this.#prefix!.tailRow = this.#chunkTokens;
    this.#push({ tokens: tokens.slice(whole), past: whole, blocks });
  }

  #dropPrefix(): void {
    if (this.#prefix && this.#isScoring) this.#borrowed.push(...this.#prefix.blocks);
    this.#prefix = undefined;
  }

  #push(sequence: ChunkSequence): void {
    this.#sequences.push(sequence);
    this.#chunkTokens += sequence.tokens.length;
    this.#prefillTokens += sequence.tokens.length;
  }

  #take(count: number): number[] {
    const taken = this.#free.splice(0, count);
    while (taken.length < count) taken.push(this.#used++);
    return taken;
  }

  #closeChunk(): void {
    if (this.#sequences.length > 0) {
      this.#chunks.push({ sequences: this.#sequences, tails: this.#tails });
    }
    this.#free.push(...this.#borrowed);
    this.#borrowed = [];
    [this.#sequences, this.#tails, this.#chunkTokens] = [[], [], 0];
    if (this.#prefix) this.#prefix.tailRow = undefined;
  }
}
