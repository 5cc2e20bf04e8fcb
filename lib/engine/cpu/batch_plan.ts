import type { Prompt } from "../engine.ts";
import { groupByPrefix, type PlannedPrompt, type PrefixGroup } from "../graph/mod.ts";

/** Prompts of one prefix within a batch. */
export interface PromptGroup {
  /** What follows the batch's trunk in this group's prefix. */
  readonly branch: readonly number[];
  /** Longest suffixes first. */
  readonly prompts: readonly PlannedPrompt[];
}

/** Prompts that run together. */
export interface Batch {
  /** The beginning that all of them share. */
  readonly trunk: readonly number[];
  /** Those without a branch come last. */
  readonly groups: readonly PromptGroup[];
}

/** Options of {@linkcode planBatches}. */
export interface BatchPlanOptions {
  /** Most prompts of a batch. */
  readonly batchSize: number;
  /**
   * Most tokens of branches in one batch, counted once for each prompt that
   * holds a copy of them. 0 keeps groups apart.
   */
  readonly maxBranchTokens: number;
}

/**
 * Groups prompts by their prefix. A group of at least half a batch runs by
 * itself, its prefix (with what all its suffixes begin with) computed once and read by all. Smaller groups are packed
 * together, because a decoding step costs nearly the same for five sequences as
 * for thirty: neighbours in the order of their tokens share a trunk, and each
 * prompt gets a copy of its group's branch.
 *
 * @throws {RangeError} If a prompt has an empty suffix.
 */
export function planBatches(prompts: readonly Prompt[], options: BatchPlanOptions): Batch[] {
  const batches: Batch[] = [];
  let pack: PrefixGroup[] = [];
  const closePack = (): void => {
    if (pack.length > 0) batches.push(toBatch(pack));
    pack = [];
  };
  // in the order of their tokens, neighbours have the longest common beginnings
  const groups = groupByPrefix(prompts).sort((x, y) => compareTokens(x.prefix, y.prefix));
  for (const group of groups) {
    if (group.prompts.length >= options.batchSize / 2) {
      const count = Math.ceil(group.prompts.length / options.batchSize);
      const size = Math.ceil(group.prompts.length / count);
      for (let at = 0; at < group.prompts.length; at += size) {
        batches.push(toBatch([{ ...group, prompts: group.prompts.slice(at, at + size) }]));
      }
      continue;
    }
    if (pack.length > 0 && !fits([...pack, group], options)) closePack();
    pack.push(group);
  }
  closePack();
  return batches;
}

function fits(
  groups: readonly PrefixGroup[],
  { batchSize, maxBranchTokens }: BatchPlanOptions,
): boolean {
  const trunk = sharedLength(groups);
  let [rows, branchTokens] = [0, 0];
  for (const { prefix, prompts } of groups) {
    rows += prompts.length;
    branchTokens += prompts.length * (prefix.length - trunk);
  }
  return rows <= batchSize && branchTokens <= maxBranchTokens;
}

function toBatch(groups: readonly PrefixGroup[]): Batch {
  const length = sharedLength(groups);
  const branches = groups.map(({ prefix, prompts }) => ({ branch: prefix.slice(length), prompts }));
  // a group whose prefix is the trunk comes first in the order of tokens, and has nothing to compute
  const bare = branches.filter(({ branch }) => branch.length === 0);
  const others = branches.filter(({ branch }) => branch.length > 0);
  const trunk = groups[0]!.prefix.slice(0, length);
  return groups.length === 1
    ? extendTrunk(trunk, bare[0]!)
    : { trunk, groups: [...others, ...bare] };
}

/** Moves what all suffixes begin with ("Question:") to the trunk; each keeps one token at least. */
function extendTrunk(trunk: readonly number[], { branch, prompts }: PromptGroup): Batch {
  const [first, ...rest] = prompts.map(({ suffix }) => suffix);
  const common = rest.reduce(
    (length, suffix) => Math.min(length, suffix.length - 1, commonLength(first!, suffix)),
    rest.length === 0 ? 0 : first!.length - 1,
  );
  const shorter = prompts.map(({ index, suffix }) => ({ index, suffix: suffix.slice(common) }));
  return {
    trunk: [...trunk, ...first!.slice(0, common)],
    groups: [{ branch, prompts: shorter }],
  };
}

function sharedLength(groups: readonly PrefixGroup[]): number {
  // in the order of tokens the first and the last differ the earliest
  return commonLength(groups[0]!.prefix, groups.at(-1)!.prefix);
}

/** Tokens at the start that two lists have in common. */
export function commonLength(x: readonly number[], y: readonly number[]): number {
  let length = 0;
  while (length < x.length && length < y.length && x[length] === y[length]) length++;
  return length;
}

function compareTokens(x: readonly number[], y: readonly number[]): number {
  const at = commonLength(x, y);
  return (x[at] ?? -1) - (y[at] ?? -1);
}
