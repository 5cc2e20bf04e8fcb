import assert from "node:assert/strict";
import { UsageError } from "../runs/usage_error.ts";
import { readGoldExamples, readPredictions } from "./read_predictions.ts";

Deno.test("readPredictions() reads a statement a line, empty lines and Windows ends included", () => {
  const text = "\ufeffSELECT 1;\r\n\r\n  SELECT 2\tconcert_singer\r\n";
  assert.deepEqual(readPredictions(text, "pred.txt"), [
    { sql: "SELECT 1;" },
    { sql: "" },
    { sql: "SELECT 2" },
  ]);
});

Deno.test("readPredictions() reads JSON lines and takes sql as it is", () => {
  const lines = [
    { sql: "SELECT 1\nFROM t\t" },
    { sql: "", id: "dev-7" },
    { sql: "```sql\nSELECT 2\n```", index: 3 },
    { completion: "```sql\nSELECT 2\n```" },
    { completion: "I do not know" },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join("\n\n");
  assert.deepEqual(readPredictions(text, "pred.jsonl"), [
    { sql: "SELECT 1\nFROM t\t" },
    { sql: "", id: "dev-7" },
    { sql: "```sql\nSELECT 2\n```", id: "#3" },
    { sql: "SELECT 2" },
    { sql: "" },
  ]);
});

Deno.test("readPredictions() names the line that it cannot read", () => {
  const good = JSON.stringify({ sql: "SELECT 1" });
  for (const bad of ["{", "SELECT 1", '{"query": "SELECT 1"}', '{"sql": 1}', "null"]) {
    assert.throws(() => readPredictions(`${good}\n${bad}\n`, "pred.jsonl"), (error: Error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, /pred\.jsonl: line 2/);
      return true;
    });
  }
});

Deno.test("readGoldExamples() reads Spider's JSON and its gold list to the same examples", () => {
  const json = JSON.stringify([
    { db_id: "a", query: "SELECT 1", question: "?" },
    { db_id: "b", query: "SELECT 2" },
  ]);
  const expected = [
    { id: "dev-0", dbId: "a", gold: "SELECT 1" },
    { id: "dev-1", dbId: "b", gold: "SELECT 2" },
  ];
  assert.deepEqual(readGoldExamples(json, "spider/dev.json"), expected);
  const list = "SELECT 1\ta\r\nSELECT 2\tb\n";
  assert.deepEqual(readGoldExamples(list, "spider/dev_gold.sql"), expected);
});

Deno.test("readGoldExamples() names the record or line that it cannot read", () => {
  assert.throws(() => readGoldExamples("[", "dev.json"), UsageError);
  assert.throws(() => readGoldExamples('[{"query": "SELECT 1"}]', "dev.json"), /record 0/);
  assert.throws(() => readGoldExamples("SELECT 1\ta\nSELECT 2\n", "gold.txt"), /line 2/);
});
