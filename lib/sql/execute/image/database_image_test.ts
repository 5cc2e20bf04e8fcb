import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { folderHashes, testDatabase } from "../../testing/test_database.ts";
import { DatabaseError, ExecutorPool } from "../executor_pool.ts";
import { databaseImage, isInWalMode } from "./database_image.ts";
import { openReadOnly } from "./open_read_only.ts";

const SCHEMA = "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)";

/** A database in WAL mode with its log beside it, as a writer leaves it that was killed. */
function withLog(sql: string, change: (folder: string) => void = () => {}): Files {
  using source = testDatabase(SCHEMA);
  using writer = new DatabaseSync(source.path);
  writer.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5; ${sql}`);
  const copy = testDatabase("SELECT 1");
  for (const suffix of ["", "-wal"]) {
    Deno.copyFileSync(`${source.path}${suffix}`, `${copy.path}${suffix}`);
  }
  change(copy.path);
  return copy;
}
type Files = ReturnType<typeof testDatabase>;

async function valuesOf(path: string): Promise<string> {
  await using pool = new ExecutorPool({ workers: 1 });
  const execution = await pool.execute(path, "SELECT count(*), sum(a) FROM t");
  assert.equal(execution.status, "rows");
  return execution.status === "rows" ? execution.rows[0]!.join(" ") : "";
}

Deno.test("ExecutorPool reads a WAL database without its log and writes nothing beside it", async () => {
  using db = testDatabase(SCHEMA);
  const before = await folderHashes(db.folder);
  assert.deepEqual(Object.keys(before), ["shop.sqlite"]);
  assert.equal(isInWalMode(db.path), true);
  assert.equal(await valuesOf(db.path), "2 3");
  assert.deepEqual(await folderHashes(db.folder), before);
});

Deno.test("ExecutorPool reads a WAL database in a folder that nobody may write", async () => {
  using db = testDatabase(SCHEMA);
  Deno.chmodSync(db.folder, 0o555);
  try {
    assert.equal(await valuesOf(db.path), "2 3");
  } finally {
    Deno.chmodSync(db.folder, 0o755);
  }
});

Deno.test("ExecutorPool reads what is only in the log, and leaves log and database as they are", async () => {
  using db = withLog("INSERT INTO t VALUES (10); DELETE FROM t WHERE a = 1");
  const before = await folderHashes(db.folder);
  assert.equal(await valuesOf(db.path), "2 12");
  assert.deepEqual(await folderHashes(db.folder), before);
});

Deno.test("ExecutorPool reads no transaction of the log that was not committed", async () => {
  using db = withLog(
    "INSERT INTO t VALUES (10); BEGIN; " +
      "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5000) " +
      "SELECT x FROM c",
  );
  assert.ok(Deno.statSync(`${db.path}-wal`).size > 20_000, "the pages were not written to the log");
  assert.equal(await valuesOf(db.path), "3 13");
});

Deno.test("ExecutorPool reads a log up to the frame that is cut or changed", async () => {
  using cut = withLog("INSERT INTO t VALUES (10); INSERT INTO t VALUES (20)", (path) => {
    Deno.truncateSync(`${path}-wal`, Deno.statSync(`${path}-wal`).size - 100);
  });
  assert.equal(await valuesOf(cut.path), "3 13");
  using changed = withLog("INSERT INTO t VALUES (10); INSERT INTO t VALUES (20)", (path) => {
    const log = Deno.readFileSync(`${path}-wal`);
    log[log.length - 5]! ^= 1;
    Deno.writeFileSync(`${path}-wal`, log);
  });
  assert.equal(await valuesOf(changed.path), "3 13");
  using rubbish = withLog("INSERT INTO t VALUES (10)", (path) => {
    Deno.writeFileSync(`${path}-wal`, new Uint8Array(9_000).fill(0x37));
  });
  // The table was written to the database's own file when its first writer closed it.
  assert.equal(await valuesOf(rubbish.path), "2 3");
});

Deno.test("ExecutorPool reads what was committed beside a writer that is at work", async () => {
  using db = testDatabase(SCHEMA);
  using writer = new DatabaseSync(db.path);
  writer.exec("INSERT INTO t VALUES (10); BEGIN IMMEDIATE; INSERT INTO t VALUES (20)");
  assert.equal(await valuesOf(db.path), "3 13");
  writer.exec("COMMIT");
  assert.equal(await valuesOf(db.path), "4 33");
});

Deno.test("ExecutorPool sees what was committed since it read a WAL database", async () => {
  using db = testDatabase(SCHEMA);
  using writer = new DatabaseSync(db.path);
  await using pool = new ExecutorPool({ workers: 1 });
  const count = async (): Promise<unknown> => {
    const execution = await pool.execute(db.path, "SELECT count(*) FROM t");
    return execution.status === "rows" ? execution.rows[0]![0] : execution.message;
  };
  assert.equal(await count(), 2n);
  const pids = pool.processIds;
  assert.equal(await count(), 2n);
  assert.deepEqual(pool.processIds, pids);
  writer.exec("INSERT INTO t VALUES (10)");
  assert.equal(await count(), 3n);
});

Deno.test("ExecutorPool reads the log beside the file that a link leads to", async () => {
  using db = withLog("INSERT INTO t VALUES (10)");
  using other = testDatabase();
  const link = `${other.folder}/link.sqlite`;
  Deno.symlinkSync(db.path, link);
  assert.equal(await valuesOf(link), "3 13");
});

Deno.test("ExecutorPool leaves no file of a WAL database when it is killed at work", async () => {
  using db = testDatabase(SCHEMA);
  const before = await folderHashes(db.folder);
  const pool = new ExecutorPool({ workers: 1, timeoutMs: 20_000 });
  await pool.execute(db.path, "SELECT 1");
  const endless = pool.execute(
    db.path,
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c, t",
  );
  endless.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  pool.processIds.forEach((pid) => Deno.kill(pid, "SIGKILL"));
  await pool[Symbol.asyncDispose]();
  assert.deepEqual(await folderHashes(db.folder), before);
});

Deno.test("ExecutorPool refuses writes to a WAL database as to any other", async () => {
  using db = withLog("INSERT INTO t VALUES (10)");
  const before = await folderHashes(db.folder);
  await using pool = new ExecutorPool({ workers: 1 });
  for (const sql of ["DELETE FROM t", "INSERT INTO t VALUES (1) RETURNING a", "VACUUM"]) {
    assert.equal((await pool.execute(db.path, sql)).status, "sql_error", sql);
  }
  assert.deepEqual(await folderHashes(db.folder), before);
});

Deno.test("databaseImage() is the file that SQLite makes of database and log", () => {
  using db = withLog(
    "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 3000) " +
      "SELECT x FROM c; DELETE FROM t WHERE a % 3 = 0; CREATE TABLE u (b); DROP TABLE u",
  );
  const image = databaseImage(db.path);
  {
    using own = new DatabaseSync(db.path);
    own.exec("PRAGMA journal_mode = DELETE");
  }
  const merged = Deno.readFileSync(db.path);
  // SQLite counts its own change of the mode in the header.
  for (const bytes of [image, merged]) bytes.fill(0, 18, 100);
  assert.deepEqual(image, merged);
});

/** A database whose writer was killed in a transaction: pages are changed, the journal has them of before. */
function withHotJournal(change: (path: string) => void = () => {}): Files {
  using source = testDatabase(
    "CREATE TABLE t (a, b); " +
      "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 300) " +
      "SELECT x, hex(zeroblob(200)) FROM c",
  );
  using writer = new DatabaseSync(source.path);
  writer.exec(
    "PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN; UPDATE t SET a = -a; " +
      "INSERT INTO t SELECT a, b FROM t; INSERT INTO t SELECT a, b FROM t",
  );
  const copy = testDatabase("SELECT 1");
  for (const suffix of ["", "-journal"]) {
    Deno.copyFileSync(`${source.path}${suffix}`, `${copy.path}${suffix}`);
  }
  writer.exec("ROLLBACK");
  change(copy.path);
  return copy;
}

/** What SQLite reads, which rolls the journal back and so writes. */
function rolledBackBySqlite(path: string): string {
  using db = new DatabaseSync(path);
  const [row] = db.prepare("SELECT count(*) AS n, sum(a) AS s FROM t").all();
  return `${row!.n} ${row!.s}`;
}

Deno.test("ExecutorPool reads a database as it was before a transaction that did not end, and writes nothing", async () => {
  using db = withHotJournal();
  const before = await folderHashes(db.folder);
  assert.equal(Deno.readFileSync(`${db.path}-journal`)[0], 0xd9);
  assert.equal(await valuesOf(db.path), "300 45150");
  assert.deepEqual(await folderHashes(db.folder), before);
  assert.equal(rolledBackBySqlite(db.path), "300 45150");
});

Deno.test("ExecutorPool reads a journal as far as SQLite does: cut, damaged, of no pages, or no journal", async () => {
  const changes: readonly ((journal: Uint8Array) => Uint8Array)[] = [
    (journal) => journal.subarray(0, journal.length - 100),
    (journal) => journal.subarray(0, 512 + 4104 * 3 + 50),
    (journal) => journal.fill(1, 512 + 4104 * 2 + 100, 512 + 4104 * 3),
    (journal) => journal.fill(0, 8, 12),
    (journal) => journal.fill(0, 0, 28),
    (journal) => journal.subarray(0, 20),
    (journal) => journal.fill(120),
    () => new Uint8Array(),
  ];
  for (const [at, change] of changes.entries()) {
    using db = withHotJournal((path) => {
      const journal = `${path}-journal`;
      Deno.writeFileSync(journal, change(Deno.readFileSync(journal)));
    });
    await using pool = new ExecutorPool({ workers: 1 });
    const sql = "SELECT count(*), sum(a) FROM t";
    const ours = await pool.execute(db.path, sql).then(
      (found) => found.status === "rows" ? found.rows[0]!.join(" ") : found.status,
      (error: Error) => error instanceof DatabaseError ? "damaged" : String(error),
    );
    let theirs: string;
    try {
      theirs = rolledBackBySqlite(db.path);
    } catch (error) {
      assert.match((error as Error).message, /malformed/);
      theirs = "damaged";
    }
    assert.equal(ours, theirs, `change ${at}`);
  }
});

Deno.test("databaseImage() refuses a journal that names more pages than are read into memory", () => {
  using db = withHotJournal((path) => {
    const journal = Deno.readFileSync(`${path}-journal`);
    new DataView(journal.buffer).setUint32(16, 0x7fff_ffff);
    Deno.writeFileSync(`${path}-journal`, journal);
  });
  assert.throws(() => databaseImage(db.path), /8796093018112 bytes are more than/);
});

Deno.test("openReadOnly() leaves nothing beside a database in WAL mode or with a journal", async () => {
  for (const make of [() => testDatabase(SCHEMA), () => withHotJournal()]) {
    using db = make();
    const before = await folderHashes(db.folder);
    using open = openReadOnly(db.path);
    const [row] = open.prepare("SELECT sum(a) AS s FROM t").all();
    assert.ok(row!.s === 3 || row!.s === 45150);
    assert.deepEqual(await folderHashes(db.folder), before);
  }
});
