import assert from "node:assert/strict";
import type { Summary } from "../../runs/mod.ts";
import { SUMMARY } from "../../runs/testing/mini_summary.ts";
import { choiceShots } from "./choice_shots.ts";

const COUNTS = { title: "items", asked: 6, scored: 6, missing: 0, subjects: 2 };

function asked(counts: Partial<Summary["counts"]["mmlu"]>, path: string): Summary {
  return {
    ...SUMMARY,
    config: { ...SUMMARY.config, mmlu: { ...SUMMARY.config.mmlu, path, shots: 4 } },
    counts: { mmlu: { ...COUNTS, ...counts } },
  };
}

Deno.test("choiceShots() says what was shown, not what was asked for", () => {
  assert.deepEqual(choiceShots(asked({ shots: 0 }, "own.jsonl")), { fewest: 0, most: 0 });
  assert.deepEqual(choiceShots(asked({ shots: 3, fewestShots: 1 }, "own")), { fewest: 1, most: 3 });
});

Deno.test("choiceShots() does not know it of own data in a summary that has not kept it", () => {
  assert.equal(choiceShots(asked({}, "own.jsonl")), undefined);
  assert.deepEqual(choiceShots(asked({}, "mmlu_db/sample")), { fewest: 4, most: 4 });
  assert.equal(choiceShots({ ...SUMMARY, counts: {} }), undefined);
});
