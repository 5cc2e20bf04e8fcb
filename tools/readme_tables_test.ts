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
