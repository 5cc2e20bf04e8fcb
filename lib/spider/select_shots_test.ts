import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { realDataRoot } from "../ground/mod.ts";
import { UsageError } from "../ground/mod.ts";
import { loadSpider, sampleExamples, selectShots } from "./mod.ts";
import type { DatabaseSchema, SpiderExample } from "./mod.ts";

const QUERIES = [
  "SELECT a FROM t WHERE a = 1",
  "SELECT T1.a FROM t AS T1 JOIN u AS T2 ON T1.a = T2.a",
  "SELECT a, count(*) FROM t GROUP BY a",
  "SELECT a FROM t WHERE a IN (SELECT a FROM u)",
];

function schema(dbId: string, columns = 1): DatabaseSchema {
  const names = Array.from({ length: columns }, (_, i) => ({ name: `column_${i}`, type: "text" }));
  return { dbId, tables: [{ name: "t", columns: names }], primaryKeys: [], foreignKeys: [] };
}

const databases = ["a", "b", "c", "d"];
const schemas = new Map(databases.map((dbId) => [dbId, schema(dbId)]));
const train: SpiderExample[] = databases.flatMap((dbId, d) =>
  QUERIES.map((query, q) => ({ id: `train-${d * 4 + q}`, dbId, question: `Question ${q}?`, query }))
);

Deno.test("selectShots() takes a filter, a join and a grouping from three databases", () => {
  for (let seed = 0; seed < 20; seed++) {
    const shots = selectShots(train, schemas, { count: 3, seed });
    assert.deepEqual(shots.map(({ query }) => QUERIES.indexOf(query)), [0, 1, 2]);
    assert.equal(new Set(shots.map(({ dbId }) => dbId)).size, 3);
  }
});

Deno.test("selectShots() depends on its seed and on nothing else", () => {
  const ids = (seed: number): string =>
    selectShots(train, schemas, { seed }).map(({ id }) => id).join();
  assert.equal(ids(42), ids(42));
  assert.ok(new Set(Array.from({ length: 20 }, (_, seed) => ids(seed))).size > 5);
});

Deno.test("selectShots() avoids long schemas while it can", () => {
  const mixed = new Map(schemas).set("a", schema("a", 100)).set("b", schema("b", 100));
  for (let seed = 0; seed < 20; seed++) {
    const two = selectShots(train, mixed, { count: 2, seed });
    assert.ok(two.every(({ dbId }) => dbId === "c" || dbId === "d"));
    const four = selectShots(train, mixed, { count: 4, seed });
    assert.equal(new Set(four.map(({ dbId }) => dbId)).size, 4);
  }
});

Deno.test("selectShots() still finds enough where databases or kinds run out", () => {
  const one = train.filter(({ dbId }) => dbId === "a");
  assert.equal(new Set(selectShots(one, schemas, { count: 4, seed: 1 })).size, 4);
  assert.deepEqual(selectShots(train, schemas, { count: 0, seed: 1 }), []);
  assert.throws(
    () => selectShots(one, schemas, { count: 5, seed: 1 }),
    (error: Error) => error instanceof UsageError && error.message.includes("5 asked"),
  );
  assert.throws(() => selectShots(one, schemas, { count: 1.5, seed: 1 }), RangeError);
});

Deno.test("sampleExamples() draws without replacement, in file order, nested by count", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  const ten = sampleExamples(items, { count: 10, seed: 42 });
  assert.equal(new Set(ten).size, 10);
  assert.deepEqual(ten, ten.toSorted((a, b) => a - b));
  assert.deepEqual(sampleExamples(items, { count: 10, seed: 42 }), ten);
  assert.notDeepEqual(sampleExamples(items, { count: 10, seed: 43 }), ten);
  const twenty = new Set(sampleExamples(items, { count: 20, seed: 42 }));
  assert.ok(ten.every((item) => twenty.has(item)));
  assert.deepEqual(sampleExamples(items, { count: 100, seed: 42 }), items);
});

Deno.test("sampleExamples() draws every item equally often", () => {
  const hits = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 2000; seed++) {
    for (const item of sampleExamples([...hits.keys()], { count: 3, seed })) hits[item]!++;
  }
  // 600 expected, standard deviation 20.5.
  for (const count of hits) assert.ok(Math.abs(count - 600) < 100, hits.join());
});

Deno.test("sampleExamples() refuses to draw more than there are", () => {
  assert.throws(
    () => sampleExamples([1, 2], { count: 3, seed: 1 }),
    (error: Error) => error instanceof UsageError && error.message.includes("there are 2"),
  );
  assert.throws(() => sampleExamples([1, 2], { count: -1, seed: 1 }), RangeError);
});

const root = realDataRoot();
const skipped = root === undefined || !existsSync(join(root, "spider"));

Deno.test(
  `selectShots() finds three short shots in the release${
    skipped ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""
  }`,
  { ignore: skipped },
  async () => {
    const spider = await loadSpider(join(root!, "spider"));
    const shots = selectShots(spider.train, spider.schemas, { count: 3, seed: 42 });
    assert.deepEqual(shots.map(({ id }) => id), ["train-5287", "train-2301", "train-1090"]);
  },
);
