import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { readPredictions } from "./read_predictions.ts";

function refuses(text: string, line: RegExp): void {
  assert.throws(() => readPredictions(text, "pred.jsonl"), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, line);
    assert.ok(!error.message.includes("\n"), error.message);
    return true;
  }, text);
}

function lines(...records: readonly unknown[]): string {
  return records.map((record) => JSON.stringify(record)).join("\n");
}

const EMPTY = { sql: "", remark: "no_answer" } as const;

Deno.test("readPredictions() reads a statement a line, empty lines and Windows ends included", () => {
  const text = "\ufeffSELECT 1;\r\n\r\n  SELECT 2\tconcert_singer\r\n";
  assert.deepEqual(readPredictions(text, "pred.txt"), [
    { sql: "SELECT 1;" },
    EMPTY,
    { sql: "SELECT 2", afterTab: "concert_singer" },
  ]);
});

Deno.test("readPredictions() reads JSON lines and takes sql as it is", () => {
  const text = lines(
    { sql: "SELECT 1\nFROM t\t" },
    { sql: "", id: "dev-7" },
    { sql: "```sql\nSELECT 2\n```", index: 3 },
    { completion: "```sql\nSELECT 2\n```" },
    { completion: "I do not know" },
    { completion: "<think>\nThe tables" },
  ).replaceAll("\n", "\r\n\r\n");
  assert.deepEqual(readPredictions(text, "pred.jsonl"), [
    { sql: "SELECT 1\nFROM t\t" },
    { ...EMPTY, id: "dev-7" },
    { sql: "```sql\nSELECT 2\n```", id: "#3" },
    { sql: "SELECT 2" },
    { sql: "" },
    { sql: "", remark: "cut_in_reasoning" },
  ]);
});

Deno.test("readPredictions() takes the number 3 and the text for one id, under every known key", () => {
  for (const key of ["id", "question_id", "questionId", "Example-ID", "instance_id", "qid"]) {
    for (const value of [3, "3", " 3 "]) {
      const text = lines({ [key]: value, sql: "SELECT 1" });
      assert.deepEqual(readPredictions(text, "p"), [{ sql: "SELECT 1", id: "3" }], key);
    }
  }
  for (const key of ["index", "idx", "question_index", "exampleIdx"]) {
    for (const value of [3, "3", "03"]) {
      const text = lines({ [key]: value, sql: "SELECT 1" });
      assert.deepEqual(readPredictions(text, "p"), [{ sql: "SELECT 1", id: "#3" }], key);
    }
  }
  assert.deepEqual(readPredictions(lines({ id: "dev-3", index: 3, sql: "SELECT 1" }), "p"), [
    { sql: "SELECT 1", id: "dev-3", otherIds: ["#3"] },
  ]);
});

Deno.test("readPredictions() refuses an id of a type or name that it does not know", () => {
  for (const value of [null, true, 1.5, -1, [3], { $oid: 3 }, ""]) {
    refuses(
      lines({ sql: "SELECT 1" }, { id: value, sql: "SELECT 1" }),
      /line 2: "id" must be a text/,
    );
  }
  refuses(lines({ index: "third", sql: "SELECT 1" }), /"index" must be a whole number/);
  for (const key of ["number", "row", "line_no", "exampleNumber", "uuid", "spider_id"]) {
    refuses(lines({ [key]: 3, sql: "SELECT 1" }), new RegExp(`the key "${key}" is not known`));
  }
  // Names of other things are no ids.
  const text = lines({ db_id: "shop", model_id: "m", run_id: 4, sql: "SELECT 1" });
  assert.deepEqual(readPredictions(text, "p"), [{ sql: "SELECT 1", dbId: "shop" }]);
});

Deno.test("readPredictions() reads an array, one record and an object by id", () => {
  const records = [{ id: 1, sql: "SELECT 1" }, { id: 0, sql: "SELECT 0" }];
  const expected = [{ sql: "SELECT 1", id: "1" }, { sql: "SELECT 0", id: "0" }];
  for (const indent of [0, 2]) {
    assert.deepEqual(readPredictions(JSON.stringify(records, null, indent), "p"), expected);
  }
  assert.deepEqual(readPredictions('["SELECT 1", ""]', "p"), [{ sql: "SELECT 1" }, EMPTY]);
  assert.deepEqual(readPredictions('"SELECT 1"\n"SELECT 2"', "p"), [
    { sql: "SELECT 1" },
    { sql: "SELECT 2" },
  ]);
  assert.deepEqual(readPredictions('{\n "sql": "SELECT 1"\n}\n', "p"), [{ sql: "SELECT 1" }]);
  const byId = {
    "dev-1": "SELECT 1",
    "4": { completion: "```\nSELECT 2\n```" },
    "5": "SELECT 3\t----- bird -----\tshop",
  };
  assert.deepEqual(readPredictions(JSON.stringify(byId), "p"), [
    { sql: "SELECT 2", id: "4" },
    { sql: "SELECT 3", dbId: "shop", id: "5" },
    { sql: "SELECT 1", id: "dev-1" },
  ]);
});

Deno.test("readPredictions() marks records that lack an answer", () => {
  const text = lines(
    { index: 0, sql: "SELECT 1" },
    { index: 1, sql: null },
    { index: 2 },
    { index: 3, completion: "  " },
    { index: 4, sql: null, completion: "SELECT 2" },
  );
  assert.deepEqual(readPredictions(text, "p"), [
    { sql: "SELECT 1", id: "#0" },
    { ...EMPTY, id: "#1" },
    { ...EMPTY, id: "#2" },
    { ...EMPTY, id: "#3" },
    { sql: "SELECT 2", id: "#4" },
  ]);
});

