import assert from "node:assert/strict";
import { planRuns } from "./block_plan.ts";
import { flattenRun } from "./flat_run.ts";
import { CHUNK_PIECES } from "./run_inputs.ts";

const LAST = CHUNK_PIECES.indexOf("last");

Deno.test("flattenRun() of texts wants every token's row, chunk by chunk, in the order of the texts", () => {
  const texts = [5, 9, 2, 9, 1, 30].map((length, i) =>
    Array.from({ length }, (_, k) => 100 * i + k)
  );
  const prompts = texts.map((suffix) => ({ prefix: [], suffix }));
  const limits = { blockSize: 4, blocks: 40, sequences: 100, prefillTokens: 12 };
  const runs = planRuns(prompts, limits, 0);
  const wanted: number[] = [];
  for (const run of runs) {
    const flat = flattenRun(run, { group: 1, blockSize: 4, targets: texts });
    for (const ranges of flat.chunk_ranges) {
      const [firstToken, endToken] = ranges;
      const [first, end] = [ranges[2 * LAST]!, ranges[2 * LAST + 1]!];
      const tokens = flat.tokens.slice(firstToken, endToken);
      wanted.push(...flat.last.slice(first, end).map((row) => tokens[row]!));
      assert.equal(end - first, tokens.length, "no token is left out or taken twice");
    }
    const order = run.prompts.flatMap((prompt) => texts[prompt]!);
    assert.deepEqual(wanted.splice(0), order);
    assert.deepEqual(flat.targets, order, "the texts themselves, as they were given for targets");
  }
  assert.equal(runs.flatMap(({ prompts }) => prompts).length, texts.length);
  assert.ok(runs[0]!.chunks.length > 2);
});

Deno.test("flattenRun() of prompts wants each prompt's last row alone", () => {
  const prompts = [3, 6].map((length) => ({
    prefix: [],
    suffix: Array.from({ length }, (_, k) => k),
  }));
  const limits = { blockSize: 4, blocks: 40, sequences: 100, prefillTokens: 100 };
  const [run] = planRuns(prompts, limits, 0);
  assert.deepEqual(flattenRun(run!, { group: 1, blockSize: 4 }).last, [5, 8]);
});
