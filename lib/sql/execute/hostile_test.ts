import assert from "node:assert/strict";
import { folderHashes, isAlive, testDatabase } from "../testing/test_database.ts";
import { HOSTILE_STATEMENTS } from "../testing/hostile_statements.ts";
import { type Execution, ExecutorPool } from "./executor_pool.ts";

const TIMEOUT_MS = 500;
// Whatever must be refused or capped is given time for it, on a busy machine too.
const PATIENT_TIMEOUT_MS = 20_000;
// The limit, and what a busy machine takes to notice it and to kill.
const VERDICT_WITHIN_MS = 1_500;

Deno.test("the hostile suite has at least 180 statements, each of its own kind", () => {
  assert.ok(HOSTILE_STATEMENTS.length >= 180, `${HOSTILE_STATEMENTS.length}`);
  assert.equal(new Set(HOSTILE_STATEMENTS.map(({ name }) => name)).size, HOSTILE_STATEMENTS.length);
});

Deno.test("ExecutorPool holds off every hostile statement and harms no file", async (test) => {
  using db = testDatabase();
  // A journal, a copy or an attached database would show in the folder.
  const folder = Deno.cwd();
  Deno.chdir(db.folder);
  using _back = { [Symbol.dispose]: () => Deno.chdir(folder) };
  const before = await folderHashes(db.folder);
  const pids = new Set<number>();
  {
    await using strict = new ExecutorPool({ timeoutMs: TIMEOUT_MS, workers: 1 });
    await using patient = new ExecutorPool({ timeoutMs: PATIENT_TIMEOUT_MS, workers: 1 });
    for (const { name, sql, outcomes } of HOSTILE_STATEMENTS) {
      await test.step(name, async () => {
        const pool = outcomes.includes("timeout") ? strict : patient;
        // A fresh process would count its start into the first statement's time.
        await pool.execute(db.path, "SELECT 1");
        pool.processIds.forEach((pid) => pids.add(pid));
        const started = performance.now();
        const execution = await pool.execute(db.path, sql);
        const elapsedMs = performance.now() - started;
        assert.ok(outcomes.includes(execution.status), describe(execution));
        assert.ok(
          execution.status === "rows" || isCleanLine(execution.message),
          describe(execution),
        );
        if (execution.status !== "timeout") return;
        assert.ok(elapsedMs < VERDICT_WITHIN_MS, `the verdict took ${elapsedMs} ms`);
        assert.deepEqual(pool.processIds, [], "the killed process is still in the pool");
      });
    }
    const healthy = await strict.execute(db.path, "SELECT count(*) FROM product");
    assert.equal(healthy.status, "rows");
  }
  assert.deepEqual(await folderHashes(db.folder), before);
  assert.ok(pids.size > 1);
  assert.deepEqual([...pids].filter(isAlive), []);
});

Deno.test("ExecutorPool holds off the hostile statements when they come all at once", async () => {
  using db = testDatabase();
  const before = await folderHashes(db.folder);
  await using pool = new ExecutorPool({ timeoutMs: TIMEOUT_MS, workers: 2 });
  const executions = await Promise.all(
    HOSTILE_STATEMENTS.map(({ sql }) => pool.execute(db.path, sql)),
  );
  for (const [index, { name, outcomes }] of HOSTILE_STATEMENTS.entries()) {
    const execution = executions[index]!;
    // A second worker may slow a large result down until the limit ends it.
    const allowed = [...outcomes, "timeout"];
    assert.ok(allowed.includes(execution.status), `${name}: ${describe(execution)}`);
  }
  assert.deepEqual(await folderHashes(db.folder), before);
});

function isCleanLine(message: string): boolean {
  return message.length <= 500 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(message);
}

function describe(execution: Execution): string {
  return execution.status === "rows"
    ? `${execution.rows.length} rows`
    : `${execution.status}: ${execution.message}`;
}
