import assert from "node:assert/strict";
import { officialVerdicts, spiderRoot } from "./_official_verdicts.ts";
import { createJudge } from "./judge.ts";

const root = spiderRoot();
const examples = officialVerdicts();
const missing = root === undefined ? "Spider at LAB_DATA_ROOT" : "recorded official verdicts";
const ignore = root === undefined || examples === undefined;
const suffix = ignore ? ` [skipped: no ${missing}]` : "";

// Recorded with docs/decisions/0004-verdict.md: how many of 972 each reading calls right.
const RECORDED = {
  c3: { official: 804, assignment: 745, strict: 743 },
  dail_gpt4: { official: 809, assignment: 773, strict: 771 },
} as const;

Deno.test({
  name: `createJudge() gives the official script's verdict on 1,944 of 1,944 predictions${suffix}`,
  ignore,
  fn: async () => {
    await using judge = createJudge();
    let agreed = 0;
    for (const [system, recorded] of Object.entries(RECORDED)) {
      const verdicts = await Promise.all(examples!.map((example) =>
        judge.judge({
          dbPath: `${root}/database/${example.db_id}/${example.db_id}.sqlite`,
          gold: example.gold,
          predicted: example.predictions[system]!.sql,
        })
      ));
      const differing = verdicts.flatMap((verdict, index) => {
        const example = examples![index]!;
        const official = example.predictions[system]!.official === 1;
        return verdict.official === official ? [] : [{ index: example.index, official, verdict }];
      });
      assert.deepEqual(differing, [], `${system} differs from the official script`);
      agreed += verdicts.length - differing.length;
      for (const reading of ["official", "assignment", "strict"] as const) {
        const right = verdicts.filter((verdict) => verdict[reading]).length;
        assert.equal(right, recorded[reading], `${system}, ${reading}`);
      }
    }
    assert.equal(agreed, 1_944);
  },
});
