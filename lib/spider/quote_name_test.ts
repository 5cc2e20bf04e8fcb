import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { quoteName, RESERVED_WORDS } from "./quote_name.ts";

/** SQLite's list of keywords, https://www.sqlite.org/lang_keywords.html. */
const KEYWORDS = (
  "ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN " +
  "BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS " +
  "CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED " +
  "DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS " +
  "EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING " +
  "IF IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL " +
  "JOIN KEY LAST LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF " +
  "OFFSET ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE " +
  "RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT " +
  "ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER " +
  "UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT"
).split(" ");

/** Whether a bare keyword works as a column's and as a table's name and means the column. */
function worksBare(word: string): boolean {
  const database = new DatabaseSync(":memory:");
  try {
    database.exec(`CREATE TABLE t("${word}"); INSERT INTO t VALUES (7)`);
    database.exec(`CREATE TABLE "${word}"(a)`);
    database.prepare(`SELECT x.a FROM ${word} AS x JOIN ${word} AS y ON x.a = y.a`);
    const row = database.prepare(`SELECT ${word} AS v FROM t WHERE ${word} = 7`).get();
    return row?.v === 7;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

Deno.test("quoteName() quotes exactly the keywords that SQLite does not take bare", () => {
  const needQuotes = KEYWORDS.filter((word) => !worksBare(word));
  assert.ok(needQuotes.length > 50);
  assert.deepEqual([...RESERVED_WORDS].sort(), needQuotes.sort());
});

Deno.test("quoteName() makes any name readable to SQLite", () => {
  for (const name of ["Home Town", "%_Change_2007", "18_49", 'a"b', "order", "été", "a.b", "x"]) {
    const database = new DatabaseSync(":memory:");
    const quoted = quoteName(name);
    database.exec(`CREATE TABLE t(${quoted}); INSERT INTO t VALUES (7)`);
    assert.equal(database.prepare(`SELECT t.${quoted} AS v FROM t`).get()?.v, 7);
    assert.equal(database.prepare("SELECT name FROM pragma_table_info('t')").get()?.name, name);
    database.close();
  }
});
