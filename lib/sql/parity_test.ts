import assert from "node:assert/strict";
import { officialVerdicts, spiderRoot } from "./official_verdicts.ts";
import { testDatabase } from "./testing/test_database.ts";
import { createJudge } from "./judge.ts";
import type { Verdict } from "./verdict.ts";

const root = spiderRoot();
const examples = officialVerdicts();
const missing = root === undefined ? "Spider at LAB_DATA_ROOT" : "recorded official verdicts";
const ignore = root === undefined || examples === undefined;
const suffix = ignore ? ` [skipped: no ${missing}]` : "";

// Recorded with docs/decisions/0004-verdict.md: how many of 972 each reading calls right.
const RECORDED_INTENDED = 2;
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

type OfficialCase = readonly [official: 0 | 1, gold: string, predicted: string];

/** An empty gold result and a text without a query: the one intended difference, see the record. */
function isIntendedDifference(verdict: Verdict): boolean {
  return verdict.status === "no_sql" || verdict.status === "sql_error";
}

Deno.test("createJudge() gives the official script's verdict on 220 recorded odd predictions", async () => {
  const cases = JSON.parse(
    Deno.readTextFileSync(new URL("./testdata/official_cases.json", import.meta.url)),
  ) as readonly OfficialCase[];
  assert.equal(cases.length, 220);
  using db = testDatabase();
  await using judge = createJudge();
  const verdicts = await Promise.all(
    cases.map(([, gold, predicted]) => judge.judge({ dbPath: db.path, gold, predicted })),
  );
  const emptyGold = (gold: string): boolean => /'Japan'/.test(gold);
  let intended = 0;
  for (const [index, [official, gold, predicted]] of cases.entries()) {
    const verdict = verdicts[index]!;
    if (verdict.official === (official === 1)) continue;
    assert.ok(
      official === 1 && emptyGold(gold) && isIntendedDifference(verdict),
      `${predicted}\nagainst ${gold}\nofficial ${official}, here ${verdict.status}`,
    );
    intended++;
  }
  assert.equal(intended, RECORDED_INTENDED);
});
