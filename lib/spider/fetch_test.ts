import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeZip } from "../fetch/testing/make_archives.ts";
import { UsageError } from "../ground/mod.ts";
import { writeMiniSpider } from "./testing/mini_spider.ts";
import { fetchSpider, loadSpider } from "./mod.ts";

Deno.test("fetchSpider() unpacks the release's zip file into a folder that loadSpider() reads", async () => {
  const dir = await Deno.makeTempDir({ prefix: "spider_fetch_" });
  try {
    const made = await writeMiniSpider(join(dir, "made"));
    const names = (await readdir(made, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(made.length + 1));
    const entries = await Promise.all(names.map(async (name) => ({
      name: `spider_data/${name}`,
      content: new Uint8Array(await readFile(join(made, name))),
    })));
    const zip = join(dir, "spider_data.zip");
    await writeFile(zip, makeZip(entries));
    const { root, reused } = await fetchSpider(zip, join(dir, "spider"));
    assert.equal(reused, false);
    const spider = await loadSpider(root);
    assert.equal(spider.dev.length, 3);
    assert.deepEqual(spider.missingDatabases, []);

    const broken = entries.map((entry) =>
      entry.name.endsWith("dev.json") ? { ...entry, content: "[{" } : entry
    );
    await writeFile(zip, makeZip(broken));
    await assert.rejects(
      fetchSpider(zip, join(dir, "other")),
      (error: Error) => error instanceof UsageError && error.message.includes("dev.json"),
    );
    const cut = entries.filter(({ name }) => !name.includes("train"));
    await writeFile(zip, makeZip(cut));
    await assert.rejects(
      fetchSpider(zip, join(dir, "other")),
      (error: Error) => error instanceof UsageError && error.message.includes("train_spider.json"),
    );
    assert.deepEqual((await readdir(dir)).sort(), ["made", "spider", "spider_data.zip"]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
