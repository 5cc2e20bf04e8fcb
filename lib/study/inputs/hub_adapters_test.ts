import assert from "node:assert/strict";
import { REPOSITORY_ROOT, SILENT } from "../../ground/mod.ts";
import { COMMIT, content, ID, withHub } from "../../setup/testing/fake_hub.ts";
import { adapterFolder, fetchHubAdapters } from "./hub_adapters.ts";

const FILES = {
  "adapter_config.json": content(1, 300),
  "adapter_model.safetensors": content(2, 9_000),
};

Deno.test("fetchHubAdapters() fetches each id once and leaves paths alone", () =>
  withHub({ files: FILES }, async ({ options: { id: _id, ...hub }, resolved }) => {
    const elsewhere = await Deno.makeTempDir({ prefix: "adapter_" });
    try {
      const paths = [elsewhere, "./owner/none", "/owner/none", "none", "owner/of/none"];
      const adapters = [...paths, ID, ID].map((adapter, i) => ({ name: `a${i}`, adapter }));
      const fetched = await fetchHubAdapters(adapters, SILENT, hub);
      const dir = `${hub.modelsDir}/owner--tiny-model-01234567-adapter`;
      assert.deepEqual([...fetched], [[ID, { dir, revision: COMMIT }]]);
      assert.deepEqual(resolved().sort(), Object.keys(FILES));
      assert.equal(adapterFolder(ID, fetched), dir);
      assert.equal(adapterFolder(elsewhere, fetched), elsewhere);
      assert.equal(adapterFolder("none", fetched), `${REPOSITORY_ROOT}/none`);
    } finally {
      await Deno.remove(elsewhere);
    }
  }));

Deno.test("fetchHubAdapters() takes a folder that is there, though it is written like an id", () =>
  withHub({ files: FILES }, async ({ options: { id: _id, ...hub }, requests }) => {
    const fetched = await fetchHubAdapters([{ name: "a", adapter: "lib/study" }], SILENT, hub);
    assert.equal(fetched.size, 0);
    assert.equal(requests.length, 0);
    assert.equal(adapterFolder("lib/study", fetched), `${REPOSITORY_ROOT}/lib/study`);
  }));

Deno.test("fetchHubAdapters() says that there is no such folder either where the hub has none", () =>
  withHub({ files: FILES }, async ({ options: { id: _id, ...hub } }) => {
    await assert.rejects(fetchHubAdapters([{ name: "a", adapter: "my/run" }], SILENT, hub), {
      name: "UsageError",
      message: /^Cannot get the adapter "my\/run": .*\(404\).*; and there is no folder "my\/run"$/,
    });
  }));
