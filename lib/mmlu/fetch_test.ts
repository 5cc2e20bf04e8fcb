import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTar } from "../fetch/testing/make_archives.ts";
import { UsageError } from "../ground/mod.ts";
import { MINI_FILES } from "./testing/mini_mmlu.ts";
import { fetchMmlu, loadMmlu } from "./mod.ts";

Deno.test("fetchMmlu() unpacks the authors' tar file without the training questions", async () => {
  const dir = await Deno.makeTempDir({ prefix: "mmlu_fetch_" });
  try {
    const files = { ...MINI_FILES, "auxiliary_train/race.csv": "One?,a,b,c,d,A\n" };
    const entries = Object.entries(files)
      .map(([name, content]) => ({ name: `data/${name}`, content }));
    const tar = join(dir, "data.tar");
    await writeFile(tar, makeTar(entries));
    const { root } = await fetchMmlu(tar, join(dir, "mmlu"));
    assert.deepEqual((await readdir(root)).sort(), ["dev", "test"]);
    assert.equal((await loadMmlu(root)).test.get("astronomy")?.length, 3);

    const renamed = entries.map(({ name, content }) => ({
      name: name.replace("philosophy", "alchemy"),
      content,
    }));
    await writeFile(tar, makeTar(renamed));
    await assert.rejects(
      fetchMmlu(tar, join(dir, "other")),
      (error: Error) => error instanceof UsageError && error.message.includes("alchemy"),
    );
    assert.deepEqual((await readdir(dir)).sort(), ["data.tar", "mmlu"]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
