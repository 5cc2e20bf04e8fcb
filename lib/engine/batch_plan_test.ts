import assert from "node:assert/strict";
import { planBatches } from "./batch_plan.ts";

const OPTIONS = { batchSize: 2, maxTokens: 100 };

Deno.test("planBatches() groups prompts by prefix and keeps their places in the list", () => {
  const plan = planBatches([
    { prefix: [1, 2], suffix: [3] },
    { prefix: [1, 3], suffix: [4] },
    { prefix: [1, 2], suffix: [5] },
  ], OPTIONS);
  assert.deepEqual(plan, [
    { prefix: [1, 2], batches: [[{ index: 0, suffix: [3] }, { index: 2, suffix: [5] }]] },
    { prefix: [1, 3], batches: [[{ index: 1, suffix: [4] }]] },
  ]);
});

Deno.test("planBatches() puts suffixes of like length together, longest first", () => {
  const lengths = [1, 9, 2, 8, 3];
  const prompts = lengths.map((n) => ({ prefix: [], suffix: new Array<number>(n).fill(7) }));
  const [group] = planBatches(prompts, OPTIONS);
  const planned = group!.batches.map((batch) => batch.map(({ suffix }) => suffix.length));
  assert.deepEqual(planned, [[9, 8], [3, 2], [1]]);
});

Deno.test("planBatches() refuses an empty suffix and a prompt beyond the context", () => {
  assert.throws(() => planBatches([{ prefix: [1], suffix: [] }], OPTIONS), {
    name: "RangeError",
    message: /prompt 0: its suffix is empty/,
  });
  const prompt = { prefix: new Array<number>(90).fill(1), suffix: new Array<number>(11).fill(1) };
  assert.throws(() => planBatches([prompt], OPTIONS), {
    name: "RangeError",
    message: /prompt 0: it has 101 tokens, and 100 fit/,
  });
});
