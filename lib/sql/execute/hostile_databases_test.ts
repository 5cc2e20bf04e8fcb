import assert from "node:assert/strict";
import { folderHashes, isAlive } from "../testing/test_database.ts";
import { HOSTILE_DATABASES, type HostileOutcome } from "../testing/hostile_databases.ts";
import { DatabaseError, ExecutorPool } from "./executor_pool.ts";

const TIMEOUT_MS = 1_000;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

for (const { name, make, statements, isAtRest } of HOSTILE_DATABASES) {
  Deno.test(`ExecutorPool holds off ${name}`, async () => {
    const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lab-hostile-" }));
    const made = make(folder);
    const before = isAtRest === false ? {} : await hashes(folder);
    const pids: number[] = [];
    try {
      await using pool = new ExecutorPool({ timeoutMs: TIMEOUT_MS, workers: 1 });
      for (const [sql, ...outcomes] of statements) {
        const [outcome, message] = await outcomeOf(pool, `${folder}/x.sqlite`, sql);
        assert.ok(outcomes.includes(outcome), `${sql}: ${outcome}: ${message}`);
        assert.doesNotMatch(message, CONTROL);
        assert.ok(message.length < 800, message);
        pids.push(...pool.processIds);
      }
      if (isAtRest !== false) assert.deepEqual(await hashes(folder), before);
    } finally {
      made?.[Symbol.dispose]();
      Deno.removeSync(folder, { recursive: true });
    }
    assert.deepEqual(pids.filter(isAlive), []);
  });
}

async function outcomeOf(
  pool: ExecutorPool,
  path: string,
  sql: string,
): Promise<[HostileOutcome, string]> {
  try {
    const execution = await pool.execute(path, sql);
    return [execution.status, execution.status === "rows" ? "" : execution.message];
  } catch (error) {
    assert.ok(error instanceof DatabaseError, String(error));
    return ["refused", error.message];
  }
}

async function hashes(folder: string): Promise<Record<string, string>> {
  const [entry] = Deno.readDirSync(folder);
  return entry === undefined || !entry.isFile ? {} : await folderHashes(folder);
}
