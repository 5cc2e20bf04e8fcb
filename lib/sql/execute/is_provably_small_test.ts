import assert from "node:assert/strict";
import { HOSTILE_STATEMENTS } from "../testing/hostile_statements.ts";
import { isProvablySmall } from "./is_provably_small.ts";

const size = { largestTableRows: 10, largestValueBytes: 20, tableRows: new Map() };
const caps = { maxRows: 1_000, maxBytes: 1_000_000 };
const small = (sql: string, columns = 1): boolean => isProvablySmall(sql, columns, { size, caps });

Deno.test("isProvablySmall() knows statements that cannot exceed the caps", () => {
  for (
    const sql of [
      "SELECT 1",
      "SELECT count(*), max(a), upper(trim(b)) FROM t WHERE c IN (1, 2)",
      "SELECT a FROM t JOIN u ON t.b = u.b JOIN v ON v.c = u.c",
      "SELECT a FROM t WHERE b IN (SELECT b FROM u)",
      "SELECT a FROM t UNION SELECT a FROM u",
      "SELECT a FROM t, t, t, t ORDER BY a LIMIT 5",
      "SELECT a FROM t, t, t, t UNION SELECT a FROM t limit 999 ; ",
      "SELECT count(*) FROM t, t, t, t",
      "SELECT max(DISTINCT a) FROM t, t, t, t WHERE b > 1 ORDER BY 1",
    ]
  ) {
    assert.equal(small(sql), true, sql);
  }
});

Deno.test("isProvablySmall() is false for whatever may be large", () => {
  for (
    const sql of [
      "SELECT 1 FROM t, t, t, t",
      "SELECT 1 FROM t, t, t, t LIMIT 1001",
      "SELECT 1 FROM t, t, t, t LIMIT -1",
      "SELECT 1 FROM t, t, t, t LIMIT 5, 2000",
      "SELECT 1 FROM t, t, t, t LIMIT 2000 OFFSET 5",
      "SELECT 1 FROM t, t, t, t WHERE a = (SELECT 1 LIMIT 5)",
      "SELECT 1 FROM t, t, t, t -- LIMIT 5",
      "SELECT max(a, b) FROM t, t, t, t",
      "SELECT count(*) FROM t, t, t, t GROUP BY a",
      "SELECT count(*) OVER () FROM t, t, t, t",
      "SELECT count(*) FROM t UNION ALL SELECT a FROM t, t, t, t",
      "SELECT count(*), a FROM t, t, t, t GROUP BY a",
      "SELECT 1 FROM t JOIN t JOIN t JOIN t",
      "WITH c AS (SELECT 1) SELECT * FROM c",
      "VALUES (1), (2)",
      "SELECT * FROM json_each('[1,2]')",
      "SELECT * FROM \"json_each\" WHERE json = '[1]'",
      "SELECT * FROM pragma_table_list",
      "SELECT a || b FROM t",
      "SELECT a -> b FROM t",
      "SELECT replace(a, 'x', b) FROM t",
      "SELECT group_concat(a) FROM t",
      "SELECT hex(a) FROM t",
      'SELECT "zeroblob"(10) FROM t',
      "SELECT [hex] (a) FROM t",
      "SELECT hex/* */(a) FROM t",
      "SELECT hex -- x\n(a) FROM t",
      `SELECT ${"'x'".padEnd(2_000)} FROM t, t, t`,
    ]
  ) {
    assert.equal(small(sql), false, sql);
  }
  assert.equal(small("SELECT a FROM t, u, v", 1), true);
  assert.equal(small("SELECT a FROM t, u, v", 100), false);
  const unknown = { largestTableRows: Infinity, largestValueBytes: 1, tableRows: new Map() };
  assert.equal(isProvablySmall("SELECT 1", 1, { size: unknown, caps }), false);
});

Deno.test("isProvablySmall() counts the rows of the tables that are named", () => {
  const tableRows = new Map([["small one", 2], ["big", 900], ["t", 3]]);
  const known = { largestTableRows: 900, largestValueBytes: 20, tableRows };
  const fits = (sql: string): boolean => isProvablySmall(sql, 1, { size: known, caps });
  for (
    const sql of [
      "SELECT 1 FROM t JOIN t AS u JOIN T AS v",
      "SELECT 1 FROM Big WHERE a IN (SELECT 1 FROM big) LIMIT 10",
      'SELECT 1 FROM "small one" JOIN t JOIN "Small One" AS b',
    ]
  ) {
    assert.equal(fits(sql), true, sql);
  }
  for (
    const sql of [
      "SELECT 1 FROM big JOIN t",
      "SELECT 1 FROM t, t AS u",
      "SELECT 1 FROM (big) JOIN t",
      "SELECT 1 FROM t JOIN [big]",
      "SELECT 1 FROM t JOIN other",
      "SELECT 1 FROM t.big JOIN t",
      "SELECT 1 FROM t . big JOIN t",
      'SELECT 1 FROM "t" . big JOIN t',
      'SELECT 1 FROM "t""x" JOIN t',
      "SELECT 1 FROM té JOIN t",
      "SELECT 1 FROM t\u0301 JOIN t",
      "SELECT 1 FROM 't' JOIN t",
      "SELECT 1 FROM t UNION SELECT 1 FROM big",
    ]
  ) {
    assert.equal(fits(sql), false, sql);
  }
});

Deno.test("isProvablySmall() is false for every hostile statement that exceeds a cap", () => {
  for (const { name, sql, outcomes } of HOSTILE_STATEMENTS) {
    if (outcomes.includes("too_many_rows")) assert.equal(small(sql), false, name);
  }
});
