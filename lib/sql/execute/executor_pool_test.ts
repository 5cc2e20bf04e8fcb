import assert from "node:assert/strict";
import { isAlive, testDatabase } from "../testing/test_database.ts";
import { type Execution, ExecutorError, ExecutorPool } from "./executor_pool.ts";

const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

function rowsOf(execution: Execution): unknown {
  assert.equal(execution.status, "rows", JSON.stringify(execution.status));
  return (execution as Extract<Execution, { status: "rows" }>).rows;
}

Deno.test("ExecutorPool reads every type as SQLite has it", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  const sql = "SELECT 9007199254740993, 1.0, 0.1, 'é', NULL, x'00ff', price, name FROM product " +
    "WHERE id = 1";
  const bytes = new Uint8Array([0, 255]);
  assert.deepEqual(rowsOf(await pool.execute(db.path, sql)), [
    [9007199254740993n, 1, 0.1, "é", null, bytes, 10.5, "lamp"],
  ]);
});

Deno.test("ExecutorPool keeps the row order of ORDER BY and columns of the same name", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  const sql = "SELECT name, name, id FROM maker ORDER BY id DESC LIMIT 2";
  assert.deepEqual(rowsOf(await pool.execute(db.path, sql)), [
    ["Dune", "Dune", 4n],
    ["Café", "Café", 3n],
  ]);
});

Deno.test("ExecutorPool takes a name in double quotes that is no column for a text", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  const sql = 'SELECT name FROM maker WHERE country = "Brazil"';
  assert.deepEqual(rowsOf(await pool.execute(db.path, sql)), [["Aurora"]]);
});

Deno.test("ExecutorPool reads stored text with a NUL or invalid bytes like the official script", async () => {
  using db = testDatabase(
    "CREATE TABLE t (a); INSERT INTO t VALUES (CAST(x'610062' AS TEXT)), (CAST(x'61ff62' AS TEXT)), " +
      "(x'610062'), ('\ufffd'), ('\ufeffx')",
  );
  await using pool = new ExecutorPool({ workers: 1 });
  const blob = new Uint8Array([0x61, 0, 0x62]);
  assert.deepEqual(rowsOf(await pool.execute(db.path, "SELECT a FROM t; -- all")), [
    ["a\0b"],
    ["ab"],
    [blob],
    ["\ufffd"],
    ["\ufeffx"],
  ]);
});

Deno.test("ExecutorPool reads text with a NUL that only the statement makes", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  for (const sql of ["SELECT 'a' || char(0) || 'b'", "SELECT CAST(x'610062' AS TEXT)"]) {
    assert.deepEqual(rowsOf(await pool.execute(db.path, sql)), [["a\0b"]], sql);
  }
  const invalid = await pool.execute(db.path, "SELECT CAST(x'61ff62' AS TEXT)");
  assert.deepEqual(rowsOf(invalid), [["ab"]]);
});

Deno.test("ExecutorPool reports an error that comes after the first rows", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  const execution = await pool.execute(
    db.path,
    "SELECT CASE WHEN id = 3 THEN abs(-9223372036854775808) ELSE id END FROM maker",
  );
  assert.equal(execution.status, "sql_error");
  assert.match((execution as { message: string }).message, /integer overflow/);
});

Deno.test("ExecutorPool gives a result of exactly the row cap and refuses one row more", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, maxRows: 4 });
  const four = await pool.execute(db.path, "SELECT * FROM maker");
  assert.equal(four.status, "rows");
  const seven = await pool.execute(db.path, "SELECT * FROM product");
  assert.equal(seven.status, "too_many_rows");
  assert.equal((seven as { message: string }).message, "more than 4 rows");
  assert.equal((await pool.execute(db.path, "SELECT 1")).status, "rows");
});

Deno.test("ExecutorPool refuses a result beyond the byte cap", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, maxBytes: 1_000 });
  const execution = await pool.execute(db.path, "SELECT hex(zeroblob(600))");
  assert.equal(execution.status, "too_many_rows");
});

Deno.test("ExecutorPool kills a statement at the time limit and goes on", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 500 });
  assert.equal((await pool.execute(db.path, "SELECT 1")).status, "rows");
  const [pid] = pool.processIds;
  const started = performance.now();
  const execution = await pool.execute(db.path, ENDLESS);
  const elapsedMs = performance.now() - started;
  assert.equal(execution.status, "timeout");
  assert.ok(elapsedMs >= 490 && elapsedMs < 1_500, `${elapsedMs} ms`);
  assert.equal(isAlive(pid!), false);
  assert.deepEqual(pool.processIds, []);
  assert.equal((await pool.execute(db.path, "SELECT 1")).status, "rows");
});

Deno.test("ExecutorPool runs the statements behind one that it kills", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 300 });
  const statements = ["SELECT 1", ENDLESS, "SELECT 2", "SELECT nothing", ENDLESS, "SELECT 3"];
  const executions = await Promise.all(statements.map((sql) => pool.execute(db.path, sql)));
  assert.deepEqual(executions.map((execution) => execution.status), [
    "rows",
    "timeout",
    "rows",
    "sql_error",
    "timeout",
    "rows",
  ]);
  assert.deepEqual(rowsOf(executions[5]!), [[3n]]);
});

