import assert from "node:assert/strict";
import { examplesTable } from "./examples_table.ts";
import { failuresText } from "./failures_text.ts";
import { pickExamples } from "./pick_examples.ts";
import { pickFailures } from "./pick_failures.ts";
import type { ExampleRow } from "../rows/example_types.ts";

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

Deno.test("examplesTable() and failuresText() show what was written where there is no statement", () => {
  const [row] = ROWS;
  const answers = [
    { variant: "base", text: "", wrote: "I do | not", status: "no_sql" },
    { variant: "tuned", text: "", status: "no_sql" },
  ];
  const shown = /\| \(no statement in `I do \\\| not`\)/;
  assert.match(examplesTable([{ ...row!, answers }], ""), shown);
  assert.match(examplesTable([{ ...row!, answers }], ""), /\(nothing\) \*\*no\\?_sql/);
  const drawn = { of: 1, rows: [{ ...row!, answers }] };
  const text = failuresText({ repaired: drawn, broken: drawn, "still wrong": drawn }, 42);
  assert.match(text, shown);
  assert.match(text, /\| tuned +\| \(nothing\)/);
});

Deno.test("examplesTable() says what it has none of, and cuts endless text", () => {
  assert.equal(examplesTable([], "None was broken."), "*None was broken.*\n");
  const answers = [{ variant: "base", text: "x".repeat(5000), status: "no_sql" }];
  assert.ok(examplesTable([{ ...ROWS[0]!, answers }], "").length < 1500);
});

/** Forty questions of every kind, with classes of error in turn. */
const MANY = Array.from({ length: 40 }, (_, i) => {
  const statuses = [["sql_error", "match"], ["match", "mismatch"], ["mismatch", "mismatch"], [
    "match",
    "match",
  ]][i % 4]!;
  const row = example(`dev-${i}`, "easy", statuses[0]!, statuses[1]!);
  const classes = ["join", "value", "join", "projection", "join"];
  return {
    ...row,
    answers: row.answers.map((answer) =>
      answer.status === "match" ? answer : { ...answer, errorClass: classes[i % 5]! }
    ),
  };
});

Deno.test("pickFailures() draws two or three of each kind by seed, another class of error first", () => {
  const options = { variant: "tuned", seed: 42 };
  const found = pickFailures(MANY, options);
  for (const [kind, at] of [["repaired", 0], ["broken", 1], ["still wrong", 1]] as const) {
    const { of, rows } = found[kind];
    assert.deepEqual([of, rows.length], [10, 3], kind);
    assert.equal(new Set(rows.map(({ answers }) => answers[at]!.errorClass)).size, 3, kind);
  }
  // the order of the file has no part in it, the seed has
  assert.deepEqual(pickFailures(MANY.toReversed(), options), found);
  assert.notDeepEqual(pickFailures(MANY, { ...options, seed: 43 }), found);
  const ids = (kind: "repaired" | "broken" | "still wrong"): string[] =>
    pickFailures(MANY, { ...options, count: 40 })[kind].rows.map(({ id }) => id).toSorted();
  const all = [...ids("repaired"), ...ids("broken"), ...ids("still wrong")];
  assert.equal(new Set(all).size, 30);
});

Deno.test("pickFailures() refuses a variant that did not answer, and the base model itself", () => {
  for (const variant of ["other", "base"]) {
    assert.throws(() => pickFailures(MANY, { variant, seed: 1 }), /has no answer of/);
  }
});

Deno.test("failuresText() shows the rule, both predictions, and both results where they are kept", () => {
  const result = { columns: ["n", ""], rows: [["3", "x"], [null, "y"]], truncated: true };
  const rows = MANY.map((row) => ({
    ...row,
    goldResult: { columns: ["n"], rows: [], truncated: false },
    answers: row.answers.map((answer) => ({ ...answer, result, why: "other rows" })),
  }));
  const text = failuresText(pickFailures(rows, { variant: "tuned", seed: 42 }), 42);
  assert.match(text, /^Drawn by rule: in the order of the SHA-256 of "42:id"/);
  assert.equal(text.match(/3 of 10\./g)?.length, 3);
  assert.match(
    text,
    /\| base .*`SELECT 1`.* sql_error, \w+: other rows .* 1 · n, 2: \(3, x\), \(NULL, y\), \.\.\. /,
  );
  assert.match(text, /\| gold .* 1 · n: no rows /);
  const bare = failuresText(pickFailures(MANY.slice(3, 4), { variant: "tuned", seed: 42 }), 42);
  assert.equal(bare.match(/^None\.$/gm)?.length, 3);
  assert.ok(!bare.includes("undefined"));
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
