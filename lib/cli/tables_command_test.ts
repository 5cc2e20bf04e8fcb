import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { loadSpider } from "../spider/mod.ts";
import { writeMiniSpider } from "../spider/testing/mini_spider.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

async function withFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "tables_" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("tables writes a tables.json with which data read as they do without it", async () => {
  await withFolder(async (dir) => {
    await writeMiniSpider(dir, { "tables.json": undefined });
    const before = await loadSpider(dir);
    const args = ["tables", "--databases", `${dir}/database`, "--out", `${dir}/tables.json`];
    const { code, printed } = await runMain(args);
    assert.equal(code, 0);
    assert.match(printed, /tables\.json: \d+ databases/);
    const after = await loadSpider(dir);
    for (const [dbId, schema] of before.schemas) assert.deepEqual(after.schemas.get(dbId), schema);
    assert.deepEqual(after.notes, []);
    assert.ok(after.hashes["tables.json"]);
    await assertRefused(args, /tables\.json is there already: move it away/);
  });
});

Deno.test("tables names a foreign key that leads nowhere, and writes the rest", async () => {
  await withFolder(async (dir) => {
    const database = new DatabaseSync(`${dir}/barn.sqlite`);
    database.exec("CREATE TABLE cow(id, herd REFERENCES herd(id))");
    database.close();
    const { code, notes } = await runMain([
      ...["tables", "--databases", `${dir}/barn.sqlite`],
      ...["--out", `${dir}/tables.json`],
    ]);
    assert.equal(code, 0);
    assert.match(
      notes.join("\n"),
      /barn\.cow\.herd refers to a column that is not there: .*left out/,
    );
    const [{ db_id, foreign_keys }] = JSON.parse(await Deno.readTextFile(`${dir}/tables.json`));
    assert.deepEqual([db_id, foreign_keys], ["barn", []]);
  });
});

Deno.test("tables refuses missing flags, folders without a database, and to write over one", async () => {
  await withFolder(async (dir) => {
    const out = `${dir}/tables.json`;
    await assertRefused(["tables"], /give --databases DIR and --out FILE/);
    await assertRefused(
      ["tables", "--databases", dir, "--out", out],
      /has no database NAME\.sqlite/,
    );
    const nowhere = ["tables", "--databases", `${dir}/nowhere`, "--out", out];
    await assertRefused(nowhere, /there is no such file or folder/);
    await Deno.writeTextFile(`${dir}/x.sqlite`, "no database".repeat(50));
    const broken = ["tables", "--databases", dir, "--out", out];
    await assertRefused(broken, /Cannot read the tables of ".*x\.sqlite": file is not a database/);
    const over = ["tables", "--databases", dir, "--out", `${dir}/x.sqlite`];
    await assertRefused(over, /x\.sqlite, which is read: give another place/);
  });
});
