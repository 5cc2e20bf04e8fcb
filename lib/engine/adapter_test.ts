import assert from "node:assert/strict";
import { UsageError } from "../runs/usage_error.ts";
import { adaptedLayers, loadAdapter } from "./adapter.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { type TensorSource, writeSafetensors } from "./safetensors.ts";
import { constantTensor, withTinyCheckpoint } from "./_tiny_checkpoint.ts";

const RANK = 3;
const CONFIG = { peft_type: "LORA", r: RANK, lora_alpha: 6, bias: "none", use_dora: false };

function pair(layer: string, [out, inner]: [number, number]): TensorSource[] {
  const name = `base_model.model.${layer}`;
  return [
    constantTensor(`${name}.lora_A.weight`, [RANK, inner]),
    constantTensor(`${name}.lora_B.weight`, [out, RANK]),
  ];
}

const QUERY = pair("model.layers.0.self_attn.q_proj", [8, 8]);
const DOWN = pair("model.layers.1.mlp.down_proj", [8, 12]);

interface AdapterInput {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tensors?: readonly TensorSource[];
}

function withAdapter(
  test: (dir: string, checkpoint: Checkpoint) => Promise<void>,
  { config = {}, tensors = [...QUERY, ...DOWN] }: AdapterInput = {},
): Promise<void> {
  return withTinyCheckpoint(async (base) => {
    const dir = `${base}/adapter`;
    await Deno.mkdir(dir);
    const content = JSON.stringify({ ...CONFIG, ...config });
    await Deno.writeTextFile(`${dir}/adapter_config.json`, content);
    await writeSafetensors(`${dir}/adapter_model.safetensors`, tensors);
    await test(dir, await openCheckpoint(base));
  });
}

/** Checks that the adapter is refused in one line that says where and why. */
function refuses(message: RegExp, input: AdapterInput): Promise<void> {
  return withAdapter(
    (dir, checkpoint) =>
      assert.rejects(loadAdapter(dir, checkpoint), (error: Error) => {
        assert.equal(error.name, UsageError.name);
        assert.match(error.message, message);
        assert(error.message.startsWith(`Cannot use the adapter in "${dir}": `));
        assert(!error.message.includes("\n"));
        return true;
      }),
    input,
  );
}

Deno.test("loadAdapter() reads both factors of every adapted layer", () =>
  withAdapter(async (dir, checkpoint) => {
    const { factors, modules, scaling } = await loadAdapter(dir, checkpoint);
    assert.deepEqual([...factors.keys()], [
      "model.layers.0.self_attn.q_proj",
      "model.layers.1.mlp.down_proj",
    ]);
    const { a, b, rank } = factors.get("model.layers.1.mlp.down_proj")!;
    assert.deepEqual([a.length, b.length, rank], [RANK * 12, 8 * RANK, RANK]);
    assert.deepEqual(modules, ["self_attn.q_proj", "mlp.down_proj"]);
    assert.equal(scaling, 2);
  }));

Deno.test("loadAdapter() takes rsLoRA's scaling by the root of the rank", () =>
  withAdapter(async (dir, checkpoint) => {
    assert.equal((await loadAdapter(dir, checkpoint)).scaling, 6 / Math.sqrt(RANK));
  }, { config: { use_rslora: true } }));

Deno.test("loadAdapter() refuses an adapter of another model", async () => {
  await refuses(/adapter of another model: .* has shape \[3,9\], the base needs \[3,8\]/, {
    tensors: pair("model.layers.0.self_attn.q_proj", [8, 9]),
  });
  await refuses(/adapter of another model: the base has no "model.layers.2.self_attn.q_proj"/, {
    tensors: pair("model.layers.2.self_attn.q_proj", [8, 8]),
  });
});

Deno.test("loadAdapter() refuses kinds of adapters that it does not compute, by name", async () => {
  await refuses(/peft_type is IA3, not LORA/, { config: { peft_type: "IA3" } });
  await refuses(/use_dora true/, { config: { use_dora: true } });
  await refuses(/rank_pattern {"q_proj":8}/, { config: { rank_pattern: { q_proj: 8 } } });
  await refuses(/alpha_pattern/, { config: { alpha_pattern: { q_proj: 8 } } });
  await refuses(/modules_to_save \["lm_head"\]/, { config: { modules_to_save: ["lm_head"] } });
  await refuses(/bias "all"/, { config: { bias: "all" } });
  await refuses(/init_lora_weights "pissa"/, { config: { init_lora_weights: "pissa" } });
  await refuses(/fan_in_fan_out true/, { config: { fan_in_fan_out: true } });
  await refuses(/some_new_kind true/, { config: { some_new_kind: true } });
});

Deno.test("loadAdapter() refuses a layer that is no linear layer of the decoder", () => {
  const name = "base_model.model.model.embed_tokens.lora_embedding_A";
  return refuses(/adapts "base_model.model.model.embed_tokens/, {
    tensors: [constantTensor(name, [RANK, 8])],
  });
});

Deno.test("loadAdapter() refuses incomplete adapters", async () => {
  await refuses(/"model.layers.0.self_attn.q_proj" has only one of its two factors/, {
    tensors: QUERY.slice(0, 1),
  });
  await refuses(/holds no LoRA weights/, { tensors: [] });
  await refuses(/r or lora_alpha is missing/, { config: { r: undefined } });
});

Deno.test("loadAdapter() refuses missing and truncated files", () =>
  withAdapter(async (dir, checkpoint) => {
    const weights = `${dir}/adapter_model.safetensors`;
    await Deno.truncate(weights, (await Deno.stat(weights)).size - 4);
    const usage = { name: UsageError.name };
    await assert.rejects(loadAdapter(dir, checkpoint), { ...usage, message: /truncated/ });
    await Deno.remove(weights);
    await assert.rejects(loadAdapter(dir, checkpoint), { ...usage, message: /does not exist/ });
    await Deno.remove(`${dir}/adapter_config.json`);
    await assert.rejects(loadAdapter(dir, checkpoint), {
      ...usage,
      message: /adapter_config.json/,
    });
    const missing = loadAdapter(`${dir}/nowhere`, checkpoint);
    await assert.rejects(missing, { ...usage, message: /folder does not exist/ });
  }));

Deno.test("adaptedLayers() names the modules layer by layer", () =>
  withTinyCheckpoint(async (dir) => {
    const names = adaptedLayers(await openCheckpoint(dir), ["self_attn.q_proj", "mlp.up_proj"]);
    assert.deepEqual(names, [
      "model.layers.0.self_attn.q_proj",
      "model.layers.0.mlp.up_proj",
      "model.layers.1.self_attn.q_proj",
      "model.layers.1.mlp.up_proj",
    ]);
  }));
