import assert from "node:assert/strict";
import { join } from "node:path";
import { readSummary, writeSummary } from "../../runs/mod.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { summaryRows, tradeOffPoints } from "./summary_rows.ts";
import { summaryTable } from "./summary_table.ts";

Deno.test("the fixture of these tests is a summary that readSummary() accepts", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "summary.json");
    writeSummary(path, SUMMARY);
    assert.deepEqual(readSummary(path), SUMMARY);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("summaryRows() has each group once a variant, in order, with all last", () => {
  const { accuracy } = summaryRows(SUMMARY);
  assert.deepEqual(
    accuracy.map((row) => [row.variant, row.measure, row.group, row.successes, row.n]),
    [
      ["base", "sql", "easy", 1, 12],
      ["base", "sql", "extra", 0, 8],
      ["base", "sql", "all", 1, 20],
      ["base", "mmlu", "STEM", 13, 50],
      ["base", "mmlu", "Humanities", 12, 50],
      ["base", "mmlu", "all", 25, 100],
      ["all-linear", "sql", "easy", 7, 12],
      ["all-linear", "sql", "extra", 2, 8],
      ["all-linear", "sql", "all", 9, 20],
      ["all-linear", "mmlu", "STEM", 10, 50],
      ["all-linear", "mmlu", "Humanities", 14, 50],
      ["all-linear", "mmlu", "all", 24, 100],
    ],
  );
});

Deno.test("summaryRows() keeps the direction tuned minus base, and names missing databases", () => {
  const { differences, coverage, chance } = summaryRows(SUMMARY);
  const all = differences.filter((row) => row.group === "all");
  assert.deepEqual(all.map((row) => [row.measure, row.mean, row.gained, row.lost]), [
    ["sql", 0.4, 8, 0],
    ["mmlu", -0.01, 2, 3],
  ]);
  assert.equal(all[0]?.clusteredCi95?.length, 2);
  assert.deepEqual(coverage[0], {
    measure: "sql",
    asked: 22,
    scored: 20,
    missing: "2 on database world_1, which has no file",
  });
  assert.ok(chance.every((row) => row.verdict === "at chance"));
});

Deno.test("tradeOffPoints() turns an MMLU difference into a loss, its interval with it", () => {
  const [point, ...others] = tradeOffPoints(SUMMARY);
  const difference = SUMMARY.variants[1]?.versusBase?.mmlu.overall.difference;
  assert.ok(point !== undefined && difference !== undefined && others.length === 0);
  assert.equal(point.variant, "all-linear");
  assert.equal(point.sqlGain.mean, 0.4);
  assert.equal(point.mmluLoss.mean, 0.01);
  assert.deepEqual(point.mmluLoss.ci95, [-difference.ci95[1], -difference.ci95[0]]);
  assert.equal(point.mmluAtChance, true);
});

Deno.test("summaryTable() writes the study as its golden copy", () => {
  const golden = new URL("../testdata/summary_table.md.txt", import.meta.url);
  assert.equal(summaryTable(SUMMARY), Deno.readTextFileSync(golden));
});
