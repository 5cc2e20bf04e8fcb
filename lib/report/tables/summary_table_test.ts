import assert from "node:assert/strict";
import { STUDY } from "../testing/study_fixture.ts";
import { accuracyTable, countsTable, differencesTable, studyTable } from "./summary_table.ts";

Deno.test("studyTable() labels every heading with the sample's label", () => {
  const headings = studyTable(STUDY).split("\n").filter((line) => line.startsWith("#"));
  assert.equal(headings.length, 6);
  for (const heading of headings) assert.ok(heading.endsWith("(sample)"), heading);
  const { label: _, ...unlabelled } = STUDY;
  assert.ok(!studyTable(unlabelled).includes("sample"));
});

Deno.test("accuracyTable() gives percentage, interval and raw counts by group", () => {
  const [head, , base] = accuracyTable(STUDY.accuracy.filter((row) => row.measure === "mmlu"))
    .split("\n");
  assert.match(head ?? "", /model .* STEM .* Humanities .* Social sciences .* all/);
  assert.match(base ?? "", /base .* 26\.0 % \[15\.9, 39\.6\], 13\/50 .* 42\/150/);
});

Deno.test("countsTable() counts failures as everything that is not a match", () => {
  const [head, , base, tuned] = countsTable(STUDY.counts).split("\n");
  assert.match(head ?? "", /n .* success .* failure .* no_sql .* sql_error .* mismatch/);
  assert.deepEqual((base ?? "").match(/\d+/g), ["84", "2", "82", "60", "22", "0"]);
  assert.deepEqual((tuned ?? "").match(/\d+/g), ["84", "18", "66", "0", "16", "50"]);
});

Deno.test("differencesTable() states no percentage change where the base model is at chance", () => {
  const [, , sql, mmlu] = differencesTable(STUDY.differences, STUDY.changes).split("\n");
  assert.match(sql ?? "", /\+19\.0 \[\+10\.0, \+28\.0\] .* < 0\.001 .*\+800\.0 %/);
  assert.match(mmlu ?? "", /0\.0 \[\u22125\.1, \+5\.1\] .*at chance: no loss can be measured/);
});
