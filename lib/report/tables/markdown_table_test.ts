import assert from "node:assert/strict";
import { markdownTable } from "./markdown_table.ts";

Deno.test("markdownTable() keeps a cell with pipes and line breaks in one row", () => {
  const table = markdownTable([{ title: "sql" }], [["SELECT 'a|b'\nFROM t"]]);
  assert.equal(table.split("\n").length, 4);
  assert.ok(table.includes("SELECT 'a\\|b' FROM t"));
});

Deno.test("markdownTable() refuses a row of another length", () => {
  assert.throws(() => markdownTable([{ title: "a" }, { title: "b" }], [["1"]]), /row 0 .* has 1/);
});
