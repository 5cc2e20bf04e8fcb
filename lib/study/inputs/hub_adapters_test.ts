import assert from "node:assert/strict";
import { REPOSITORY_ROOT, sha256Of, SILENT } from "../../ground/mod.ts";
import { COMMIT, content, ID, withHub, writeCached } from "../../setup/testing/fake_hub.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { adapterSettings } from "../training/recipe_adapter.ts";
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

Deno.test("an adapter of the hub that is a mean is known to be one, as in a folder", async () => {
  const local = await writeTinyAdapter(await Deno.makeTempDir({ prefix: "adapter_" }));
  const read = (name: string): Uint8Array => Deno.readFileSync(`${local}/${name}`);
  const parents = ["seed_42", "seed_43"].map((name, i) => ({ name, sha256: `${i}`.repeat(64) }));
  const sha256 = sha256Of(read("adapter_model.safetensors"));
  Deno.writeTextFileSync(`${local}/average.json`, JSON.stringify({ parents, sha256 }));
  const names = ["adapter_config.json", "adapter_model.safetensors", "average.json"];
  const files = Object.fromEntries(names.map((name) => [name, read(name)]));
  const { "average.json": _record, ...ofPeft } = files;
  await withHub({ files }, async ({ options }) => {
    // PEFT has left what it loads in the hub's cache, and no more
    await writeCached(options, ofPeft);
    const { id: _id, ...hub } = options;
    const fetched = await fetchHubAdapters([{ name: "mean", adapter: ID }], SILENT, hub);
    const settings = adapterSettings(adapterFolder(ID, fetched));
    assert.deepEqual(settings.averageOf, parents);
    assert.deepEqual(settings, adapterSettings(local));
  });
  await Deno.remove(local, { recursive: true });
});
