import assert from "node:assert/strict";
import { type PoolSlot, runPool } from "./request_pool.ts";

const ITEMS: readonly number[] = Array.from({ length: 50 }, (_, i) => i);

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("runPool() yields every result exactly once and runs no more than it may", async () => {
  let running = 0;
  let most = 0;
  const results: number[] = [];
  const pool = runPool(ITEMS, async (item) => {
    most = Math.max(most, ++running);
    await wait(item * 7 % 5);
    running--;
    return item * 2;
  }, { concurrency: 4 });
  for await (const group of pool) results.push(...group);
  assert.equal(most, 4);
  assert.deepEqual(results.sort((x, y) => x - y), ITEMS.map((item) => item * 2));
});

Deno.test("runPool() of nothing ends at once", async () => {
  for await (const _ of runPool([], () => Promise.resolve(), { concurrency: 2 })) assert.fail();
});

Deno.test("runPool() starts no new work while its reader is busy", async () => {
  let started = 0;
  const pool = runPool(ITEMS, async (item) => {
    started++;
    await wait(1);
    return item;
  }, { concurrency: 4 });
  const first = await pool.next();
  assert.ok(!first.done);
  await wait(50);
  // the group in the reader's hands, and those that were on their way then
  assert.ok(started <= 8, `${started} were started`);
  await pool.return(undefined);
});

Deno.test("runPool() halves the work in flight once for an overload, and grows again", async () => {
  let running = 0;
  let afterCut = 0;
  let atEnd = 0;
  const items = Array.from({ length: 400 }, (_, i) => i);
  const pool = runPool(items, async (item, { onOverload }) => {
    running++;
    if (item < 16) onOverload(); // sixteen at once see the same overload
    if (item >= 40 && item < 60) afterCut = Math.max(afterCut, running);
    if (item >= 350) atEnd = Math.max(atEnd, running);
    await wait(1);
    running--;
    return item;
  }, { concurrency: 16 });
  let results = 0;
  for await (const group of pool) results += group.length;
  assert.equal(results, 400);
  assert.ok(afterCut >= 8 && afterCut <= 12, `${afterCut} in flight after the cut`);
  assert.equal(atEnd, 16);
});

Deno.test("runPool() hands over finished results before it throws, and aborts the rest", async () => {
  let aborted = 0;
  const results: number[] = [];
  const pool = runPool(ITEMS, async (item, { signal }) => {
    if (item === 2) {
      await wait(20);
      throw new Error("item 2");
    }
    if (item < 2) return item;
    return await stuck(signal, () => aborted++);
  }, { concurrency: 5 });
  await assert.rejects(async () => {
    for await (const group of pool) results.push(...group);
  }, { message: "item 2" });
  assert.deepEqual(results, [0, 1]);
  assert.equal(aborted, 4); // 3 and 4, and what took the places of 0 and 1
});

Deno.test("runPool() takes work that throws at once for a failure like any other", async () => {
  const work = (): Promise<number> => {
    throw new Error("at once");
  };
  await assert.rejects(async () => {
    for await (const _ of runPool(ITEMS, work, { concurrency: 3 })) assert.fail();
  }, { message: "at once" });
});

Deno.test("runPool() throws the signal's reason when aborted, work or no work under way", async () => {
  const abort = new AbortController();
  const pool = runPool(ITEMS, (_, { signal }) => stuck(signal), {
    concurrency: 3,
    signal: abort.signal,
  });
  setTimeout(() => abort.abort(new Error("enough")), 10);
  await assert.rejects(pool.next(), { message: "enough" });

  const before = runPool(ITEMS, () => assert.fail(), {
    concurrency: 3,
    signal: AbortSignal.abort(new Error("before")),
  });
  await assert.rejects(before.next(), { message: "before" });
});

Deno.test("runPool() aborts what is in flight when its reader stops", async () => {
  let aborted = 0;
  const pool = runPool(
    ITEMS,
    (item, { signal }) => item === 0 ? Promise.resolve(item) : stuck(signal, () => aborted++),
    { concurrency: 3 },
  );
  for await (const _ of pool) break;
  assert.equal(aborted, 3);
});

/** Ends only when the signal says so. */
function stuck(signal: PoolSlot["signal"], onAbort = (): unknown => undefined): Promise<number> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      onAbort();
      reject(signal.reason);
    });
  });
}
