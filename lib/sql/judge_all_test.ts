import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { jsonLines } from "../ground/mod.ts";
import { testDatabase } from "./testing/test_database.ts";
import { createJudge } from "./judge.ts";
import { type Judgeable, judgeAll } from "./judge_all.ts";
import type { VerdictStore } from "./verdict_keeper.ts";
import { KEPT_VERDICTS, type KeptVerdict } from "./verdict.ts";

interface Counting extends VerdictStore {
  readonly kept: Map<string, KeptVerdict>;
}

function counting(): Counting {
  const kept = new Map<string, KeptVerdict>();
  return {
    kept,
    get: (key) => kept.get(key),
    append(verdicts): void {
      for (const verdict of verdicts) {
        assert.ok(!kept.has(verdict.key));
        kept.set(verdict.key, verdict);
      }
    },
  };
}

/** A prediction on the shop. */
function on(path: string, predicted: string, id = "dev-0"): Judgeable {
  return { id, dbId: "shop", dbPaths: [path], gold: "SELECT count(*) FROM maker", predicted };
}

Deno.test("judgeAll() keeps each verdict under what determines it, and asks again when that changes", async () => {
  using shop = testDatabase();
  const store = counting();
  const right = on(shop.path, "SELECT count(id) FROM maker");
  const keys = async (asked: Judgeable, options = {}): Promise<number> => {
    await judgeAll([asked], { workers: 1, store, ...options });
    return store.kept.size;
  };
  assert.equal(await keys(right), 1);
  assert.equal(await keys({ ...right, id: "dev-7" }), 1);
  assert.equal(await keys(right, { workers: 2 }), 1);
  assert.equal(await keys(right, { timeoutMs: 1234 }), 2);
  assert.equal(await keys(right, { classify: false }), 3);
  assert.equal(await keys({ ...right, gold: "SELECT count(*) FROM product" }), 4);
  assert.equal(await keys({ ...right, predicted: "SELECT 1" }), 5);
  using other = testDatabase("CREATE TABLE maker(id); INSERT INTO maker VALUES (1);");
  assert.equal(await keys(on(other.path, right.predicted)), 6);
});

Deno.test("judgeAll() takes kept verdicts up as they are, in the order of the predictions", async () => {
  using shop = testDatabase();
  const store = counting();
  const predictions = [
    on(shop.path, "SELECT count(id) FROM maker", "a"),
    on(shop.path, "SELECT 1", "b"),
    on(shop.path, "SELECT count(id) FROM maker", "c"),
  ];
  const told: string[] = [];
  const options = {
    workers: 1,
    store,
    onProgress: (done: number, total: number) => void told.push(`${done}/${total}`),
  };
  const first = await judgeAll(predictions, options);
  assert.deepEqual(told, ["1/3", "2/3", "3/3"]);
  assert.equal(store.kept.size, 2);
  const executed = first.map((outcome) => "elapsedMs" in outcome ? outcome.status : "none");
  assert.deepEqual(executed, ["match", "mismatch", "match"]);
  assert.deepEqual(await judgeAll(predictions, { ...options, onProgress: () => {} }), first);
});

Deno.test("judgeAll() gives a kept verdict's keys in the order of a new one's", async () => {
  using shop = testDatabase();
  const path = `${shop.folder}/verdicts.jsonl`;
  const predictions = ["SELECT count(id) FROM maker", "SELECT 1", "", "SELECT * FROM gone"]
    .map((predicted) => on(shop.path, predicted));
  const judged = async (): Promise<string> => {
    const lines = existsSync(path) ? Deno.readTextFileSync(path) : "";
    const kept = jsonLines(KEPT_VERDICTS.line, lines, path).map(({ record }) => record);
    const store = counting();
    store.append(kept);
    const outcomes = await judgeAll(predictions, { workers: 1, store });
    const text = [...store.kept.values()].map((line) => `${JSON.stringify(line)}\n`).join("");
    Deno.writeTextFileSync(path, text);
    return JSON.stringify(outcomes);
  };
  assert.equal(await judged(), await judged());
});

Deno.test("judgeAll() keeps no verdict where the data are at fault", async () => {
  using shop = testDatabase();
  const store = counting();
  const [outcome] = await judgeAll(
    [{ ...on(shop.path, "SELECT 1"), gold: "SELECT * FROM gone" }],
    { workers: 1, store },
  );
  assert.ok(outcome && "error" in outcome);
  assert.equal(outcome.status, "gold_failed");
  assert.equal(store.kept.size, 0);
});

Deno.test("judgeAll() goes on with a judge that has begun, by its options, and leaves it open", async () => {
  using shop = testDatabase();
  const store = counting();
  const right = on(shop.path, "SELECT count(id) FROM maker");
  await using judge = createJudge({ workers: 1, timeoutMs: 7_000 });
  judge.expect({ dbPath: shop.path, gold: right.gold });
  const [begun] = await judgeAll([right], { judge, store });
  // another limit names another verdict, so this one is not asked again
  const [alone] = await judgeAll([right], { workers: 1, timeoutMs: 7_000, store });
  assert.deepEqual(begun, alone);
  assert.equal(store.kept.size, 1);
  const again = { dbPath: shop.path, gold: right.gold, predicted: "SELECT 0" };
  assert.equal((await judge.judge(again)).status, "mismatch");
});
