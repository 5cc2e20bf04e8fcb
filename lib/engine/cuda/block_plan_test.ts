import assert from "node:assert/strict";
import fc from "fast-check";
import type { Prompt } from "../engine.ts";
import { simulateBundles, simulateCache } from "../testing/simulated_cache.ts";
import { planRuns } from "./block_plan.ts";
import { type BundleCost, type RunLimits, SPARE_BLOCK } from "./run_plan.ts";
import { flattenBundles, flattenRun } from "./flat_run.ts";

const LIMITS: RunLimits = { blockSize: 4, blocks: 40, sequences: 8, prefillTokens: 24 };

/** `length` tokens that no other call with another `seed` gives. */
function tokens(length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => 1000 * seed + i);
}

const BUNDLES: BundleCost = {
  members: 3,
  columns: 8,
  blockSize: 2,
  keyCost: 1.5,
  // so many that a saved key pays
  keyValues: 1e9,
  blockCost: 0.75,
};
let bundledRuns = 0;

function checkPlan(prompts: readonly Prompt[], limits: RunLimits, maxNewTokens: number): void {
  const answered: number[] = [];
  for (const run of planRuns(prompts, limits, maxNewTokens)) {
    assert.ok(run.blocks <= limits.blocks, `${run.blocks} of ${limits.blocks} blocks`);
    assert.ok(run.prompts.length <= limits.sequences);
    assert.ok(run.chunks.length <= (limits.chunks ?? Infinity));
    const group = 1;
    const { seen, cache } = simulateCache(
      flattenRun(run, { group, blockSize: limits.blockSize }),
      limits.blockSize,
    );
    for (const [row, index] of run.prompts.entries()) {
      const { prefix, suffix } = prompts[index]!;
      assert.deepEqual(seen[row], [...prefix, ...suffix]);
    }
    if (run.bundles) {
      const { blockCost } = limits.bundles!;
      assert.ok(run.blocks + run.bundles.blocks * blockCost <= limits.blocks);
      const ended = (row: number): number => row % maxNewTokens;
      const atLast = simulateBundles(flattenBundles(run, { group }), cache, {
        shape: limits.bundles!,
        steps: maxNewTokens - 1,
        leaves: (row, step) => step === ended(row),
      });
      for (const [row, tokens] of atLast.entries()) {
        const steps = Math.min(ended(row) + 1, maxNewTokens - 1);
        const own = Array.from({ length: steps }, (_, step) => -1000 * row - step - 1);
        assert.deepEqual(tokens, [...seen[row]!, ...own]);
      }
      bundledRuns++;
    }
    for (const { sequences } of run.chunks) {
      const rows = sequences.reduce((n, sequence) => n + sequence.tokens.length, 0);
      const fewest = sequences.filter(({ prompt }) => prompt !== undefined).length;
      assert.ok(rows <= limits.prefillTokens || fewest === 1, `${rows} rows in a chunk`);
    }
    answered.push(...run.prompts);
  }
  assert.deepEqual(answered.sort((a, b) => a - b), prompts.map((_, index) => index));
}

Deno.test("planRuns() lets every prompt see its prefix and its suffix, whatever the limits", () => {
  const prompt = fc.record({
    group: fc.integer({ min: 0, max: 3 }),
    suffix: fc.integer({ min: 1, max: 13 }),
  });
  const limits = fc.record({
    blockSize: fc.constantFrom(1, 4),
    blocks: fc.integer({ min: 60, max: 90 }),
    sequences: fc.integer({ min: 1, max: 9 }),
    prefillTokens: fc.integer({ min: 1, max: 60 }),
    chunks: fc.constantFrom(1, 3, Infinity),
    bundles: fc.constantFrom({ ...BUNDLES, keyCost: 0.5 }, BUNDLES),
  });
  const lengths = fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(prompt, { minLength: 1, maxLength: 24 }),
      limits,
      lengths,
      fc.constantFrom(0, 1, 6),
      (list, limits, lengths, maxNewTokens) => {
        const prompts = list.map(({ group, suffix }, i): Prompt => ({
          prefix: tokens(lengths[group]!, group + 1),
          suffix: tokens(suffix, 10 + i),
        }));
        checkPlan(prompts, limits, maxNewTokens);
        checkPlan(prompts, { ...limits, blocks: 150, sequences: 24 }, maxNewTokens);
        const { bundles: _, ...alone } = limits;
        checkPlan(prompts, alone, maxNewTokens);
      },
    ),
    { seed: 42, numRuns: 400 },
  );
  assert.ok(bundledRuns > 100, `${bundledRuns} runs were bundled`);
});

