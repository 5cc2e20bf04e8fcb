import assert from "node:assert/strict";
import { spiderRoot } from "../official_verdicts.ts";
import type { ErrorClass } from "../verdict.ts";
import { errorClass } from "./error_class.ts";
import { parseStatement } from "./parse_statement.ts";

const GOLD = "SELECT T2.name, count(*) FROM concert AS T1 JOIN stadium AS T2 ON T1.sid = T2.id " +
  "WHERE T1.year > 2013 AND T2.city = 'Rome' GROUP BY T1.sid HAVING count(*) > 1 ORDER BY T2.name LIMIT 3";

/** What is changed in the gold, from what, to what, and the class that this is. */
const CHANGES: readonly (readonly [string, string, string, ErrorClass])[] = [
  ["a set operator", " ORDER BY T2.name LIMIT 3", " UNION SELECT 1, 2", "set_operation"],
  ["a subquery for a value", "2013", "(SELECT min(year) FROM concert)", "nesting"],
  ["a table fewer", "concert AS T1 JOIN stadium AS T2 ON T1.sid = T2.id", "concert AS T1", "join"],
  ["an outer join", "JOIN", "LEFT JOIN", "join"],
  ["other join columns", "T1.sid = T2.id", "T1.id = T2.id", "join"],
  ["another table", "stadium", "arena", "schema_linking"],
  ["another grouping column", "GROUP BY T1.sid", "GROUP BY T2.name", "grouping"],
  ["another HAVING", "HAVING count(*) > 1", "HAVING count(*) >= 1", "grouping"],
  ["no grouping", "GROUP BY T1.sid HAVING count(*) > 1 ", "", "grouping"],
  ["another aggregate", "T2.name, count(*) FROM", "T2.name, sum(T1.id) FROM", "aggregation"],
  ["an aggregate fewer", "T2.name, count(*) FROM", "T2.name FROM", "aggregation"],
  ["another selected column", "SELECT T2.name", "SELECT T2.city", "projection"],
  ["one more selected column", "SELECT T2.name", "SELECT T2.name, T2.id", "projection"],
  ["another column in a condition", "T2.city", "T2.country", "schema_linking"],
  ["a condition fewer", " AND T2.city = 'Rome'", "", "schema_linking"],
  ["another text", "'Rome'", "'rome'", "value"],
  ["another number", "2013", "2014", "value"],
  ["another operator", "> 2013", ">= 2013", "value"],
  ["another direction", "ORDER BY T2.name", "ORDER BY T2.name DESC", "order_limit"],
  ["another limit", "LIMIT 3", "LIMIT 1", "order_limit"],
  ["no order", "ORDER BY T2.name LIMIT 3", "", "order_limit"],
  ["a grouping column of the other table", "GROUP BY T1.sid", "GROUP BY T2.sid", "grouping"],
];

for (const [name, from, to, expected] of CHANGES) {
  Deno.test(`errorClass() calls ${name} ${expected}`, async () => {
    const predicted = GOLD.replace(from, to);
    assert.notEqual(predicted, GOLD);
    const wrong = { status: "mismatch", gold: GOLD, predicted, message: "" } as const;
    assert.equal(await errorClass(wrong), expected);
  });
}

Deno.test("errorClass() calls a statement that reads no table schema_linking, and no join error", async () => {
  const classOf = (gold: string, predicted: string): Promise<ErrorClass> =>
    errorClass({ status: "mismatch", gold, predicted, message: "" });
  for (const predicted of ["SELECT 1", "SELECT 'Rome', 2 LIMIT 1"]) {
    assert.equal(await classOf(GOLD, predicted), "schema_linking");
    assert.equal(await classOf("SELECT count(*) FROM stadium", predicted), "schema_linking");
  }
  // a table within a subquery is one
  assert.equal(
    await classOf("SELECT count(*) FROM stadium", "SELECT (SELECT count(*) FROM stadium)"),
    "nesting",
  );
});

Deno.test("errorClass() takes other aliases, letter case and order of conditions for no difference", async () => {
  const predicted = "select s.name, COUNT(*) from stadium s join concert c on s.id = c.sid " +
    'where s.city = "Rome" and c.year > 2013 group by c.sid having count(*) > 1 order by s.name asc limit 3';
  const wrong = { status: "mismatch", gold: GOLD, predicted, message: "" } as const;
  assert.equal(await errorClass(wrong), "other");
});

Deno.test("errorClass() goes by SQLite's message when the statement was refused", async () => {
  const messages: Readonly<Record<string, ErrorClass>> = {
    "no such column: T1.title": "schema_linking",
    "no such table: arena": "schema_linking",
    "ambiguous column name: id": "schema_linking",
    "misuse of aggregate: count()": "aggregation",
    "SELECTs to the left and right of UNION do not have the same number of result columns":
      "set_operation",
    "ORDER BY clause should come after UNION not before": "set_operation",
    'near "FORM": syntax error': "syntax",
    "not authorized": "syntax",
  };
  for (const [message, expected] of Object.entries(messages)) {
    const wrong = { status: "sql_error", gold: GOLD, predicted: "x", message } as const;
    assert.equal(await errorClass(wrong), expected, message);
  }
});

Deno.test("errorClass() calls no statement empty and an unreadable one other", async () => {
  const common = { gold: GOLD, message: "" } as const;
  assert.equal(await errorClass({ ...common, status: "no_sql", predicted: "" }), "empty");
  const values = { ...common, status: "mismatch", predicted: "VALUES (1)" } as const;
  assert.equal(await errorClass(values), "other");
  const huge = `SELECT ${"1 + ".repeat(20_000)} 1`;
  assert.equal(await errorClass({ ...common, status: "timeout", predicted: huge }), "other");
});

const root = spiderRoot();
Deno.test({
  name: "parseStatement() reads all 1,034 golds of Spider's dev" +
    (root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""),
  ignore: root === undefined,
  fn: async () => {
    const examples = JSON.parse(Deno.readTextFileSync(`${root}/dev.json`)) as { query: string }[];
    assert.equal(examples.length, 1_034);
    for (const { query } of examples) assert.ok(await parseStatement(query), query);
  },
});
