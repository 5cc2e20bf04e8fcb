import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { chanceOf, devShots, loadMultipleChoice, selectSuite } from "../../lib/mmlu/mod.ts";
import { loadSpider } from "../../lib/spider/mod.ts";
import { buildSampleDatabases } from "../../spider_db/build_sample.ts";
import { EXAMPLE_SQL } from "./build.ts";

/** The example as it is committed, its databases freshly built. */
async function withBuilt(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "example_" });
  try {
    const filter = (path: string): boolean => !path.endsWith(".sqlite");
    await cp(EXAMPLE_SQL, dir, { recursive: true, filter });
    await buildSampleDatabases(dir);
    await test(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

Deno.test("The example's 30 questions on 3 databases are the same in both layouts", async () => {
  await withBuilt(async (dir) => {
    const folder = await loadSpider(dir);
    const file = await loadSpider(join(dir, "questions.jsonl"));
    assert.equal(folder.dev.length, 30);
    assert.deepEqual([...folder.schemas.keys()].sort(), ["bakery", "hostel", "observatory"]);
    const rest = ({ dev }: typeof folder): unknown => dev.map(({ id: _id, ...example }) => example);
    assert.deepEqual(rest(file), rest(folder));
    assert.deepEqual(file.schemas, folder.schemas);
    assert.equal(file.dev[0]?.id, "bakery-1");
  });
});

Deno.test("The example's golds give rows, and the same ones however SQLite scans", async () => {
  await withBuilt(async (dir) => {
    const { dev, databasePath } = await loadSpider(dir);
    for (const { dbId, query } of dev) {
      const run = (reversed: boolean): string => {
        const database = new DatabaseSync(databasePath(dbId), { readOnly: true });
        try {
          if (reversed) database.exec("PRAGMA reverse_unordered_selects = ON");
          const rows = database.prepare(query).all().map((row) => JSON.stringify(row));
          assert.ok(rows.length > 0, query);
          return (query.includes("ORDER BY") ? rows : rows.sort()).join("\n");
        } finally {
          database.close();
        }
      };
      assert.equal(run(true), run(false), query);
    }
  });
});

Deno.test("The example's 60 items have 5 choices, 6 subjects of 3 categories, and 2 shots a subject", async () => {
  const data = await loadMultipleChoice(join(EXAMPLE_SQL, "..", "choices", "items.jsonl"));
  const questions = selectSuite(data, { perCategory: null, seed: 1 });
  assert.equal(questions.length, 60);
  assert.equal(chanceOf(questions), 0.2);
  assert.deepEqual(data.categories, ["kitchen", "workshop", "outdoors"]);
  assert.equal(data.test.size, 6);
  for (const subject of data.test.keys()) assert.equal(devShots(data, subject, 4).length, 2);
  const letters = Map.groupBy(questions, ({ answer }) => answer);
  for (const members of letters.values()) assert.equal(members.length, 12);
  assert.equal(new Set(questions.map(({ question }) => question)).size, 60);
});
