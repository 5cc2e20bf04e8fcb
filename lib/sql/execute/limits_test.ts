import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { testDatabase } from "../testing/test_database.ts";
import { HOSTILE_DATABASES } from "../testing/hostile_databases.ts";
import { DatabaseError, type Execution, ExecutorPool } from "./executor_pool.ts";

const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";

function statusOf(execution: Execution): string {
  return execution.status === "rows" ? "rows" : `${execution.status}: ${execution.message}`;
}

function wide(value: string, { columns, rows }: { columns: number; rows: number }): string {
  return `${ENDLESS} SELECT ${Array(columns).fill(value).join()} FROM c LIMIT ${rows}`;
}

Deno.test("ExecutorPool waits only once for the tables of a database that is slow to scan", async () => {
  using db = testDatabase();
  HOSTILE_DATABASES.find(({ name }) => /for ever/.test(name))!.make(db.folder);
  await using pool = new ExecutorPool({ timeoutMs: 1_000, workers: 1 });
  const path = `${db.folder}/x.sqlite`;
  assert.equal(statusOf(await pool.execute(path, "SELECT a FROM t")), "rows");
  const [pid] = pool.processIds;
  Deno.kill(pid!, "SIGKILL");
  const started = performance.now();
  assert.equal(statusOf(await pool.execute(path, "SELECT b FROM t")), "rows");
  assert.ok(performance.now() - started < 950, `${performance.now() - started} ms`);
});

Deno.test("ExecutorPool opens a file only once that it cannot read, and again when it has changed", async () => {
  using db = testDatabase();
  const path = `${db.folder}/bad.sqlite`;
  Deno.writeTextFileSync(path, "no database ".repeat(999));
  await using pool = new ExecutorPool({ workers: 2 });
  const started = performance.now();
  const all = await Promise.allSettled(
    Array.from({ length: 300 }, (_, at) => pool.execute(path, `SELECT ${at}`)),
  );
  assert.ok(performance.now() - started < 10_000);
  for (const outcome of all) {
    assert.ok(outcome.status === "rejected" && outcome.reason instanceof DatabaseError);
    assert.equal(outcome.reason.dbPath, path);
    assert.match(outcome.reason.reason, /not an SQLite database/);
  }
  Deno.copyFileSync(db.path, path);
  assert.equal(statusOf(await pool.execute(path, "SELECT count(*) FROM maker")), "rows");
});

Deno.test("ExecutorPool reads a database again once its writer has gone", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1 });
  {
    using writer = new DatabaseSync(db.path);
    writer.exec("BEGIN EXCLUSIVE");
    await assert.rejects(pool.execute(db.path, "SELECT 1 FROM maker"), /locked by a writer/);
  }
  assert.equal(statusOf(await pool.execute(db.path, "SELECT 1 FROM maker")), "rows");
});

Deno.test("ExecutorPool calls a statement that ends its process twice too_many_rows", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 30_000 });
  await pool.execute(db.path, "SELECT 1");
  const deadly = pool.execute(db.path, `${ENDLESS} SELECT max(x) FROM c`);
  const behind = pool.execute(db.path, "SELECT 2");
  let killed = 0;
  const timer = setInterval(() => {
    const [pid] = pool.processIds;
    if (pid === undefined || killed === 2) return;
    killed++;
    Deno.kill(pid, "SIGKILL");
    // Give the next process time to open the database.
  }, 2_000);
  try {
    assert.match(statusOf(await deadly), /^too_many_rows: the statement ended its process twice/);
    assert.equal(killed, 2);
    assert.equal(statusOf(await behind), "rows");
  } finally {
    clearInterval(timer);
  }
});

Deno.test("ExecutorPool reads 100,000 rows of 80 numbers, which are within every cap", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 120_000 });
  const sql = wide("9223372036854775807", { columns: 80, rows: 100_000 });
  const execution = await pool.execute(db.path, sql);
  assert.equal(statusOf(execution), "rows");
  assert.ok(execution.status === "rows" && execution.packed.valueCount === 8_000_000);
  const again = await pool.execute(db.path, "SELECT 1");
  assert.equal(statusOf(again), "rows");
});

Deno.test("ExecutorPool counts the executor's memory, so that no result overflows it", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 120_000 });
  for (const value of ["x''", "CAST(x'610062' AS TEXT)", "char(233, x % 9)"]) {
    const sql = wide(value, { columns: 80, rows: 100_000 });
    const started = statusOf(await pool.execute(db.path, sql));
    assert.match(started, /^too_many_rows: more than \d+ bytes of the executor's memory/, value);
  }
});

Deno.test("ExecutorPool gives the reading of a counted result a time of its own", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 4_000 });
  // Each of the two passes takes about a second, and neither is the limit's concern alone.
  const sql = `${ENDLESS} SELECT sum(x) FROM (SELECT x FROM c LIMIT 3000000)`;
  assert.equal(statusOf(await pool.execute(db.path, sql)), "rows");
});

Deno.test("ExecutorPool reads a reply that came while its own process was busy", async () => {
  using db = testDatabase();
  await using pool = new ExecutorPool({ workers: 1, timeoutMs: 300 });
  await pool.execute(db.path, "SELECT 1");
  const execution = pool.execute(db.path, "SELECT count(*) FROM maker");
  await Promise.resolve();
  for (const until = performance.now() + 900; performance.now() < until;);
  assert.equal(statusOf(await execution), "rows");
});

Deno.test("ExecutorPool says in one line that too many files are open, or does with fewer processes", async () => {
  if (Deno.build.os === "windows") return;
  using db = testDatabase();
  using other = testDatabase();
  const module = new URL("./executor_pool.ts", import.meta.url).href;
  const program = `import { ExecutorError, ExecutorPool } from ${JSON.stringify(module)};
    await using pool = new ExecutorPool({ workers: 4, timeoutMs: 60_000 });
    const paths = ${JSON.stringify([db.path, other.path])};
    const all = await Promise.allSettled(Array.from({ length: 40 }, (_, at) =>
      pool.execute(paths[at % 2], "SELECT " + at)));
    for (const { value, reason } of all) {
      if (reason !== undefined && !(reason instanceof ExecutorError)) throw reason;
      console.log(value?.status ?? reason.message);
    }`;
  for (const files of [26, 30, 60]) {
    const { stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", `ulimit -n ${files}; exec "$@"`, "sh", Deno.execPath(), "eval", program],
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert.equal(lines.length, 40, new TextDecoder().decode(stderr));
    for (const line of lines) assert.match(line, /^(?:rows|Cannot start an executor process: .+)$/);
    if (files === 60) assert.deepEqual(new Set(lines), new Set(["rows"]));
  }
});
