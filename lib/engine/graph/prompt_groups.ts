import { UsageError } from "../../ground/mod.ts";
import type { Prompt } from "../engine.ts";

/** One prompt of a group, with its position in the call's list. */
export interface PlannedPrompt {
  /** Position in the call's list. */
  readonly index: number;
  /** The tokens after the group's prefix, at least one. */
  readonly suffix: readonly number[];
}

/** Prompts with the same prefix. */
export interface PrefixGroup {
  /** What they all begin with. */
  readonly prefix: readonly number[];
  /** Longest suffixes first. */
  readonly prompts: readonly PlannedPrompt[];
}

/**
 * Groups prompts by their prefix, groups in the order of their first prompts.
 *
 * @throws {RangeError} If a prompt has an empty suffix.
 */
export function groupByPrefix(prompts: readonly Prompt[]): PrefixGroup[] {
  const groups = new Map<string, PrefixGroup & { readonly prompts: PlannedPrompt[] }>();
  const keys = new Map<readonly number[], string>();
  for (const [index, { prefix, suffix }] of prompts.entries()) {
    if (suffix.length === 0) {
      throw new RangeError(`Cannot plan prompt ${index}: its suffix is empty`);
    }
    // prompts that share a prefix usually share the array
    const key = keys.getOrInsertComputed(prefix, () => prefix.join());
    const group = groups.getOrInsertComputed(key, () => ({ prefix, prompts: [] }));
    group.prompts.push({ index, suffix });
  }
  for (const { prompts } of groups.values()) prompts.sort(longestFirst);
  return [...groups.values()];
}

/** Orders prompts by the length of their suffixes, equal ones by their positions. */
export function longestFirst(x: PlannedPrompt, y: PlannedPrompt): number {
  return y.suffix.length - x.suffix.length || x.index - y.index;
}

/**
 * Checks that prompts fit into the model's context.
 *
 * @param most Tokens that fit beside the completion.
 * @throws {UsageError} If a prompt is longer.
 */
export function checkPrompts(prompts: readonly Prompt[], most: number): void {
  for (const [index, { prefix, suffix }] of prompts.entries()) {
    const length = prefix.length + suffix.length;
    if (length <= most) continue;
    throw new UsageError(
      `Cannot ask question ${index + 1}: its prompt has ${length} tokens, and ${most} fit ` +
        "into the model's context beside the completion: ask with fewer shots",
    );
  }
}
