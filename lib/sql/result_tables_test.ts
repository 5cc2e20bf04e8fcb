import assert from "node:assert/strict";
import { testDatabase } from "./testing/test_database.ts";
import { resultTables } from "./result_tables.ts";

Deno.test("resultTables() shows the first rows of statements, and nothing of those that fail", async () => {
  using database = testDatabase(
    `CREATE TABLE t(a INTEGER, b TEXT);
     INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, '${"y".repeat(99)}')`,
  );
  const dbPath = database.path;
  const [all, none, wrong, nothing, gone] = await resultTables([
    { dbPath, sql: "SELECT a, b FROM t ORDER BY a" },
    { dbPath, sql: "SELECT a FROM t WHERE a > 9" },
    { dbPath, sql: "SELECT c FROM t" },
    { dbPath, sql: " " },
    { dbPath: `${database.folder}/none.sqlite`, sql: "SELECT 1" },
  ], { timeoutMs: 5_000, maxRows: 2 });
  assert.deepEqual(all, { rows: [["1", "x"], ["2", null]], columnCount: 2, truncated: true });
  assert.deepEqual(none, { rows: [], columnCount: 1, truncated: false });
  assert.deepEqual([wrong, nothing, gone], [undefined, undefined, undefined]);
  const [long] = await resultTables([{ dbPath, sql: "SELECT b FROM t WHERE a = 3" }], {
    timeoutMs: 5_000,
  });
  assert.equal(long!.rows[0]![0]!.length, 60);
});