Deno.test("readPredictions() refuses an answer under another name or of another type", () => {
  const good = { sql: "SELECT 1" };
  for (const key of ["query", "SQL", "prediction", "output", "response", "text"]) {
    refuses(lines(good, { [key]: "SELECT 1" }), new RegExp(`line 2.*"${key}" is neither`));
  }
  refuses(lines(good, { sql: 1 }), /line 2: "sql" must be a text: 1/);
  refuses(lines(good, { completion: ["SELECT 1"] }), /"completion" must be a text/);
  refuses(
    lines({ index: 0, final_sql: "SELECT 1" }, { index: 1 }),
    /no record has "sql" or "completion", rename the one with the answer: the keys are index, final_sql/,
  );
});

Deno.test("readPredictions() refuses a second answer that is another one, as where sql is the gold", () => {
  for (const key of ["pred_sql", "prediction", "response", "output", "completion", "SQL"]) {
    refuses(
      lines({ sql: "SELECT 1", [key]: "SELECT 2" }),
      new RegExp(`line 1: "sql" and "${key}" are two different answers`),
    );
    const same = lines({ sql: "SELECT 1", [key]: "The query:\n```sql\nselect  1;\n```" });
    assert.equal(readPredictions(same, "p")[0]!.sql, "SELECT 1");
  }
  const about = {
    pred_score: 0.5,
    generated_at: "2026-11-29",
    output: "[(1,)]",
    predicted: "easy",
  };
  const others = { sql: "SELECT 1", ...about, text: "How many?", query: "SELECT 2", pred_sql: " " };
  assert.equal(readPredictions(lines(others), "p")[0]!.sql, "SELECT 1");
});

Deno.test("readPredictions() takes one statement in two forms for one answer, and BIRD's SQL for its gold", () => {
  const sql = "SELECT \"a\"\nFROM t WHERE b = 'x'";
  const forms = {
    json: JSON.stringify({ sql }),
    fence: "```json\n" + JSON.stringify({ sql }) + "\n```",
    comment: "SELECT \"a\" -- all\nFROM t\nWHERE b = 'x'",
    typographic: 'The query: SELECT "a" FROM t WHERE b = \u2018x\u2019;',
  };
  for (const [form, response] of Object.entries(forms)) {
    assert.equal(readPredictions(lines({ sql, response }), "p")[0]!.sql, sql, form);
  }
  const bird = {
    question_id: 0,
    db_id: "shop",
    evidence: "",
    SQL: "SELECT 2",
    difficulty: "simple",
  };
  for (const key of ["predicted_sql", "pred_sql", "generated_sql"]) {
    const [read] = readPredictions(lines({ ...bird, [key]: "SELECT 1" }), "p");
    assert.deepEqual(read, { sql: "SELECT 1", id: "0", dbId: "shop" });
  }
});

Deno.test("readPredictions() takes null in an object by id for an answer that did not come", () => {
  assert.deepEqual(readPredictions('{"0": null, "1": "SELECT 1"}', "p"), [
    { ...EMPTY, id: "0" },
    { sql: "SELECT 1", id: "1" },
  ]);
});

Deno.test("readPredictions() keeps what a record without an id says of its example", () => {
  const record = { sql: "SELECT 1", question: "How many?", gold: "SELECT 2", no_of: { key: 3 } };
  assert.deepEqual(readPredictions(lines(record), "p"), [{
    sql: "SELECT 1",
    question: "How many?",
    gold: "SELECT 2",
    fields: { question: "How many?", gold: "SELECT 2", "no_of.key": "3" },
  }]);
});

Deno.test("readPredictions() tells prompts of one question from those of others, whatever its id is called", () => {
  const answer = (promptHash: string, id: object): object => ({
    ...id,
    promptHash,
    text: "SELECT 1",
  });
  for (
    const [first, second] of [
      [{}, {}],
      [{ question_id: 1 }, { question_id: 2 }],
    ] as const
  ) {
    assert.equal(
      readPredictions(lines(answer("a", first), answer("b", second)), "pred.jsonl").length,
      2,
    );
  }
  const id = { question_id: 1 };
  refuses(lines(answer("a", id), answer("b", id)), /its study asked "1" by several prompts/);
});

Deno.test("readPredictions() names broken JSON, its place, and keys that stand twice", () => {
  const good = JSON.stringify({ sql: "SELECT 1" });
  for (const bad of ["{", "SELECT 1", "null", "3", "[1]"]) {
    refuses(`${good}\n${bad}\n`, /pred\.jsonl: line 2/);
  }
  refuses(`${good},\n${good}\n`, /line 1.*no comma between/);
  refuses(`[${good},]`, /pred\.jsonl: not valid JSON/);
  refuses('{"0": "SELECT 1", "0": "SELECT 2"}', /the key "0" stands twice/);
  refuses('{"sql": "SELECT 1", "sq\\u006c": "SELECT 2"}', /the key "sql" stands twice/);
  refuses('{"a": 1}', /pred\.jsonl: key "a": it must be an object or a text: 1/);
  refuses('{"id\\u001b[31m": 1, "sql": 7}\n{', /line 1: "sql" must|line 2/);
});
