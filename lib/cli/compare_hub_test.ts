import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readSummary } from "../runs/mod.ts";
import { COMMIT, hubEnvironment, ID, withHub, writeCached } from "../setup/testing/fake_hub.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

Deno.test("compare takes an adapter by its id on the hub, and records id, commit and hashes", async () => {
  using study = await writeMiniStudy();
  const local = await writeTinyAdapter(`${study.root}/local`);
  const names = ["adapter_config.json", "adapter_model.safetensors"];
  const files = Object.fromEntries(
    names.map((name) => [name, Deno.readFileSync(`${local}/${name}`)]),
  );
  await withHub({ files }, async ({ options, requests }) => {
    // a whole copy is in the cache, so that nothing is written into the repository
    await writeCached(options, files);
    using _hub = hubEnvironment(options);
    const args = ["compare", "--config", study.configPath, "--out", study.out];
    const data = ["--text", `${study.root}/data/prose.jsonl`];
    const both = [...args, ...data, "--adapter-path", ID, "--adapter-path", local];
    const { code, printed, notes } = await runMain(both);
    assert.equal(code, 0, notes.join("\n"));
    assert.ok(notes.some((note) => note.startsWith(`reused the adapter ${ID} at 01234567 in `)));
    const { config, provenance, variants, findings } = readSummary(`${study.out}/summary.json`);
    assert.deepEqual(variants.map(({ name }) => name), ["base", "tiny-model", "local"]);
    assert.deepEqual(config.adapters, [
      { name: "tiny-model", adapter: ID },
      { name: "local", adapter: ".../local" },
    ]);
    assert.deepEqual(provenance.adapterSources, {
      "tiny-model": { id: ID, commit: COMMIT, folder: `.../${COMMIT}` },
    });
    const { "tiny-model": ofHub, local: ofFolder } = provenance.adapters;
    assert.deepEqual(Object.keys(ofHub!), names);
    assert.deepEqual(ofHub, ofFolder);
    // the same bytes, by two ways: they answer alike
    const { gained, lost } = findings.pairs[0]!.comparison.mmlu!.overall.evidence;
    assert.deepEqual([gained, lost], [0, 0]);

    const again = await runMain(both);
    assert.equal(again.printed, printed);
    assert.ok(again.notes.some((note) => note.includes("reused 3 of 3 stored answers")));
    assert.ok(requests.every(({ path }) => path.startsWith(`/api/models/${ID}/`)));
  });
});

Deno.test("compare refuses an id that the hub has not, and asks it for no path", async () => {
  using study = await writeMiniStudy();
  await withHub({}, async ({ options, requests }) => {
    using _hub = hubEnvironment(options);
    let asked = 0;
    const refused = async (adapter: string, line: RegExp): Promise<void> => {
      const out = `${study.out}-${asked++}`;
      const args = ["compare", "--config", study.configPath, "--out", out];
      await assertRefused([...args, "--adapter-path", adapter], line);
      assert.ok(!existsSync(`${out}/samples`));
    };
    await refused("./owner/none", /there is no folder .*\/owner\/none$/);
    await refused("none", /there is no folder .*\/none$/);
    assert.deepEqual(requests, []);
    await refused(
      "owner/none",
      /Cannot get the adapter "owner\/none": .*\(404\).*; and there is no folder "owner\/none"$/,
    );
    await refused(ID, /Cannot use the adapter .*: it has no adapter_config\.json on the hub/);
  });
});

Deno.test("compare looks at adapters before data are opened or a model downloaded", async () => {
  using study = await writeMiniStudy({ model: { "config.json": "{" } });
  await Deno.remove(`${study.root}/data`, { recursive: true });
  const args = ["compare", "--config", study.configPath, "--out", study.out, "--adapter-path"];
  await assertRefused([...args, `${study.root}/none`], /there is no folder .*none$/);
  await assertRefused([...args, study.root], /adapter_config\.json is missing/);
  const dir = await writeTinyAdapter(`${study.root}/mine`);
  await assertRefused([...args, dir], /Cannot load (Spider|questions)/);
  await Deno.remove(`${dir}/adapter_model.safetensors`);
  await assertRefused([...args, dir], /adapter_model\.safetensors.*does not exist/);
});
