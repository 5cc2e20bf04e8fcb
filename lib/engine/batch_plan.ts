import type { Prompt } from "./types.ts";

/** One prompt of a plan, with its position in the call's list. */
export interface PlannedPrompt {
  readonly index: number;
  readonly suffix: readonly number[];
}

/** The prompts that share one prefix, in batches that run together. */
export interface PrefixGroup {
  readonly prefix: readonly number[];
  readonly batches: readonly (readonly PlannedPrompt[])[];
}

/**
 * Groups prompts by their prefix and cuts each group into batches of at most
 * `batchSize`, longest suffixes first, so that neighbours in a batch need
 * little padding.
 *
 * @throws {RangeError} If a prompt has an empty suffix or is too long for the context.
 */
export function planBatches(
  prompts: readonly Prompt[],
  { batchSize, maxTokens }: { readonly batchSize: number; readonly maxTokens: number },
): PrefixGroup[] {
  const groups = new Map<string, { prefix: readonly number[]; prompts: PlannedPrompt[] }>();
  for (const [index, { prefix, suffix }] of prompts.entries()) {
    if (suffix.length === 0) {
      throw new RangeError(`Cannot plan prompt ${index}: its suffix is empty`);
    }
    if (prefix.length + suffix.length > maxTokens) {
      throw new RangeError(
        `Cannot plan prompt ${index}: it has ${prefix.length + suffix.length} tokens, ` +
          `and ${maxTokens} fit into the context beside the completion`,
      );
    }
    const key = prefix.join();
    const group = groups.get(key) ?? { prefix, prompts: [] };
    group.prompts.push({ index, suffix });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ prefix, prompts }) => {
    prompts.sort((x, y) => y.suffix.length - x.suffix.length || x.index - y.index);
    const batches = [];
    for (let at = 0; at < prompts.length; at += batchSize) {
      batches.push(prompts.slice(at, at + batchSize));
    }
    return { prefix, batches };
  });
}
