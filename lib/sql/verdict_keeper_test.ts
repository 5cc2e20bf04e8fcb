import assert from "node:assert/strict";
import { sleep, UsageError } from "../ground/mod.ts";
import type { KeptVerdict } from "./verdict.ts";
import { VerdictKeeper } from "./verdict_keeper.ts";

function verdictOf(key: string): KeptVerdict {
  const readings = { official: true, assignment: true, strict: true };
  return { key, verdict: { status: "match", ...readings, sql: "SELECT 1", elapsedMs: 1 } };
}

/** A store that notes the keys of each write, and fails from a write on. */
function noting(failsAt = Infinity): {
  readonly writes: (readonly string[])[];
  get(key: string): undefined;
  append(verdicts: readonly KeptVerdict[]): void;
} {
  const writes: (readonly string[])[] = [];
  return {
    writes,
    get: () => undefined,
    append(verdicts): void {
      if (writes.length >= failsAt) throw new UsageError("the disk is full");
      writes.push(verdicts.map(({ key }) => key));
    },
  };
}

/** Waits until something holds, which is wrong after ten seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (const start = performance.now(); !holds();) {
    assert.ok(performance.now() - start < 10_000, "it did not come to hold");
    await sleep(5);
  }
}

Deno.test("VerdictKeeper writes what came together at once, and the rest at the end", async () => {
  const store = noting();
  using keeper = new VerdictKeeper(store);
  for (const key of ["a", "b", "c"]) keeper.add(verdictOf(key));
  assert.deepEqual(store.writes, []);
  // nothing else happens: a verdict does not wait for the next one
  await until(() => store.writes.length > 0);
  keeper.add(verdictOf("d"));
  keeper.finish();
  assert.deepEqual(store.writes, [["a", "b", "c"], ["d"]]);
  keeper.finish();
  assert.equal(store.writes.length, 2);
});

Deno.test("VerdictKeeper tells of a write that failed with the next verdict and at the end", async () => {
  const store = noting(1);
  using keeper = new VerdictKeeper(store);
  keeper.add(verdictOf("a"));
  await until(() => store.writes.length > 0);
  keeper.add(verdictOf("b"));
  const full = { name: "UsageError", message: "the disk is full" };
  const adding = (): boolean => {
    keeper.add(verdictOf("c"));
    return false;
  };
  await assert.rejects(until(adding), full);
  assert.throws(() => keeper.finish(), full);
});

Deno.test("VerdictKeeper writes what waits when the judging ends early, and hides no other fault", () => {
  for (const [store, written] of [[noting(), [["a"]]], [noting(0), []]] as const) {
    assert.throws(() => {
      using keeper = new VerdictKeeper(store);
      keeper.add(verdictOf("a"));
      throw new UsageError("stopped");
    }, { name: "UsageError", message: "stopped" });
    assert.deepEqual(store.writes, written);
  }
});