Deno.test("ExecutorPool reuses one process for the statements of one database", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 2 });
  await pool.execute(db.path, "SELECT 1");
  const before = pool.processIds;
  for (let index = 0; index < 5; index++) await pool.execute(db.path, `SELECT ${index}`);
  assert.deepEqual(pool.processIds, before);
  assert.equal(before.length, 1);
});

Deno.test("ExecutorPool keeps no more processes than it may", async () => {
  const databases = Array.from({ length: 5 }, () => testDatabase());
  try {
    await using pool = new ExecutorPool({ workers: 2, maxProcesses: 3 });
    const executions = await Promise.all(
      [...databases, ...databases].map((db) => pool.execute(db.path, "SELECT count(*) FROM maker")),
    );
    for (const execution of executions) assert.deepEqual(rowsOf(execution), [[4n]]);
    assert.ok(pool.processIds.length <= 3, `${pool.processIds.length} processes`);
  } finally {
    databases.forEach((db) => db[Symbol.dispose]());
  }
});

Deno.test("ExecutorPool leaves no process behind when it is disposed, busy ones included", async () => {
  using db = testDatabase();
  const pool = new ExecutorPool({ workers: 2, timeoutMs: 60_000 });
  await pool.execute(db.path, "SELECT 1");
  const endless = pool.execute(db.path, ENDLESS);
  const queued = [pool.execute(db.path, ENDLESS), pool.execute(db.path, ENDLESS)];
  await new Promise((resolve) => setTimeout(resolve, 200));
  const pids = pool.processIds;
  assert.ok(pids.length > 0);
  const refused = Promise.allSettled([endless, ...queued]);
  await pool[Symbol.asyncDispose]();
  for (const outcome of await refused) assert.equal(outcome.status, "rejected");
  assert.deepEqual(pids.filter(isAlive), []);
  await assert.rejects(pool.execute(db.path, "SELECT 1"), ExecutorError);
});

Deno.test("ExecutorPool gives its processes permission to read one file and no other", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 5_000 });
  await pool.execute(db.path, "SELECT 1");
  const [pid] = pool.processIds;
  if (Deno.build.os !== "linux") return;
  const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
  const permissions = command.filter((part) => part.startsWith("--allow") || part === "-A");
  assert.deepEqual(permissions, [`--allow-read=${db.path}`]);
  assert.ok(command.includes("--no-prompt"));
  const limits = Deno.readTextFileSync(`/proc/${pid}/limits`);
  assert.match(limits, /Max cpu time\s+80\s+80\s/);
});

Deno.test("ExecutorPool starts a process again that was killed from outside", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  await pool.execute(db.path, "SELECT 1");
  Deno.kill(pool.processIds[0]!, "SIGKILL");
  assert.deepEqual(rowsOf(await pool.execute(db.path, "SELECT 2")), [[2n]]);
});

Deno.test("ExecutorPool throws when a file is no database, and calls no statement wrong", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  const path = `${db.folder}/text.sqlite`;
  Deno.writeTextFileSync(path, "this is no database ".repeat(100));
  await assert.rejects(pool.execute(path, "SELECT 1"), (error: Error) => {
    assert.ok(error instanceof ExecutorError);
    assert.match(error.message, /text\.sqlite.*not a database/);
    return true;
  });
  await assert.rejects(pool.execute(`${db.folder}/missing.sqlite`, "SELECT 1"), ExecutorError);
});

Deno.test("ExecutorPool throws when a database is damaged", async () => {
  using db = testDatabase(
    "CREATE TABLE t (a); INSERT INTO t SELECT zeroblob(9000) FROM sqlite_schema",
  );
  const bytes = Deno.readFileSync(db.path);
  bytes.fill(0xff, 4096);
  Deno.writeFileSync(db.path, bytes);
  await using pool = new ExecutorPool({ workers: 1 });
  await assert.rejects(pool.execute(db.path, "SELECT * FROM t"), ExecutorError);
});

Deno.test("ExecutorPool refuses a path with a comma, which Deno's permissions cannot name", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  await assert.rejects(pool.execute(`${db.folder}/a,b.sqlite`, "SELECT 1"), /path with a comma/);
});

Deno.test("ExecutorPool opens a database whose path has spaces and quotes", async () => {
  using db = testDatabase();
  const path = `${db.folder}/it's a "shop".sqlite`;
  Deno.copyFileSync(db.path, path);
  await using pool = new ExecutorPool({ workers: 1 });
  assert.deepEqual(rowsOf(await pool.execute(path, "SELECT count(*) FROM maker")), [[4n]]);
});

Deno.test("new ExecutorPool() refuses limits that are no positive whole numbers", () => {
  for (const options of [{ timeoutMs: 0 }, { workers: -1 }, { maxRows: 1.5 }, { maxBytes: NaN }]) {
    assert.throws(() => new ExecutorPool(options), RangeError);
  }
});
