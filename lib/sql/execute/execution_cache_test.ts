import assert from "node:assert/strict";
import { ExecutionCache } from "./execution_cache.ts";
import type { Execution } from "./executor_pool.ts";

const TIMEOUT: Execution = { status: "timeout", message: "longer than 5 ms", elapsedMs: 5 };
const WRONG: Execution = { status: "sql_error", message: "no such table: t", elapsedMs: 1 };

/** A cache over executions that end so, one after another, and the statements that were executed. */
function over(ends: Execution[]): { readonly cache: ExecutionCache; readonly asked: string[] } {
  const asked: string[] = [];
  const cache = new ExecutionCache((_path, sql) => {
    asked.push(sql);
    return Promise.resolve(ends.shift()!);
  }, 1_000_000);
  return { cache, asked };
}

Deno.test("ExecutionCache.expect() executes what is asked for later, once", async () => {
  const { cache, asked } = over([WRONG]);
  cache.expect("a.sqlite", "SELECT 1 FROM t");
  assert.deepEqual(asked, ["SELECT 1 FROM t"]);
  assert.equal(await cache.execute("a.sqlite", "SELECT 1 FROM t"), WRONG);
  assert.equal(await cache.execute("a.sqlite", "SELECT 1 FROM t"), WRONG);
  assert.equal(asked.length, 1);
});

Deno.test("ExecutionCache.expect() remembers no timeout, execute() does", async () => {
  const { cache, asked } = over([TIMEOUT, TIMEOUT]);
  cache.expect("a.sqlite", "SELECT 1");
  await new Promise((done) => setTimeout(done));
  assert.equal(await cache.execute("a.sqlite", "SELECT 1"), TIMEOUT);
  assert.equal(await cache.execute("a.sqlite", "SELECT 1"), TIMEOUT);
  assert.deepEqual(asked, ["SELECT 1", "SELECT 1"]);
});
