import assert from "node:assert/strict";
import { type Batch, planBatches } from "./batch_plan.ts";
import type { Prompt } from "../engine.ts";

const OPTIONS = { batchSize: 4, maxBranchTokens: 50 };

function prompts(prefix: readonly number[], lengths: readonly number[]): Prompt[] {
  return lengths.map((length) => ({ prefix, suffix: new Array<number>(length).fill(7) }));
}

/** Suffixes without a common beginning. */
function suffixes(lengths: readonly number[]): Prompt[] {
  return lengths.map((length, i) => ({
    prefix: [],
    suffix: [i, ...new Array(length - 1).fill(7)],
  }));
}

/** What a batch holds, in short: its trunk, and each group's branch and places in the list. */
function outline({ trunk, groups }: Batch): unknown {
  return [trunk, groups.map(({ branch, prompts }) => [branch, prompts.map(({ index }) => index)])];
}

Deno.test("planBatches() gives a large group batches of its own, of equal size", () => {
  const plan = planBatches(prompts([1, 2], [1, 1, 1, 1, 1, 1]), OPTIONS);
  assert.deepEqual(plan.map(outline), [
    [[1, 2], [[[], [0, 1, 2]]]],
    [[1, 2], [[[], [3, 4, 5]]]],
  ]);
});

Deno.test("planBatches() puts suffixes of like length together, longest first", () => {
  const plan = planBatches(suffixes([1, 9, 2, 8, 3]), OPTIONS);
  const lengths = plan.map(({ groups }) => groups[0]!.prompts.map(({ suffix }) => suffix.length));
  assert.deepEqual(lengths, [[9, 8, 3], [2, 1]]);
});

Deno.test("planBatches() moves what all suffixes of a batch begin with to its trunk", () => {
  const list = [[4, 5, 1, 2], [4, 5], [4, 5, 9]].map((suffix) => ({ prefix: [1], suffix }));
  const [batch, ...others] = planBatches(list, OPTIONS);
  assert.deepEqual(others, []);
  assert.deepEqual(batch!.trunk, [1, 4]);
  const rests = batch!.groups[0]!.prompts.map(({ suffix }) => suffix);
  assert.deepEqual(rests, [[5, 1, 2], [5, 9], [5]]);
});

Deno.test("planBatches() packs small groups on the trunk that they share", () => {
  const plan = planBatches([
    ...prompts([1, 2, 9], [1]),
    ...prompts([5, 5], [1]),
    ...prompts([1, 2, 3, 4], [2]),
    ...prompts([1, 2], [1]),
  ], { ...OPTIONS, maxBranchTokens: 3 });
  assert.deepEqual(plan.map(outline), [
    [[1, 2], [[[3, 4], [2]], [[9], [0]], [[], [3]]]],
    [[5, 5], [[[], [1]]]],
  ]);
});

Deno.test("planBatches() packs no more than a batch holds, in prompts or in copied tokens", () => {
  const list = [1, 2, 3, 4, 5].flatMap((branch) => prompts([0, branch], [1]));
  const sizes = (change: object): number[] =>
    planBatches(list, { ...OPTIONS, ...change }).map(({ groups }) => groups.length);
  assert.deepEqual(sizes({}), [4, 1]);
  assert.deepEqual(sizes({ maxBranchTokens: 2 }), [2, 2, 1]);
  assert.deepEqual(sizes({ maxBranchTokens: 0 }), [1, 1, 1, 1, 1]);
});

Deno.test("planBatches() plans every prompt once", () => {
  const list = [3, 1, 2].flatMap((branch) => prompts([branch % 2, branch], [branch, 1, 5]));
  const planned = planBatches(list, OPTIONS)
    .flatMap(({ trunk, groups }) =>
      groups.flatMap(({ branch, prompts }) =>
        prompts.map(({ index, suffix }) => ({ index, tokens: [...trunk, ...branch, ...suffix] }))
      )
    )
    .sort((x, y) => x.index - y.index);
  const expected = list.map(({ prefix, suffix }, index) => ({
    index,
    tokens: [...prefix, ...suffix],
  }));
  assert.deepEqual(planned, expected);
});
