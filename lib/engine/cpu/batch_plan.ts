import { UsageError } from "../../ground/mod.ts";
import type { Prompt } from "../engine.ts";

/** One prompt of a plan, with its position in the call's list. */
export interface PlannedPrompt {
  readonly index: number;
  readonly suffix: readonly number[];
}

/** Prompts of one prefix within a batch. */
export interface PromptGroup {
  /** What follows the batch's trunk in this group's prefix. */
  readonly branch: readonly number[];
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
  /** Most tokens of a prompt. */
  readonly maxTokens: number;
  /**
   * Most tokens of branches in one batch, counted once for each prompt that
   * holds a copy of them. 0 keeps groups apart.
   */
  readonly maxBranchTokens: number;
}

interface Group {
  readonly prefix: readonly number[];
  readonly prompts: PlannedPrompt[];
}

/**
 * Groups prompts by their prefix. A group of at least half a batch runs by
 * itself, its prefix (with what all its suffixes begin with) computed once and read by all. Smaller groups are packed
 * together, because a decoding step costs nearly the same for five sequences as
 * for thirty: neighbours in the order of their tokens share a trunk, and each
 * prompt gets a copy of its group's branch.
 *
 * @throws {UsageError} If a prompt is too long for the context.
 * @throws {RangeError} If a prompt has an empty suffix.
 */
export function planBatches(prompts: readonly Prompt[], options: BatchPlanOptions): Batch[] {
  const batches: Batch[] = [];
  let pack: Group[] = [];
  const closePack = (): void => {
    if (pack.length > 0) batches.push(toBatch(pack));
    pack = [];
  };
  for (const group of groupByPrefix(prompts, options)) {
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

/** Groups in the order of their prefixes' tokens, longest suffixes first in each. */
function groupByPrefix(
  prompts: readonly Prompt[],
  { maxTokens }: BatchPlanOptions,
): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, { prefix, suffix }] of prompts.entries()) {
    if (suffix.length === 0) {
      throw new RangeError(`Cannot plan prompt ${index}: its suffix is empty`);
    }
    if (prefix.length + suffix.length > maxTokens) {
      throw new UsageError(
        `Cannot ask question ${index + 1}: its prompt has ${prefix.length + suffix.length} ` +
          `tokens, and ${maxTokens} fit into the model's context beside the completion: ` +
          "ask with fewer shots",
      );
    }
    const key = prefix.join();
    const group = groups.get(key) ?? { prefix, prompts: [] };
    group.prompts.push({ index, suffix });
    groups.set(key, group);
  }
  for (const { prompts } of groups.values()) {
    prompts.sort((x, y) => y.suffix.length - x.suffix.length || x.index - y.index);
  }
  return [...groups.values()].sort((x, y) => compareTokens(x.prefix, y.prefix));
}

function fits(
  groups: readonly Group[],
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

function toBatch(groups: readonly Group[]): Batch {
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

function sharedLength(groups: readonly Group[]): number {
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
