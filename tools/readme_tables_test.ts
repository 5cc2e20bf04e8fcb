import assert from "node:assert/strict";
import { COMMANDS } from "../lib/cli/main.ts";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { fillTables, recordedSummary } from "./readme_tables.ts";

const readme = Deno.readTextFileSync(`${REPOSITORY_ROOT}/README.md`);

Deno.test("fillTables() finds every table of the README as its recorded study has it", () => {
  assert.ok(readme.includes("<!-- table sample -->"));
  assert.equal(fillTables(readme, recordedSummary), readme);
});

Deno.test("fillTables() replaces a number that was typed by hand", () => {
  const [row] = readme.match(/\| base .*\|/) ?? [];
  assert.ok(row);
  const forged = readme.replace(row, row.replace(/\d+\.\d %/, "99.9 %"));
  assert.notEqual(forged, readme);
  assert.equal(fillTables(forged, recordedSummary), readme);
});

Deno.test("README names every command of the lab", () => {
  for (const { name } of COMMANDS) assert.match(readme, new RegExp(`\`${name}\``));
});

Deno.test("README's sentences on the 1.5B model have the numbers of its recorded summary", () => {
  const readme = Deno.readTextFileSync(`${REPOSITORY_ROOT}/README.md`).replace(/\s+/g, " ");
  const { variants } = recordedSummary("qwen_coder_1_5b");
  const points = (value: number): string => Math.abs(100 * value).toFixed(1);
  const range = ([low, high]: readonly [number, number]): string => {
    // what falls is written as a fall, the smaller end first
    const ends = high < 0 ? [high, low] : [low, high];
    return `${points(ends[0]!)} to ${points(ends[1]!)}`;
  };
  for (const { versusBase } of variants.slice(1)) {
    const { sql, mmlu } = versusBase!;
    for (const { difference, ci95, clustered } of [sql.overall.official, mmlu.overall.difference]) {
      assert.ok(readme.includes(points(difference)), points(difference));
      assert.ok(readme.includes(range(ci95)), range(ci95));
      assert.ok(readme.includes(range(clustered!.ci95)), range(clustered!.ci95));
    }
  }
});
