import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { pairPredictions } from "./pair_predictions.ts";
import type { GoldExample } from "./read_gold_examples.ts";
import { type Prediction, readPredictions } from "./read_predictions.ts";

const EXAMPLES: readonly GoldExample[] = [
  { id: "dev-0", dbId: "shop", gold: "SELECT 0" },
  { id: "dev-1", dbId: "shop", gold: "SELECT 1" },
  { id: "dev-2", dbId: "farm", gold: "SELECT 2" },
];
const OWN: readonly GoldExample[] = EXAMPLES.map((example, index) => ({
  ...example,
  ownIds: [String(10 - index)],
}));

function paired(text: string, examples = EXAMPLES): readonly string[] {
  return pairPredictions(readPredictions(text, "p"), examples)
    .map(({ sql, remark }) => remark === undefined ? sql : `${sql}(${remark})`);
}

function refuses(predictions: readonly Prediction[], line: RegExp, examples = EXAMPLES): void {
  assert.throws(() => pairPredictions(predictions, examples), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, line);
    return true;
  });
}

Deno.test("pairPredictions() pairs by place where no prediction has an id", () => {
  assert.deepEqual(paired("a\n\nc\n"), ["a", "(no_answer)", "c"]);
  assert.deepEqual(paired("a\nb\nc\n\n\n"), ["a", "b", "c"], "empty lines at the end");
  refuses(readPredictions("a\nb\n", "p"), /2 predictions for 3 examples/);
  refuses(readPredictions("a\nb\nc\nd\n", "p"), /4 predictions for 3 examples/);
});

Deno.test("pairPredictions() finds examples by name, number and index, of either JSON type", () => {
  const sql = (id: string | number): string => JSON.stringify({ id, sql: `for ${id}` });
  assert.deepEqual(paired([sql(2), sql(0), sql(1)].join("\n")), ["for 0", "for 1", "for 2"]);
  assert.deepEqual(paired([sql("2"), sql("dev-0")].join("\n")), [
    "for dev-0",
    "(no_prediction)",
    "for 2",
  ]);
  assert.deepEqual(paired('{"2": "c", "1": "b"}'), ["(no_prediction)", "b", "c"]);
});

Deno.test("pairPredictions() takes the examples' own ids before places", () => {
  assert.deepEqual(paired('{"10": "a", "9": "b", "8": "c"}', OWN), ["a", "b", "c"]);
  assert.deepEqual(paired('[{"index": 2, "sql": "c"}]', OWN).at(-1), "c");
  assert.deepEqual(paired('[{"id": "dev-2", "sql": "c"}]', OWN).at(-1), "c");
  refuses([{ sql: "a", id: "0" }], /no example "0" \(3 examples, ids as "10"\)/, OWN);
  const twice = EXAMPLES.map((example) => ({ ...example, ownIds: ["x"] }));
  refuses([{ sql: "a", id: "x" }], /3 examples have the id "x"/, twice);
});

Deno.test("pairPredictions() refuses ids that are unknown, doubled, mixed or at odds", () => {
  refuses([{ sql: "a", id: "3" }], /no example "3" \(3 examples, places 0 to 2\)/);
  refuses([{ sql: "a", id: "#3" }], /no example index 3/);
  refuses([{ sql: "a", id: "no\u001b[31m" }], /no example "no\\u001b\[31m"/);
  refuses([{ sql: "a", id: "dev-1" }, { sql: "b", id: "#1" }], /two predictions for "dev-1"/);
  refuses(
    [{ sql: "a", id: "1" }, { sql: "b" }],
    /1 of 2 predictions have no id, the first in place 1/,
  );
  refuses([{ sql: "a", id: "1", otherIds: ["#2"] }], /the ids "1" and index 2.*different/);
  assert.equal(pairPredictions([{ sql: "a", id: "1", otherIds: ["#1"] }], EXAMPLES)[1]!.sql, "a");
});

Deno.test("pairPredictions() checks the database that a prediction names", () => {
  assert.deepEqual(paired("a\tshop\nb\tshop\nc\tfarm\n"), ["a", "b", "c"]);
  refuses(readPredictions("a\tshop\nb\tfarm\nc\tshop\n", "p"), /"dev-1" names the database "farm"/);
  refuses([{ sql: "a", id: "0", dbId: "farm" }], /"dev-0" names the database "farm"/);
  assert.deepEqual(paired("SELECT\tname FROM t\nb\nc\n")[0], "SELECT(text_after_tab)");
});

Deno.test("pairPredictions() refuses a line with the database or a number before its tab", () => {
  refuses(readPredictions("shop\tSELECT 1\nb\nc\n", "p"), /"dev-0" has "shop" before its tab/);
  refuses(readPredictions("a\n1\tSELECT 1\nc\n", "p"), /"dev-1" has "1" before its tab/);
  // a model may answer so, and the database stands where it should
  assert.deepEqual(paired("1\tshop\nshop\tshop\nc\n"), ["1", "shop", "c"]);
  assert.deepEqual(paired("1\tcow\nb\nc\n")[0], "1(text_after_tab)");
});

Deno.test("pairPredictions() refuses records without ids whose own key gives another order", () => {
  const records = (key: string, values: readonly unknown[]): string =>
    values.map((value) => JSON.stringify({ sql: `for ${value}`, [key]: value })).join("\n");
  const orders = [[2, 0, 1], [3, 1, 2], ["2", "0", "1"], ["dev-2", "dev-0", "dev-1"]];
  for (const values of orders) {
    for (const key of ["order", "pos", "__index_level_0__", "Unnamed: 0", "key"]) {
      refuses(
        readPredictions(records(key, values), "p"),
        new RegExp(`no id, and their key "${key}" gives another order`),
      );
    }
  }
  refuses(
    readPredictions(records("extra", orders[0]!.map((seq) => ({ seq }))), "p"),
    /"extra.seq"/,
  );
  for (const values of [[0, 1, 2], [1, 2, 3], ["dev-0", "dev-1", "dev-2"], [5, 9, 7], [1, 1, 0]]) {
    assert.equal(paired(records("order", values)).length, 3);
  }
  const own = ["8", "9", "10"].map((key) => JSON.stringify({ sql: "a", key })).join("\n");
  refuses(readPredictions(own, "p"), /their key "key" gives another order/, OWN);
});

Deno.test("pairPredictions() refuses a prediction that has the question or gold of another example", () => {
  const asked = EXAMPLES.map((example, at) => ({ ...example, question: `How many ${at}?` }));
  const said = (key: string, values: readonly string[]): readonly Prediction[] =>
    values.map((value) => ({ sql: "a", [key]: value }));
  refuses(
    said("question", ["How many 1?", "How many 0?", "How many 2?"]),
    /"dev-0" has the question of "dev-1": are the files of one order/,
    asked,
  );
  refuses(said("gold", ["SELECT 2", "SELECT 1", "SELECT 0"]), /"dev-0" has the gold of "dev-2"/);
  const fits = said("question", ["How many 0? ", "Something else", ""]);
  assert.equal(pairPredictions(fits, asked).length, 3);
});
