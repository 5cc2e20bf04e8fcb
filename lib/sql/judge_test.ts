import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { isAlive, testDatabase } from "./testing/test_database.ts";
import { HOSTILE_COMPARISONS } from "./compare/testing/hostile_comparisons.ts";
import { HOSTILE_STATEMENTS } from "./testing/hostile_statements.ts";
import { DatabaseError } from "./execute/executor_pool.ts";
import { GoldQueryError } from "./gold_query_error.ts";
import { createJudge, type JudgeOptions } from "./judge.ts";
import type { Verdict } from "./verdict.ts";

interface Case {
  readonly name: string;
  readonly gold: string;
  readonly predicted: string;
  readonly status: Verdict["status"];
  readonly official: boolean;
  readonly assignment: boolean;
  readonly strict: boolean;
  readonly errorClass?: string;
}
const cases = JSON.parse(
  Deno.readTextFileSync(new URL("./testdata/judge_cases.json", import.meta.url)),
) as readonly Case[];

async function verdictOf(
  gold: string,
  predicted: string,
  options: JudgeOptions = {},
): Promise<Verdict> {
  using db = testDatabase();
  await using judge = createJudge({ workers: 1, ...options });
  return await judge.judge({ dbPath: db.path, gold, predicted });
}

for (const { name, gold, predicted, ...expected } of cases) {
  Deno.test(`createJudge() judges ${name}`, async () => {
    const { status, official, assignment, strict, errorClass } = await verdictOf(gold, predicted);
    assert.deepEqual(
      { status, official, assignment, strict, ...(errorClass && { errorClass }) },
      expected,
    );
  });
}

Deno.test("createJudge() says why a prediction is wrong, in one line", async () => {
  const rows = await verdictOf("SELECT name FROM maker", "SELECT name FROM maker LIMIT 1");
  assert.equal(rows.message, "1 row, the gold has 4");
  const columns = await verdictOf("SELECT name FROM maker", "SELECT id, name FROM maker");
  assert.equal(columns.message, "2 columns, the gold has 1");
  const refused = await verdictOf("SELECT name FROM maker", "SELECT title FROM maker");
  assert.equal(refused.message, "no such column: title");
  const match = await verdictOf("SELECT name FROM maker", "SELECT name FROM maker");
  assert.equal(match.message, undefined);
  assert.equal(match.errorClass, undefined);
});

Deno.test("createJudge() gives the statement back that it judged", async () => {
  const verdict = await verdictOf("SELECT 1", "  SELECT DISTINCT 1; SELECT 2 ");
  assert.equal(verdict.sql, "SELECT DISTINCT 1;");
  assert.equal(verdict.official, true);
  assert.ok(verdict.elapsedMs >= 0);
});

Deno.test("createJudge() calls an endless prediction a timeout", async () => {
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  const verdict = await verdictOf("SELECT 1", endless, { timeoutMs: 300 });
  assert.equal(verdict.status, "timeout");
  assert.equal(verdict.official, false);
  assert.equal(verdict.message, "longer than 300 ms");
});

Deno.test("createJudge() calls a prediction beyond the row cap too_many_rows", async () => {
  const verdict = await verdictOf("SELECT 1", "SELECT * FROM product", { maxRows: 3 });
  assert.equal(verdict.status, "too_many_rows");
});

Deno.test("createJudge() throws GoldQueryError for a gold that fails, and not a verdict", async () => {
  using db = testDatabase();
  await using judge = createJudge({ workers: 1, timeoutMs: 300, maxRows: 3 });
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  for (
    const gold of [
      "SELECT nothing FROM maker",
      "DELETE FROM maker",
      endless,
      "SELECT * FROM product",
      "",
    ]
  ) {
    const request = {
      dbPath: db.path,
      gold,
      predicted: "SELECT 1",
      exampleId: "dev-7",
      dbId: "shop",
    };
    await assert.rejects(judge.judge(request), (error: Error) => {
      assert.ok(error instanceof GoldQueryError, String(error));
      assert.equal(error.exampleId, "dev-7");
      assert.equal(error.dbId, "shop");
      assert.match(error.message, /^Cannot run the gold statement of example "dev-7" on "shop": /);
      return true;
    });
  }
});

Deno.test("createJudge() throws GoldQueryError even when the prediction is empty", async () => {
  await assert.rejects(verdictOf("SELECT nothing", ""), GoldQueryError);
});

Deno.test("createJudge() throws UsageError for a database that is not there", async () => {
  await using judge = createJudge();
  const request = { dbPath: "/nowhere/shop.sqlite", gold: "SELECT 1", predicted: "SELECT 1" };
  await assert.rejects(judge.judge(request), UsageError);
});

