import { NO_TEMPLATE, TINY_CONFIG, writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { type MiniStudyFiles, writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused } from "./testing/run_main.ts";

async function assertModelRefused(model: MiniStudyFiles["model"], line: RegExp): Promise<void> {
  using study = await writeMiniStudy(model ? { model } : {});
  await assertRefused(["baseline", "--config", study.configPath, "--out", study.out], line);
}

/** Cuts a file to a part of its length. */
async function truncate(path: string, part: number): Promise<void> {
  await Deno.truncate(path, Math.floor((await Deno.stat(path)).size * part));
}

Deno.test("main refuses a model folder that is not there", async () => {
  using study = await writeMiniStudy();
  await assertRefused(
    ["mmlu", "--config", study.configPath, "--model", `${study.root}/none`, "--out", study.out],
    /Cannot open the model: there is no ".*none\/config.json"/,
  );
});

Deno.test("main says how a model of the hub is named where --model has its id", async () => {
  for (const command of ["evaluate", "mmlu", "compare"]) {
    await assertRefused(
      [command, "--model", "someone/some-model-1.5B"],
      /no folder .*someone\/some-model-1\.5B, .*"id": "someone\/some-model-1\.5B", "source": "hub"/,
    );
  }
});

Deno.test("main takes no path for an id of the hub that begins in this folder, above it, or with a folder here", async () => {
  for (const path of ["./some-model", "../some-model", "lib/some-model"]) {
    await assertRefused(
      ["evaluate", "--model", path],
      /there is no ".*some-model\/config\.json"/,
    );
  }
});

Deno.test("main refuses a truncated safetensors file", async () => {
  for (const [part, line] of [[0.9, /the file is truncated: tensor/], [0, /truncated/]] as const) {
    using study = await writeMiniStudy();
    await truncate(`${study.model}/model.safetensors`, part);
    await assertRefused(["baseline", "--config", study.configPath, "--out", study.out], line);
  }
});

Deno.test("main refuses weights that are not there or are of another model", async () => {
  await assertModelRefused(
    { "model.safetensors": undefined },
    /there is no model\.safetensors and no .*: download/,
  );
  const config = { ...TINY_CONFIG, num_hidden_layers: 2 };
  await assertModelRefused({ "config.json": config }, /lack the tensor "model.layers.1/);
});

Deno.test("main refuses weights that are no safetensors file", async () => {
  const page = "<!doctype html><title>Please sign in</title>".repeat(10);
  await assertModelRefused({ "model.safetensors": page }, /it is not a safetensors file/);
});

Deno.test("main refuses a config.json of an unsupported model type, or that is not JSON", async () => {
  const config = { ...TINY_CONFIG, model_type: "mamba" };
  await assertModelRefused({ "config.json": config }, /Cannot run a model of type "mamba"/);
  await assertModelRefused({ "config.json": "{" }, /config.json" is not JSON/);
  await assertModelRefused({ "config.json": "null" }, /config.json" holds no object/);
});

Deno.test("main refuses a model without a tokenizer, or with a broken one", async () => {
  await assertModelRefused({ "tokenizer.json": undefined }, /there is no ".*tokenizer.json"/);
  await assertModelRefused({ "tokenizer.json": "{" }, /Cannot load the tokenizer/);
  await assertModelRefused({ "tokenizer_config.json": undefined }, /Cannot load the tokenizer/);
});

Deno.test("main refuses a model without a chat template", async () => {
  await assertModelRefused(
    { "tokenizer_config.json": NO_TEMPLATE },
    /has no chat template; take an instruct model/,
  );
});

Deno.test("main refuses an adapter of another model", async () => {
  using study = await writeMiniStudy();
  const wide = await writeTinyAdapter(`${study.root}/wide`, { hidden: 16 });
  const deep = await writeTinyAdapter(`${study.root}/deep`, { layer: 30 });
  for (const dir of [wide, deep]) {
    await assertRefused(
      ["mmlu", "--config", study.configPath, "--adapter_path", dir, "--out", study.out],
      /Cannot use the adapter in ".*": it is an adapter of another model/,
    );
  }
});

Deno.test("main refuses an adapter that is truncated, not there or no LoRA", async () => {
  using study = await writeMiniStudy();
  const args = ["mmlu", "--config", study.configPath, "--out", study.out, "--adapter-path"];
  const dir = await writeTinyAdapter(`${study.root}/adapter`);
  await truncate(`${dir}/adapter_model.safetensors`, 0.8);
  await assertRefused([...args, dir], /adapter_model.safetensors": the file is truncated/);
  await assertRefused([...args, `${study.root}/none`], /none": the folder does not exist/);
  const other = await writeTinyAdapter(`${study.root}/ia3`, {
    files: { "adapter_config.json": { peft_type: "IA3" } },
  });
  await assertRefused([...args, other], /its peft_type is IA3, not LORA/);
});

Deno.test("report refuses a study whose recipes are not trained", async () => {
  using study = await writeMiniStudy();
  await assertRefused(
    ["report", "--config", study.configPath, "--out", study.out],
    /"qv" is not trained yet: there is no .*training\/qv; train it first/,
  );
});

Deno.test("main refuses prompts that are longer than the model's context", async () => {
  const config = { ...TINY_CONFIG, max_position_embeddings: 64 };
  await assertModelRefused(
    { "config.json": config },
    /its prompt has \d+ tokens, and 60 fit into the model's context beside the completion/,
  );
});

Deno.test("main refuses a safetensors header that is no list of tensors", async () => {
  for (const header of ["[]", '{"a":null}', '{"a":{"dtype":"I9","shape":[1]}}']) {
    const bytes = new TextEncoder().encode(`12345678${header}`);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    await assertModelRefused({ "model.safetensors": bytes }, /Cannot read the weights in/);
  }
});
