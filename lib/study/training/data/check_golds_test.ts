import assert from "node:assert/strict";
import { realDataRoot, SILENT } from "../../../ground/mod.ts";
import { loadSpider } from "../../../spider/mod.ts";
import { writeMiniSpider } from "../../../spider/testing/mini_spider.ts";
import { checkGolds } from "./check_golds.ts";

const SLOW =
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

Deno.test("checkGolds() tells golds that fail from those that a limit ended", async () => {
  const dir = await Deno.makeTempDir({ prefix: "golds_" });
  try {
    const spider = await loadSpider(await writeMiniSpider(dir));
    const queries = ["SELECT title FROM song", "SELECT", SLOW, "DROP TABLE song", "SELECT 1;"];
    const examples = queries.map((query, i) => ({
      id: `train-${i}`,
      dbId: "choir",
      question: "?",
      query,
    }));
    const progress: (readonly [number, number, string])[] = [];
    const { checked, failing, unfinished, unchecked } = await checkGolds(spider, examples, {
      progress: {
        ...SILENT,
        update: (...[done, total, unit]) => void progress.push([done, total, unit]),
      },
      timeoutMs: 500,
    });
    assert.equal(checked, 5);
    assert.deepEqual(failing.map(({ id }) => id), ["train-1", "train-3"]);
    assert.deepEqual(unfinished.map(({ id, message }) => `${id}: ${message}`), [
      "train-2: longer than 500 ms",
    ]);
    assert.deepEqual(unchecked, []);
    assert.deepEqual(progress, [[5, 5, "gold queries"]]);
    const again = await checkGolds(spider, examples.slice(0, 1), { progress: SILENT });
    assert.deepEqual(again.failing, [], "nothing was dropped");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("checkGolds() stops where it is told to", async () => {
  const dir = await Deno.makeTempDir({ prefix: "golds_" });
  try {
    const spider = await loadSpider(await writeMiniSpider(dir));
    const options = { progress: SILENT, signal: AbortSignal.abort() };
    await assert.rejects(checkGolds(spider, spider.train, options), { name: "AbortError" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

const root = realDataRoot();

Deno.test({
  name:
    "checkGolds() finds Spider's golds that SQLite refuses, and names databases without a file" +
    (root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""),
  ignore: root === undefined,
  async fn(): Promise<void> {
    const spider = await loadSpider(`${root}/spider`);
    const some = ["assets_maintenance", "document_management", "department_management"];
    const examples = spider.train.filter(({ dbId }) => some.includes(dbId));
    const { failing, checked, unchecked } = await checkGolds(spider, examples, {
      progress: SILENT,
    });
    assert.ok(examples.length > 50);
    const absent = unchecked.reduce((sum, { examples }) => sum + examples, 0);
    assert.equal(checked + absent, examples.length);
    if (absent > 0) return; // a copy of the release without them
    assert.deepEqual(failing.map(({ id }) => id).sort(), [
      "train-3153",
      "train-4513",
      "train-4514",
    ]);
  },
});
