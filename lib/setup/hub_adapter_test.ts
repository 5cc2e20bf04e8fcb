import assert from "node:assert/strict";
import { SILENT } from "../ground/mod.ts";
import { findModelFolder } from "./_model_folder.ts";
import { ensureHubAdapter, ensureHubModel, isHubId } from "./hub_model.ts";
import { COMMIT, content, FILES, withHub, writeCached } from "./testing/fake_hub.ts";

/** An adapter's repository as TRL pushes it: the tokenizer lies beside it, and what nobody needs. */
const ADAPTER: Readonly<Record<string, Uint8Array>> = {
  "adapter_config.json": content(21, 700),
  "adapter_model.safetensors": content(22, 40_000),
  "tokenizer.json": content(23, 5_000),
  "tokenizer_config.json": content(24, 300),
  "chat_template.jinja": content(25, 200),
  "average.json": content(30, 400),
  "special_tokens_map.json": content(26, 100),
  "training_args.bin": content(27, 5_000),
  "checkpoint-10/adapter_model.safetensors": content(28, 40_000),
  "README.md": content(29, 100),
};
const WANTED = Object.keys(ADAPTER).slice(0, 6).sort();

Deno.test("ensureHubAdapter() downloads what an adapter needs, into a folder of its commit", () =>
  withHub({ files: ADAPTER }, async ({ options, resolved }) => {
    const steps: string[] = [];
    const progress = { ...SILENT, step: (text: string): unknown => steps.push(text) };
    const { dir, revision } = await ensureHubAdapter(options, progress);
    assert.equal(dir, `${options.modelsDir}/owner--tiny-model-01234567-adapter`);
    assert.equal(revision, COMMIT);
    assert.match(steps.join(), /^Adapter owner\/tiny-model at 01234567: downloading 1 MB$/);
    assert.deepEqual(resolved().sort(), WANTED);
    for (const name of WANTED) {
      assert.deepEqual(await Deno.readFile(`${dir}/${name}`), ADAPTER[name]);
    }
    const again = await ensureHubAdapter(options, SILENT);
    assert.equal(again.dir, dir);
    assert.equal(resolved().length, WANTED.length);
  }));

Deno.test("ensureHubAdapter() asks for no record of a mean where the hub lists none", () => {
  const { "average.json": _record, ...plain } = ADAPTER;
  return withHub({ files: plain }, async ({ options, resolved }) => {
    const { dir } = await ensureHubAdapter(options, SILENT);
    assert.deepEqual(resolved().sort(), WANTED.filter((name) => name !== "average.json"));
    assert.throws(() => Deno.statSync(`${dir}/average.json`), Deno.errors.NotFound);
  });
});

Deno.test("ensureHubAdapter() keeps its folder apart from that of a model of the same id", () =>
  withHub({ files: { ...FILES, ...ADAPTER } }, async ({ options }) => {
    const model = await ensureHubModel(options, SILENT);
    const adapter = await ensureHubAdapter(options, SILENT);
    assert.notEqual(adapter.dir, model.dir);
    assert.ok(Deno.statSync(`${adapter.dir}/adapter_config.json`).isFile);
    assert.ok(Deno.statSync(`${model.dir}/model.safetensors`).isFile);
    const find = { id: options.id, revision: COMMIT };
    assert.equal((await findModelFolder(options.modelsDir!, find))?.dir, model.dir);
    assert.equal(
      (await findModelFolder(options.modelsDir!, { ...find, kind: "adapter" }))?.dir,
      adapter.dir,
    );
  }));

Deno.test("ensureHubAdapter() refuses what is no adapter as PEFT saves it, and calls it an adapter", async () => {
  const refusal = async (
    files: Readonly<Record<string, Uint8Array>>,
    message: string,
  ): Promise<void> =>
    await withHub({ files }, async ({ options, resolved }) => {
      await assert.rejects(ensureHubAdapter(options, SILENT), { name: "UsageError", message });
      assert.deepEqual(resolved(), []);
    });
  const { "adapter_model.safetensors": _weights, ...noWeights } = ADAPTER;
  const adapter = 'Cannot use the adapter "owner/tiny-model": ';
  await refusal(FILES, `${adapter}it has no adapter_config.json on the hub`);
  await refusal(
    {
      "adapter_config.json": content(21, 700),
      "adapter_model.bin": content(22, 40_000),
    },
    `${adapter}it has adapter_model.bin and no adapter_model.safetensors: load it with PEFT, save ` +
      "it anew with save_pretrained, and give that folder",
  );
  await refusal(noWeights, `${adapter}it has no adapter_model.safetensors on the hub`);
});

Deno.test("ensureHubAdapter() says of an adapter what to do about missing access and no network", async () => {
  for (
    const [status, message] of [
      [401, /^Cannot get the adapter .*: .*if the adapter is private or gated/],
      [403, /^Cannot get the adapter .*accept the adapter's terms/],
      [404, /^Cannot get the adapter .*there is no such adapter or revision \(404\)/],
    ] as const
  ) {
    const answer = (): Response => Response.json({ error: "no" }, { status });
    await withHub({ answer }, async ({ options }) => {
      await assert.rejects(ensureHubAdapter(options, SILENT), { name: "UsageError", message });
    });
  }
  await withHub({ files: ADAPTER }, async ({ options }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const offline = { ...options, endpoint: `http://127.0.0.1:${port}` };
    await assert.rejects(ensureHubAdapter(offline, SILENT), {
      name: "UsageError",
      message: /^Cannot get the adapter .*: the hub gives no answer.*use a folder that you have$/,
    });
    // as PEFT's own programs leave it in their cache
    const { "adapter_config.json": config, "adapter_model.safetensors": weights } = ADAPTER;
    await writeCached(options, { "adapter_config.json": config! });
    await assert.rejects(ensureHubAdapter(offline, SILENT), { name: "UsageError" });
    const dir = await writeCached(options, { "adapter_model.safetensors": weights! });
    assert.deepEqual(await ensureHubAdapter(offline, SILENT), { dir, revision: COMMIT });
  });
});

Deno.test("isHubId() is true of owner/name alone", () => {
  for (const id of ["owner/name", "a/b", "Qwen/Qwen2.5-0.5B", "_x/y_1"]) assert.ok(isHubId(id), id);
  const paths = [
    "",
    "x",
    "./a/b",
    "./x",
    "../x",
    "/a/b",
    "a/b/",
    "a/b/c",
    "a/../b",
    "a/..",
    "a b/c",
  ];
  for (const path of [...paths, "a\\b", "~/x", "a/.b", "https://a/b", "a/b@main"]) {
    assert.ok(!isHubId(path), path);
  }
});
