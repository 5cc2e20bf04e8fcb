import assert from "node:assert/strict";
import type { FlagValues } from "./command.ts";
import { compareConfig } from "./commands/compare/run_compare.ts";

function tolerated(flags: FlagValues): readonly [string, number] {
  const { sweep } = compareConfig({ "adapter-path": ["adapter"], ...flags });
  return [sweep.gauge, sweep.delta];
}

Deno.test("compare asks for a loss that its items can tell: of the sample's general text, of other items", () => {
  const cases: readonly (readonly [FlagValues, readonly [string, number]])[] = [
    [{}, ["prose", 0.05]],
    [{ text: "mine.txt" }, ["prose", 0.05]],
    [{ "mmlu-data": "mine.csv" }, ["mmlu", 0.03]],
    [{ "data-root": "data" }, ["mmlu", 0.03]],
    [{ only: "sql,mmlu" }, ["mmlu", 0.03]],
    [{ only: "sql,prose" }, ["prose", 0.05]],
    [{ config: "config/qwen_coder_1_5b.json" }, ["mmlu", 0.03]],
    [{ gauge: "mmlu" }, ["mmlu", 0.03]],
    [{ "mmlu-data": "mine.csv", gauge: "prose", delta: 0.1 }, ["prose", 0.1]],
  ];
  for (const [flags, expected] of cases) {
    assert.deepEqual(tolerated(flags), expected, JSON.stringify(flags));
  }
});
