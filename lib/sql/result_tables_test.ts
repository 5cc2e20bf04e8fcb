import assert from "node:assert/strict";
import { testDatabase } from "./testing/test_database.ts";
import { ExecutorPool } from "./execute/executor_pool.ts";
import { resultTables, statementRows, valueText } from "./result_tables.ts";

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
  assert.deepEqual(all, {
    rows: [["1", "x"], ["2", null]],
    columnCount: 2,
    names: ["a", "b"],
    truncated: true,
  });
  assert.deepEqual(none, { rows: [], columnCount: 1, names: ["a"], truncated: false });
  assert.deepEqual([wrong, nothing, gone], [undefined, undefined, undefined]);
  const named = `SELECT b AS "${"n".repeat(70)}" FROM t WHERE a = 3`;
  const [long] = await resultTables([{ dbPath, sql: named }], {
    timeoutMs: 5_000,
  });
  assert.deepEqual([long!.rows[0]![0]!, long!.names[0]!].map((text) => text.length), [60, 60]);
});

Deno.test("statementRows() has every row as SQLite typed it, of the first statement alone", async () => {
  using database = testDatabase(
    "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2.5), (NULL), ('x')",
  );
  await using pool = new ExecutorPool({ timeoutMs: 5_000 });
  const run = (sql: string): ReturnType<typeof statementRows> =>
    statementRows(pool, { dbPath: database.path, sql });
  assert.deepEqual(await run("SELECT a FROM t; DROP TABLE t"), {
    rows: [[1n], [2.5], [null], ["x"]],
    columnCount: 1,
    names: ["a"],
  });
  assert.deepEqual([await run("-- none"), await run("SELECT b FROM t")], [undefined, undefined]);
});

Deno.test("statementRows() calls columns as SQLite does, whichever way a result travels", async () => {
  using database = testDatabase(
    "CREATE TABLE t(a, \"b\u202e\n</th>\"); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
  );
  await using pool = new ExecutorPool({ timeoutMs: 5_000 });
  const names = async (sql: string): Promise<readonly string[] | undefined> =>
    (await statementRows(pool, { dbPath: database.path, sql }))?.names;
  assert.deepEqual(await names("SELECT *, count( * ), T.a + 1, a AS n FROM t AS T; SELECT 2"), [
    "a",
    "b\u202e\n</th>",
    "count( * )",
    "T.a + 1",
    "n",
  ]);
  assert.deepEqual(await names("SELECT a, a FROM t WHERE a > 9"), ["a", "a"]);
  // read as bytes inside another statement, and packed
  assert.deepEqual(await names("SELECT hex(a) AS h, quote(a) FROM t"), ["h", "quote(a)"]);
  assert.deepEqual(await names("SELECT x.a FROM t x, t y, t, t z /* all */"), ["a"]);
  const long = await names(`SELECT 1 AS "${"\u{1f389}".repeat(150)}", '${"y".repeat(999)}'`);
  assert.deepEqual(long!.map((name) => [name.length, name.at(-1), name.isWellFormed()]), [
    [199, "…", true],
    [200, "…", true],
  ]);
});

Deno.test("an executor names columns only where it is asked to, and rows are the same", async () => {
  using database = testDatabase("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
  await using pool = new ExecutorPool({ timeoutMs: 5_000 });
  const [judged, shown] = await Promise.all([{}, { names: true }].map(async (options) => {
    const execution = await pool.execute(database.path, "SELECT a FROM t", options);
    assert.equal(execution.status, "rows");
    return execution as Extract<typeof execution, { status: "rows" }>;
  }));
  assert.equal("names" in judged!, false);
  assert.deepEqual(shown!.names, ["a"]);
  assert.deepEqual(shown!.packed.bytes, judged!.packed.bytes);
});

Deno.test("valueText() tells NULL from its word, blobs by their length, and cuts long texts", () => {
  assert.deepEqual(
    [null, "NULL", 3n, 0.5, new Uint8Array(7), "abcdefghij"].map((value) => valueText(value, 8)),
    [null, "NULL", "3", "0.5", "7 bytes", "abcde..."],
  );
});
