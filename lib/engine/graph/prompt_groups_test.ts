import assert from "node:assert/strict";
import { checkPrompts, groupByPrefix } from "./prompt_groups.ts";

/** `length` times the token 7. */
function sevens(length: number): number[] {
  return new Array<number>(length).fill(7);
}

Deno.test("groupByPrefix() puts equal prefixes together, longest suffixes first", () => {
  const shared = [1, 2];
  const groups = groupByPrefix([
    { prefix: shared, suffix: sevens(1) },
    { prefix: [], suffix: sevens(4) },
    { prefix: [...shared], suffix: sevens(3) },
    { prefix: shared, suffix: sevens(3) },
  ]);
  const outline = groups.map(({ prefix, prompts }) => [prefix, prompts.map(({ index }) => index)]);
  assert.deepEqual(outline, [[[1, 2], [2, 3, 0]], [[], [1]]]);
});

Deno.test("groupByPrefix() refuses an empty suffix", () => {
  assert.throws(() => groupByPrefix([{ prefix: [1], suffix: [] }]), {
    name: "RangeError",
    message: /prompt 0: its suffix is empty/,
  });
});

Deno.test("checkPrompts() refuses a prompt that does not fit beside its completion", () => {
  const prompts = [{ prefix: sevens(90), suffix: sevens(11) }];
  checkPrompts(prompts, 101);
  assert.throws(() => checkPrompts(prompts, 100), {
    name: "UsageError",
    message: /question 1: its prompt has 101 tokens, and 100 fit/,
  });
});
