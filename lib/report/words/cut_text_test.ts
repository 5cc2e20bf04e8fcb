import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";

import { readSummary, type Summary, writeSummary } from "../../runs/mod.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { baselineFinding } from "../findings/baseline_finding.ts";
import { cutCounts, cutNotes, cutText } from "./cut_text.ts";
import { accuracyFrame } from "../tables/frames.ts";
import { shortTable } from "../tables/short_table.ts";
import { sqlFinding } from "../findings/sql_finding.ts";
import { summaryRows } from "../tables/summary_rows.ts";
import { accuracyTable, summaryTable } from "../tables/summary_table.ts";
import { tradeOffFinding } from "../findings/trade_off_finding.ts";

/** The fixture with cut completions: of the base model, and of its one recipe. */
function withCuts(base: number, tuned: number, inReasoning = 0): Summary {
  const variants = SUMMARY.variants.map((variant, i) => ({
    ...variant,
    sql: { ...variant.sql, cut: i === 0 ? base : tuned, cutInReasoning: i === 0 ? inReasoning : 0 },
  }));
  return { ...SUMMARY, variants };
}

const NONE = "Completions cut at the token limit: base 0 of 20, all-linear 0 of 20.";
const SOME = "Completions cut at the token limit: base 1 of 20, all-linear 0 of 20.";

Deno.test("every table of SQL accuracy says how many completions were cut, none as well", () => {
  for (const [summary, sentence] of [[withCuts(0, 0), NONE], [withCuts(1, 0), SOME]] as const) {
    const table = summaryTable(summary);
    assert.equal(table.split(`\n\n${sentence}\n\n`).length, 4, "by hardness, by reading, paired");
    const verdicts = table.split("### SQL verdicts")[1]!.split("\n").slice(2, 6);
    assert.match(verdicts[0]!, /\| +cut \|$/);
    const cuts = verdicts.slice(2).map((line) => Number(line.split("|").at(-2)));
    assert.deepEqual(cuts, summary.variants.map(({ sql }) => sql.cut));
    assert.ok(sqlFinding(summaryRows(summary)).endsWith(`\n\n${sentence}`));
  }
  const short = shortTable(withCuts(1, 0)).split("\n");
  assert.match(short[0]!, /\| cut completions \|/);
  assert.match(short[2]!, /^\| base .* \| +1 \|/);
  assert.match(short[3]!, /^\| all-linear .* \| +0 \|/);
  assert.equal(short.length, 5, "at 5 % there is no note yet");
  assert.match(baselineFinding(summaryRows(withCuts(1, 0))), /limit: base 1 of 20\.$/);
});

Deno.test("tables of multiple choice, and of summaries from before, say nothing of cut completions", () => {
  const older = [summaryTable(SUMMARY), shortTable(SUMMARY), sqlFinding(summaryRows(SUMMARY))];
  for (const text of older) assert.doesNotMatch(text, /\bcut\b/);
  const mmlu = summaryRows(withCuts(9, 9)).accuracy.filter(({ measure }) => measure === "mmlu");
  assert.doesNotMatch(accuracyTable(mmlu), /\bcut\b/);
  assert.equal(cutText([]), "");
});

Deno.test("more than 5 % of cut completions are noted by name, with what to do", () => {
  const note = '10.0 % of "base" were cut, so its accuracy says less of the model than of the ' +
    "limit: raise spider.maxNewTokens.";
  const summary = withCuts(2, 1);
  assert.ok(summaryTable(summary).includes(`all-linear 1 of 20. ${note}\n`));
  assert.ok(shortTable(summary).endsWith(`|\n\n${note}\n`));
  assert.ok(tradeOffFinding(summaryRows(summary)).endsWith(`\n\n${note}`));
  assert.deepEqual(cutNotes(cutCounts(summaryRows(withCuts(1, 1)).accuracy)), []);
});

Deno.test("completions cut inside their reasoning are counted, and the setting is named", () => {
  const text = cutText(cutCounts(summaryRows(withCuts(20, 0, 18)).accuracy));
  assert.match(
    text,
    /base 20 of 20 \(18 inside the reasoning part\), all-linear 0 of 20\. 100\.0 %/,
  );
  assert.match(text, /set chat\.thinking to false, or raise spider\.maxNewTokens\.$/);
});

Deno.test("accuracyFrame() has the cut completions of each model where they were counted", () => {
  const rows = accuracyFrame(summaryRows(withCuts(3, 0)).accuracy).toRecords();
  assert.deepEqual(
    rows.filter((row) => row["cut completions"] !== null).map((row) => [
      row["model"],
      row["group"],
      row["cut completions"],
    ]),
    [["base", "all", 3], ["all-linear", "all", 0]],
  );
  const older = accuracyFrame(summaryRows(SUMMARY).accuracy).toRecords();
  assert.ok(older.every((row) => !("cut completions" in row)));
});

Deno.test("summaries from before chat settings and cut counts are read, their tables as before", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/summary.json`;
    const { chat: _chat, ...config } = SUMMARY.config;
    Deno.writeTextFileSync(path, JSON.stringify({ ...SUMMARY, config }));
    assert.deepEqual(readSummary(path).config.chat, { thinking: false, date: "2024-07-26" });
    writeSummary(path, withCuts(3, 2, 1));
    assert.deepEqual(readSummary(path), withCuts(3, 2, 1));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  for (const name of ["sample", "spider_smoke"]) {
    const recorded = `${REPOSITORY_ROOT}/results/recorded/${name}`;
    const table = summaryTable(readSummary(`${recorded}/summary.json`));
    assert.equal(table, Deno.readTextFileSync(`${recorded}/summary.md`));
  }
});
