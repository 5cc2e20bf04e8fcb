import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { openCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { sha256OfFile } from "../../ground/mod.ts";
import { TINY_CONFIG, writeTinyModel } from "../testing/tiny_model.ts";
import { checkpointHashes, templateHashes } from "./checkpoint_hashes.ts";

const FILES = ["config.json", "model.safetensors", "tokenizer.json"];

async function tinyModel(files = {}): Promise<{ dir: string; cache: string } & Disposable> {
  const root = await Deno.makeTempDir();
  const dir = await writeTinyModel(`${root}/model`, files);
  return {
    dir,
    cache: `${root}/cache/hashes.json`,
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

/** Waits until a file that was just written counts as settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3_100));
}

Deno.test("checkpointHashes are the files' SHA-256 by name; small files are not remembered", async () => {
  using model = await tinyModel();
  const hashes = await checkpointHashes(await openCheckpoint(model.dir), { cache: model.cache });
  assert.deepEqual(Object.keys(hashes).sort(), FILES);
  for (const name of FILES) {
    assert.equal(hashes[name], await sha256OfFile(`${model.dir}/${name}`));
  }
  assert.ok(!existsSync(model.cache));
});

Deno.test("checkpointHashes remembers a large file until it changes, and survives a damaged cache", async () => {
  using model = await tinyModel();
  const tokenizer = `${model.dir}/tokenizer.json`;
  const text = await Deno.readTextFile(tokenizer);
  await Deno.writeTextFile(tokenizer, text + " ".repeat(1 << 20));
  const checkpoint = await openCheckpoint(model.dir);
  const hash = async (): Promise<string | undefined> =>
    (await checkpointHashes(checkpoint, { cache: model.cache }))["tokenizer.json"];

  const first = await hash();
  assert.equal(first, await sha256OfFile(tokenizer));
  assert.ok(!existsSync(model.cache), "a file that has just changed is not remembered");
  await settle();
  await hash();
  // what the cache says is believed: the file was not read again
  const remembered = await Deno.readTextFile(model.cache);
  await Deno.writeTextFile(model.cache, remembered.replace(first!, "f".repeat(64)));
  assert.equal(await hash(), "f".repeat(64));
  // what is hashed anew is not, and puts the cache right
  const anew = await checkpointHashes(checkpoint, { cache: model.cache, anew: true });
  assert.equal(anew["tokenizer.json"], first);
  assert.equal(await hash(), first);
  await Deno.writeTextFile(tokenizer, text + " ".repeat((1 << 20) + 1));
  assert.equal(await hash(), await sha256OfFile(tokenizer));
  for (const damage of ["{", "null"]) {
    await Deno.writeTextFile(model.cache, damage);
    assert.equal(await hash(), await sha256OfFile(tokenizer));
  }
});

Deno.test("checkpointHashes sees a byte that changed although size and time of modification did not", async () => {
  using model = await tinyModel();
  const tokenizer = `${model.dir}/tokenizer.json`;
  await Deno.writeTextFile(tokenizer, await Deno.readTextFile(tokenizer) + " ".repeat(1 << 20));
  const checkpoint = await openCheckpoint(model.dir);
  const { atime, mtime } = await Deno.stat(tokenizer);
  await settle();
  const before = await checkpointHashes(checkpoint, { cache: model.cache });
  using file = await Deno.open(tokenizer, { write: true });
  await file.seek(-1, Deno.SeekMode.End);
  await file.write(new TextEncoder().encode("\n"));
  await Deno.utime(tokenizer, atime!, mtime!);
  assert.equal((await Deno.stat(tokenizer)).mtime!.getTime(), mtime!.getTime());
  const after = await checkpointHashes(checkpoint, { cache: model.cache });
  assert.notEqual(after["tokenizer.json"], before["tokenizer.json"]);
  assert.equal(after["tokenizer.json"], await sha256OfFile(tokenizer));
});

Deno.test("checkpointHashes counts generation_config.json where it has other end tokens", async () => {
  const own = TINY_CONFIG.eos_token_id;
  for (const [ends, counts] of [[own, false], [[own], false], [[own, 0], true]] as const) {
    using model = await tinyModel({ "generation_config.json": { eos_token_id: ends } });
    const hashes = await checkpointHashes(await openCheckpoint(model.dir), { cache: model.cache });
    assert.equal("generation_config.json" in hashes, counts, JSON.stringify(ends));
  }
});

Deno.test("templateHashes are those of the files that are there, named templates too", async () => {
  using model = await tinyModel();
  assert.deepEqual(Object.keys(await templateHashes(model.dir)), ["tokenizer_config.json"]);
  await Deno.mkdir(`${model.dir}/additional_chat_templates`);
  const path = `${model.dir}/additional_chat_templates/default.jinja`;
  await Deno.writeTextFile(path, "{{ messages }}");
  await Deno.writeTextFile(`${model.dir}/chat_template.jinja`, "x");
  assert.deepEqual(await templateHashes(model.dir), {
    "additional_chat_templates/default.jinja": await sha256OfFile(path),
    "chat_template.jinja": await sha256OfFile(`${model.dir}/chat_template.jinja`),
    "tokenizer_config.json": await sha256OfFile(`${model.dir}/tokenizer_config.json`),
  });
});
