import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { readGoldExamples } from "./read_gold_examples.ts";

const EXPECTED = [
  { id: "dev-0", dbId: "a", gold: "SELECT 1" },
  { id: "dev-1", dbId: "b", gold: "SELECT 2" },
];

function refuses(text: string, line: RegExp): void {
  assert.throws(() => readGoldExamples(text, "dev.json"), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, line);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(error.message, /[\u0000-\u001f]/);
    return true;
  }, text);
}

Deno.test("readGoldExamples() reads Spider's JSON and its gold list to the same examples", () => {
  const records = [
    { db_id: "a", query: "SELECT 1", sql: { select: [] } },
    { db_id: "b", query: "SELECT 2" },
  ];
  const [asked] = readGoldExamples(JSON.stringify([{ ...records[0], question: "?" }]), "dev.json");
  assert.deepEqual(asked, { ...EXPECTED[0], question: "?" });
  for (const text of [JSON.stringify(records), records.map((r) => JSON.stringify(r)).join("\n")]) {
    assert.deepEqual(readGoldExamples(text, "spider/dev.json"), EXPECTED);
  }
  for (const list of ["SELECT 1\ta\r\nSELECT 2\tb\r\n", "SELECT 1\ta\nSELECT 2\tb\n\n \n"]) {
    assert.deepEqual(readGoldExamples(list, "spider/dev_gold.sql"), EXPECTED);
  }
});

Deno.test("readGoldExamples() reads BIRD's names and the ids that records bring along", () => {
  const records = [
    { question_id: 7, db_id: "a", SQL: "SELECT 1" },
    { question_id: "x9", index: 4, db_id: "b", SQL: "SELECT 2" },
  ];
  const expected = [{ ...EXPECTED[0], ownIds: ["7"] }, { ...EXPECTED[1], ownIds: ["x9", "#4"] }];
  assert.deepEqual(readGoldExamples(JSON.stringify(records), "dev.json"), expected);
  const byId = { k1: { db_id: "a", query: "SELECT 1" }, k2: { db_id: "b", query: "SELECT 2" } };
  assert.deepEqual(
    readGoldExamples(JSON.stringify(byId), "dev.json").map(({ ownIds }) => ownIds),
    [["k1"], ["k2"]],
  );
});

Deno.test("readGoldExamples() names the record, line or field that it cannot read", () => {
  refuses("[", /not valid JSON/);
  refuses("[]", /has no examples/);
  refuses("", /has no examples/);
  refuses('[{"query": "SELECT 1"}]', /record 0.*db_id is missing/);
  refuses('[{"db_id": "a", "question": "?"}]', /record 0.*query is missing/);
  refuses('[{"db_id": 3, "query": "SELECT 1"}]', /record 0.*db_id is none: 3/);
  refuses('[{"db_id": "a", "query": "", "SQL": null}]', /query is none: ""/);
  refuses('[{"db_id": "a", "query": null}]', /query is none: null/);
  refuses("SELECT 1\ta\nSELECT 2\n", /line 2/);
  refuses("SELECT 1\ta\n\nSELECT 2\ta\n", /line 2/);
});