Deno.test("planRuns() bundles the prompts of one prefix evenly, where that saves keys", () => {
  const prefix = tokens(40, 1);
  const prompts = [2, 3, 4, 5].map((seed): Prompt => ({ prefix, suffix: tokens(3, seed) }));
  const limits = { ...LIMITS, bundles: { ...BUNDLES, keyCost: 1 } };
  const [run] = planRuns(prompts, limits, 4);
  assert.deepEqual(run!.bundles!.bundles.map(({ members }) => members), [2, 2]);
  assert.deepEqual(run!.bundles!.bundles.map(({ length }) => length), [46, 46]);
  // 20 blocks of the prefix, and two bundles' own: 2 x 3 tokens and 2 x 3 to come
  assert.equal(run!.bundles!.blocks, 20 + 6 + 6);
  assert.equal(planRuns(prompts, limits, 1)[0]!.bundles, undefined, "nothing is decoded");
  const unshared = prompts.map(({ prefix, suffix }) => ({
    prefix: [],
    suffix: [...prefix, ...suffix],
  }));
  assert.equal(planRuns(unshared, limits, 4)[0]!.bundles, undefined, "nothing is shared");
  const few = { ...limits, bundles: { ...limits.bundles, keyValues: 1 } };
  assert.equal(planRuns(prompts, few, 4)[0]!.bundles, undefined, "it saves too little");
  const always = { ...limits, bundles: { ...BUNDLES, always: true } };
  assert.ok(planRuns(unshared, { ...always, blocks: 100 }, 4)[0]!.bundles);
});

Deno.test("planRuns() decodes alone what does not fit twice", () => {
  const prefix = tokens(100, 1);
  const prompts = [2, 3].map((seed): Prompt => ({ prefix, suffix: tokens(3, seed) }));
  const [run] = planRuns(prompts, {
    ...LIMITS,
    blocks: 30,
    bundles: { ...BUNDLES, always: true },
  }, 2);
  assert.equal(run!.bundles, undefined);
  assert.deepEqual(run!.prompts, [0, 1]);
});

Deno.test("planRuns() computes a shared prefix once and copies its tail into each sequence's block", () => {
  const prefix = tokens(10, 1);
  const prompts = [2, 3, 4].map((seed): Prompt => ({ prefix, suffix: tokens(3, seed) }));
  const [run, ...more] = planRuns(prompts, LIMITS, 1);
  assert.equal(more.length, 0);
  assert.equal(run!.prefillTokens, 10 + 3 * 3);
  const [chunk] = run!.chunks;
  assert.deepEqual(chunk!.tails.map(({ source, length }) => [source, length]), [
    [8, 2],
    [8, 2],
    [8, 2],
  ]);
  const shared = chunk!.sequences[1]!.blocks.slice(0, 2);
  const own = chunk!.sequences.slice(1).map(({ blocks }) => blocks[2]);
  assert.deepEqual(chunk!.sequences.slice(1).map(({ blocks }) => blocks.slice(0, 2)), [
    shared,
    shared,
    shared,
  ]);
  assert.equal(new Set(own).size, 3);
  assert.ok(!chunk!.sequences.some(({ blocks }) => blocks.includes(SPARE_BLOCK)));
});

Deno.test("planRuns() computes the tail again in a later chunk, and nothing else of the prefix", () => {
  const prefix = tokens(10, 1);
  const prompts = [2, 3, 4, 5].map((seed): Prompt => ({ prefix, suffix: tokens(7, seed) }));
  const [run] = planRuns(prompts, LIMITS, 1);
  assert.equal(run!.chunks.length, 2);
  assert.equal(run!.prefillTokens, 10 + 4 * 7 + 2);
  checkPlan(prompts, LIMITS, 1);
});

Deno.test("planRuns() gives the blocks of a scoring chunk to the next one", () => {
  const prompts = Array.from(
    { length: 30 },
    (_, i): Prompt => ({ prefix: tokens(9, 1 + i % 3), suffix: tokens(6, 10 + i) }),
  );
  const limits = { ...LIMITS, sequences: 100, blocks: 24 };
  assert.equal(planRuns(prompts, limits, 0).length, 1);
  assert.ok(planRuns(prompts, limits, 1).length > 1);
  checkPlan(prompts, limits, 0);
});

Deno.test("planRuns() runs longest prompts first", () => {
  const prompts = [3, 9, 6, 12].map((length, i): Prompt => ({
    prefix: [],
    suffix: tokens(length, i + 1),
  }));
  const order = planRuns(prompts, { ...LIMITS, sequences: 2 }, 1).map((run) => run.prompts);
  assert.deepEqual(order, [[3, 1], [2, 0]]);
});

Deno.test("planRuns() refuses an empty suffix and a prompt that no run can hold", () => {
  assert.throws(() => planRuns([{ prefix: [1], suffix: [] }], LIMITS, 1), /its suffix is empty/);
  const long = { prefix: [], suffix: tokens(200, 1) };
  assert.throws(
    () => planRuns([long], LIMITS, 1),
    /prompt 0: its 200 tokens and its completion do not fit into 40 blocks of 4 tokens/,
  );
});

Deno.test("flattenRun() bounds what the kernels are told, and pads tables with no block", () => {
  const prompts = [{ prefix: [], suffix: tokens(9, 1) }, { prefix: [], suffix: tokens(2, 2) }];
  const flat = flattenRun(planRuns(prompts, LIMITS, 3)[0]!, {
    group: 2,
    blockSize: LIMITS.blockSize,
  });
  assert.deepEqual(flat.chunk_bounds, [[9, 9]]);
  assert.deepEqual(flat.tail_bounds, [[1, 1]]);
  assert.deepEqual(flat.decode_bounds, [1, 11]);
  assert.deepEqual(flat.group_bounds, [2, 11]);
  const [long, short] = flat.prompt_table;
  assert.equal(long!.length, 3);
  assert.deepEqual(short, [short![0], -1, -1]);
  assert.deepEqual(flat.last, [8, 10]);
});
