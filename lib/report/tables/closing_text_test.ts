import assert from "node:assert/strict";
import { summaryRows } from "../rows/summary_rows.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { UNADJUSTED_NOTE } from "../words/verdict_words.ts";
import { closingText } from "./closing_text.ts";
import { briefTable, summaryTable } from "./summary_table.ts";
import { GAUGES } from "../../runs/mod.ts";

const STUDY = summaryRows(SUMMARY);

Deno.test("closingText() repeats the report's answer in at most five lines", () => {
  const lines = closingText(STUDY).split("\n");
  assert.ok(lines.length >= 2 && lines.length <= 5);
  assert.match(lines[0]!, /^\*\*Recommendation\.\*\* \*\*all-linear@0\.5\*\* is recommended: /);
  assert.match(lines[1]!, /^- \*\*all-linear\*\*: on text-to-SQL, n = 240: /);
  const report = summaryTable(SUMMARY);
  for (const line of lines) assert.ok(report.includes(line), line);
});

Deno.test("closingText() says that there are more variants, and nothing where none was asked", () => {
  const [first] = STUDY.changes.filter(({ adjusted }) => adjusted);
  const { adjusted } = first!;
  const changes = STUDY.changes.map((row) => ({ ...row, adjusted: adjusted! }));
  const lines = closingText({ ...STUDY, changes }).split("\n");
  assert.equal(lines.length, 5);
  assert.match(lines.at(-1)!, /^- \d+ more variants in the report\.$/);
  const { recommendation: _, ...others } = STUDY;
  assert.equal(closingText({ ...others, tradeOff: [], changes: [] }), "");
});

Deno.test("closingText() has the recommended variant first, and says what unadjusted means where it is said", () => {
  const primary = STUDY.changes.filter(({ adjusted }) => adjusted).map(({ variant }) => variant);
  const names = STUDY.tradeOff.map(({ variant }) => variant)
    .filter((name) => primary.includes(name));
  assert.ok(names.length > 1);
  const tradeOff = STUDY.tradeOff.map((row) => ({
    ...row,
    recommended: row.variant === names.at(-1),
  }));
  const lines = closingText({ ...STUDY, tradeOff }).split("\n");
  assert.ok(lines[1]!.startsWith(`- **${names.at(-1)}**: `));
  assert.ok(lines[2]!.startsWith(`- **${names[0]}**: `));
  const { adjusted } = STUDY.changes.find((row) => row.adjusted)!;
  const all = STUDY.changes.map((row) => ({ ...row, adjusted: adjusted! }));
  assert.ok(!closingText({ ...STUDY, changes: all }).includes(UNADJUSTED_NOTE));
  const late = closingText({ ...STUDY, plan: { ...STUDY.plan, afterAnswers: true } });
  assert.match(late.split("\n")[0]!, /so that its levels promise nothing/);
  const changes = STUDY.changes.map(({ adjusted: _, ...row }) => row);
  assert.equal(closingText({ ...STUDY, changes }).split("\n").at(-1), UNADJUSTED_NOTE);
});

Deno.test("briefTable() has what was measured and a row a variant, and is short", () => {
  const lines = briefTable(SUMMARY).split("\n");
  assert.ok(lines.length < 10 + SUMMARY.variants.length + GAUGES.length);
  for (const { name } of SUMMARY.variants) {
    assert.equal(lines.filter((line) => line.startsWith(`| ${name} `)).length, 1, name);
  }
  for (const { title } of Object.values(SUMMARY.counts)) {
    assert.equal(lines.filter((line) => line.startsWith(`- ${title}: `)).length, 1, title);
  }
});
