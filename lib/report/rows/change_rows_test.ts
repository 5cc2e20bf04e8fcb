import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { readSummary } from "../../runs/mod.ts";
import { changeRows } from "./change_rows.ts";

const { plan, variants, findings: { claims } } = readSummary(
  fromRoot("results/recorded/qwen_coder_1_5b_seeds_choice/summary.json"),
);
const { name, versusBase } = variants.find(({ name }) => name === "two_42")!;

Deno.test("changeRows() has that a loss is excluded of what is tolerated alone, beside other claims too", () => {
  const excluded = (context: Parameters<typeof changeRows>[2]): string[] =>
    changeRows(name, versusBase!, context).filter(({ lossExcluded }) => lossExcluded)
      .map(({ measure, group, outcome }) => `${measure} ${group} ${outcome}`);
  assert.deepEqual([plan.gauge, plan.delta], ["prose", 0.05]);
  assert.deepEqual(excluded({ tolerance: plan, claims }), ["prose all loss"]);
  assert.deepEqual(excluded({ tolerance: plan }), ["prose all loss"]);
  assert.deepEqual(excluded({ claims }), []);
  assert.deepEqual(excluded({ tolerance: { gauge: "mmlu", delta: 0.05 }, claims }), []);
  const others = claims.map((claim) => ({ ...claim, adjustedPLossExcluded: 0.06 }));
  assert.deepEqual(excluded({ tolerance: plan, claims: others }), []);
});
