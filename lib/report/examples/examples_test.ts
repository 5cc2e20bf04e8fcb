import assert from "node:assert/strict";
import { examplesTable } from "./examples_table.ts";
import { pickExamples } from "./pick_examples.ts";
import type { ExampleRow } from "../rows/row_types.ts";

const ROWS = [
  example("dev-0", "easy", "sql_error", "match"),
  example("dev-1", "easy", "sql_error", "match"),
  example("dev-2", "hard", "sql_error", "mismatch"),
  example("dev-3", "easy", "no_sql", "match"),
  example("dev-4", "hard", "match", "match"),
  example("dev-5", "hard", "match", "sql_error"),
  example("dev-6", "hard", "sql_error", "match"),
];

Deno.test("pickExamples() tells repaired from broken and from failed", () => {
  const ids = (kind: "failed" | "repaired" | "broken", variant = "tuned"): string[] =>
    pickExamples(ROWS, { variant, kind, count: 9 }).map((row) => row.id);
  assert.deepEqual(ids("repaired"), ["dev-0", "dev-1", "dev-3", "dev-6"]);
  assert.deepEqual(ids("broken"), ["dev-5"]);
  assert.deepEqual(ids("failed"), ["dev-2", "dev-5"]);
  assert.deepEqual(ids("failed", "base"), ["dev-0", "dev-1", "dev-2", "dev-3", "dev-6"]);
});

Deno.test("pickExamples() prefers statuses, then hardness, not shown yet", () => {
  const picked = pickExamples(ROWS, { variant: "tuned", kind: "repaired", count: 3 });
  assert.deepEqual(picked.map((row) => row.id), ["dev-0", "dev-3", "dev-6"]);
  assert.equal(picked[0]?.answers.length, 2);
  const [alone] = pickExamples(ROWS, { variant: "base", kind: "failed", count: 1 });
  assert.deepEqual(alone?.answers.map((answer) => answer.variant), ["base"]);
});

Deno.test("pickExamples() refuses a variant that did not answer", () => {
  assert.throws(
    () => pickExamples(ROWS, { variant: "other", kind: "failed", count: 1 }),
    { name: "RangeError", message: 'Cannot pick dev-0: it has no answer of "other"' },
  );
});

Deno.test("examplesTable() keeps pipes, backticks and markup of a model in their cells", () => {
  const [row] = ROWS;
  assert.ok(row);
  const wild = "SELECT `a` || '*x*'\nFROM t";
  const answers = [{ variant: "base", text: wild, status: "sql_error", why: "near <b>" }];
  const lines = examplesTable([{ ...row, answers }], "None.").trimEnd().split("\n");
  assert.equal(lines.length, 3);
  const [, cell] = /\| (`` SELECT.*\S)\s+\|$/.exec(lines[2]!) ?? [];
  assert.equal(cell, "`` SELECT `a` \\|\\| '*x*' FROM t `` **sql_error**: near &#60;b&#62;");
});

Deno.test("examplesTable() says what it has none of, and cuts endless text", () => {
  assert.equal(examplesTable([], "None was broken."), "*None was broken.*\n");
  const answers = [{ variant: "base", text: "x".repeat(5000), status: "no_sql" }];
  assert.ok(examplesTable([{ ...ROWS[0]!, answers }], "").length < 1500);
});

function example(id: string, hardness: string, base: string, tuned: string): ExampleRow {
  return {
    id,
    dbId: "farm",
    hardness,
    question: "How many cows?",
    gold: "SELECT count(*) FROM cow",
    answers: [
      { variant: "base", text: "SELECT 1", status: base },
      { variant: "tuned", text: "SELECT 2", status: tuned },
    ],
  };
}