Deno.test("createJudge() runs many requests at once and keeps them apart", async () => {
  using db = testDatabase();
  await using judge = createJudge({ workers: 2 });
  const verdicts = await Promise.all(Array.from({ length: 60 }, (_, index) =>
    judge.judge({
      dbPath: db.path,
      gold: `SELECT ${index % 7}`,
      predicted: `SELECT ${index % 5}`,
    })));
  for (const [index, verdict] of verdicts.entries()) {
    assert.equal(verdict.official, index % 7 === index % 5, `request ${index}`);
  }
});

Deno.test("createJudge() leaves no process behind", async () => {
  using db = testDatabase();
  const judge = createJudge({ workers: 2 });
  await judge.judge({ dbPath: db.path, gold: "SELECT 1", predicted: "SELECT 2" });
  const pids = judge.processIds;
  assert.ok(pids.length > 0);
  await judge[Symbol.asyncDispose]();
  assert.deepEqual(pids.filter(isAlive), []);
});

Deno.test("createJudge() stops at once when it is told to, and leaves no process", async () => {
  using db = testDatabase();
  const stop = new AbortController();
  const judge = createJudge({ workers: 1, timeoutMs: 60_000, signal: stop.signal });
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  const verdict = judge.judge({ dbPath: db.path, gold: "SELECT 1", predicted: endless });
  verdict.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 500));
  const pids = judge.processIds;
  const started = performance.now();
  stop.abort(new UsageError("stopped"));
  await assert.rejects(verdict, /^UsageError: stopped$/);
  await judge[Symbol.asyncDispose]();
  assert.ok(performance.now() - started < 2_000);
  assert.equal(pids.length, 1);
  assert.deepEqual(pids.filter(isAlive), []);
});

Deno.test("createJudge() calls a comparison that takes too many steps a timeout", async () => {
  const hard = HOSTILE_COMPARISONS.find(({ official }) => official === "timeout")!;
  const [gold, predicted] = hard.make();
  const columns = gold[0]!.map((_, at) => `c${at}`);
  const values = (rows: readonly (readonly unknown[])[]): string =>
    rows.map((row) => `(${row.join()})`).join();
  using db = testDatabase(
    `CREATE TABLE a (${columns.join()}); INSERT INTO a VALUES ${values(gold)};` +
      `CREATE TABLE b (${columns.join()}); INSERT INTO b VALUES ${values(predicted)};`,
  );
  await using judge = createJudge({ workers: 1, timeoutMs: 1_000 });
  const request = { dbPath: db.path, gold: "SELECT * FROM a", predicted: "SELECT * FROM b" };
  const { status, official, message } = await judge.judge(request);
  assert.equal(status, "timeout");
  assert.equal(official, false);
  assert.match(message!, /^comparing the results takes/);
});

Deno.test("createJudge() throws DatabaseError for a database that cannot be read", async () => {
  using db = testDatabase();
  const path = `${db.folder}/bad.sqlite`;
  Deno.writeTextFileSync(path, "no database ".repeat(500));
  await using judge = createJudge({ workers: 1 });
  await assert.rejects(
    judge.judge({ dbPath: path, gold: "SELECT 1", predicted: "" }),
    DatabaseError,
  );
});

Deno.test("createJudge() calls no hostile statement right, also where the gold is empty", async () => {
  using db = testDatabase();
  await using judge = createJudge({ workers: 2, timeoutMs: 20_000 });
  const statements = HOSTILE_STATEMENTS.filter(({ outcomes }) => !outcomes.includes("timeout"));
  assert.ok(statements.length > 120);
  await Promise.all(statements.map(async ({ name, sql }) => {
    const gold = "SELECT name FROM maker WHERE id > 99";
    const verdict = await judge.judge({ dbPath: db.path, gold, predicted: sql });
    assert.equal(verdict.official, false, name);
    assert.equal(verdict.assignment, false, name);
    assert.ok(verdict.errorClass !== undefined, name);
  }));
});

Deno.test("Judge.expect() runs golds before their predictions come, and leaves what is wrong with one to judge()", async () => {
  using db = testDatabase();
  await using judge = createJudge({ workers: 2 });
  const [right, failing] = ["SELECT name FROM maker", "SELECT title FROM maker"];
  for (const gold of [right, failing]) judge.expect({ dbPath: db.path, gold });
  judge.expect({ dbPath: "/nowhere.sqlite", gold: right });
  await Promise.resolve();
  assert(judge.processIds.length > 0, "a gold is run");
  const verdict = await judge.judge({ dbPath: db.path, gold: right, predicted: right });
  assert.equal(verdict.status, "match");
  const wrong = { dbPath: db.path, gold: failing, predicted: right };
  await assert.rejects(judge.judge(wrong), GoldQueryError);
  const missing = { dbPath: "/nowhere.sqlite", gold: right, predicted: right };
  await assert.rejects(judge.judge(missing), UsageError);
});
