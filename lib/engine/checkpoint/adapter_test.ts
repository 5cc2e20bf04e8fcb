import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { loadAdapter, loraSites } from "./adapter.ts";
import { adaptedLayers } from "./adapter_targets.ts";
import { openCheckpoint } from "./checkpoint.ts";
import {
  type AdapterInput,
  CONFIG,
  DOWN,
  escaped,
  LAYER,
  pair,
  QUERY,
  QUERY_ONLY,
  RANK,
  refuses,
  withAdapter,
} from "../testing/tiny_adapter.ts";
import { constantTensor, withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";

Deno.test("loadAdapter() reads both factors of every adapted layer, the second one scaled", () =>
  withAdapter(async (dir, checkpoint) => {
    const { factors, modules, terms } = await loadAdapter(dir, checkpoint);
    assert.deepEqual([...factors.keys()], [
      "model.layers.0.self_attn.q_proj",
      "model.layers.1.mlp.down_proj",
    ]);
    const { a, b, rank } = factors.get("model.layers.1.mlp.down_proj")!;
    assert.deepEqual([a.length, b.length, rank], [RANK * 12, 8 * RANK, RANK]);
    assert.deepEqual(modules, ["self_attn.q_proj", "mlp.down_proj"]);
    assert.deepEqual(terms, []);
    assert(a.every((value) => value === 0.5) && b.every((value) => value === 2 * 0.5));
  }));

Deno.test("loadAdapter() scales by the root of the rank for rsLoRA, and by what the patterns say", async () => {
  const scale = (config: AdapterInput["config"]): Promise<number> =>
    new Promise((resolve, reject) => {
      withAdapter(async (dir, checkpoint) => {
        const { factors } = await loadAdapter(dir, checkpoint);
        resolve(factors.get("model.layers.0.self_attn.q_proj")!.b[0]! / 0.5);
      }, config ? { config } : {}).catch(reject);
    });
  assert.equal(await scale({ use_rslora: true }), Math.fround(6 / Math.sqrt(RANK)));
  assert.equal(await scale({ alpha_pattern: { q_proj: 9, down_proj: 1 } }), 3);
  assert.equal(await scale({ r: 4, rank_pattern: { ".*": RANK }, lora_alpha: 12 }), 4);
});

Deno.test("loraSites() is what all adapters together need", () =>
  withAdapter(async (dir, checkpoint) => {
    const plain = await loadAdapter(dir, checkpoint);
    const other = { ...plain, modules: ["mlp.up_proj" as const], terms: ["gain" as const] };
    assert.deepEqual(loraSites([plain, other, plain]), {
      loraModules: ["self_attn.q_proj", "mlp.up_proj", "mlp.down_proj"],
      loraTerms: ["gain"],
    });
    assert.deepEqual(loraSites([]), { loraModules: [], loraTerms: [] });
  }));

Deno.test("loadAdapter() refuses an adapter of another model", async () => {
  await refuses(/adapter of another model: .* has shape \[3,9\], the base needs \[3,8\]/, {
    tensors: [...pair("model.layers.0.self_attn.q_proj", [8, 9]), ...DOWN],
  });
  await refuses(/adapter of another model: the base has no "model.layers.2.self_attn.q_proj"/, {
    tensors: [...pair("model.layers.2.self_attn.q_proj", [8, 8]), ...QUERY],
  });
  await refuses(/it lacks 1 of the 2 layers that its target_modules name in this base model/, {
    config: { target_modules: ["q_proj"] },
    tensors: QUERY,
  });
});

Deno.test("loadAdapter() refuses factors of another rank than the config's", async () => {
  await refuses(
    /q_proj.lora_A.weight" has shape \[3,8\], and its config gives this layer the rank 4/,
    {
      config: { r: 4 },
    },
  );
  await refuses(/down_proj.lora_A.weight" has shape \[3,12\], .* the rank 2/, {
    config: { rank_pattern: { "mlp\\..*": 2 } },
  });
  await refuses(/q_proj.lora_B.weight" has shape \[8,4\], .* the rank 3/, {
    tensors: [QUERY[0]!, constantTensor(`${LAYER}.lora_B.weight`, [8, 4]), ...DOWN],
  });
});

Deno.test("loadAdapter() refuses what is no linear layer of the decoder, with the way out", async () => {
  const merge = "which is not supported: merge it into its base model with PEFT's merge_and_unload";
  const embedding = "base_model.model.model.embed_tokens";
  const cases: [string, string][] = [
    [`${embedding}.lora_embedding_A`, `it adapts "${embedding}.lora_embedding_A", ${merge}`],
    ["base_model.model.lm_head.lora_A.weight", `it adapts "base_model.model.lm_head`],
    [`${embedding}.weight`, `it replaces "model.embed_tokens.weight" of the base model`],
    [`${embedding}.base_layer.weight`, `it replaces "model.embed_tokens.base_layer.weight"`],
    ["base_model.model.lm_head.weight", `it replaces "lm_head.weight" of the base model`],
    [`${LAYER}.base_layer.bias`, `it replaces "model.layers.0.self_attn.q_proj.base_layer.bias"`],
    ["base_model.model.model.norm.lora_A.weight", `it adapts "base_model.model.model.norm`],
    [`${LAYER}.lora_velora_embed`, `it adapts "${LAYER}.lora_velora_embed", ${merge}`],
  ];
  for (const [key, why] of cases) {
    const tensors = [...QUERY, ...DOWN, constantTensor(key, [RANK, 8])];
    await refuses(new RegExp(escaped(why)), { tensors });
  }
  await refuses(/its target_modules name lm_head, which is not supported: its base model has one/, {
    config: { target_modules: [...CONFIG.target_modules, "lm_head"] },
  });
  await refuses(/its target_modules name model.embed_tokens, which/, {
    config: { target_modules: ".*" },
    tensors: [...QUERY, ...DOWN],
  });
});

Deno.test("loadAdapter() refuses incomplete adapters, and layers that the config does not name", async () => {
  await refuses(/"model.layers.0.self_attn.q_proj" has only one of its two factors/, {
    config: QUERY_ONLY,
    tensors: QUERY.slice(0, 1),
  });
  await refuses(/holds no LoRA weights/, { tensors: [] });
  await refuses(/r or lora_alpha is missing/, { config: { r: undefined } });
  await refuses(
    /it lacks 1 of the 2 layers that its target_modules name .*; the first is "model.layers.1.mlp/,
    { tensors: QUERY },
  );
  await refuses(/it lacks 3 of the 4 layers .*; the first is "model.layers.0.mlp.down_proj"/, {
    config: { target_modules: ".*(q|down)_proj" },
    tensors: QUERY,
  });
  await refuses(/it lacks 13 of the 14 layers/, {
    config: { target_modules: "all-linear" },
    tensors: QUERY,
  });
  await refuses(/it has weights for "model.layers.1.mlp.down_proj", which its target_modules/, {
    config: QUERY_ONLY,
  });
  await refuses(/it has weights for "model.layers.0.self_attn.q_proj", which its target_modules/, {
    config: { target_modules: ["q_proj", "down_proj"], layers_to_transform: [1] },
  });
  await refuses(/it has weights for "model.layers.1.mlp.down_proj", which/, {
    config: { exclude_modules: ["down_proj"] },
  });
  await refuses(/q_proj" has no lora_magnitude_vector/, { config: { use_dora: true } });
  await refuses(/q_proj" has no lora_B.bias/, { config: { lora_bias: true } });
  await refuses(/has ".*lora_magnitude_vector", and its config does not turn on use_dora/, {
    tensors: [...QUERY, ...DOWN, constantTensor(`${LAYER}.lora_magnitude_vector`, [8])],
  });
  await refuses(/has ".*lora_B.bias", and its config does not turn on lora_bias/, {
    tensors: [...QUERY, ...DOWN, constantTensor(`${LAYER}.lora_B.bias`, [8])],
  });
});

Deno.test("loadAdapter() gives another hash when the weights or their meaning change, and no other time", async () => {
  const hashOf = (input: AdapterInput): Promise<string> =>
    new Promise((resolve, reject) => {
      withAdapter(async (dir, checkpoint) => {
        resolve((await loadAdapter(dir, checkpoint)).hash);
      }, input).catch(reject);
    });
  const first = await hashOf({});
  assert.match(first, /^[0-9a-f]{64}$/);
  assert.equal(await hashOf({ config: { lora_dropout: 0.3, revision: "x" } }), first);
  const others = await Promise.all([
    hashOf({ config: { lora_alpha: 7 } }),
    hashOf({ config: { use_rslora: true } }),
    hashOf({ config: { alpha_pattern: { q_proj: 2 } } }),
    hashOf({ config: { r: 4, rank_pattern: { ".*": RANK } } }),
    hashOf({ tensors: [...DOWN, ...QUERY] }),
    hashOf({
      tensors: [...QUERY, ...DOWN].map((tensor) => ({
        ...tensor,
        values: () => tensor.values().fill(0.25, 0, 1),
      })),
    }),
  ]);
  assert.equal(new Set([first, ...others]).size, others.length + 1);
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

Deno.test("loadAdapter() takes one that was trained with the base model's biases where it has none", async () => {
  for (const bias of ["all", "lora_only"]) {
    await withAdapter(async (dir, checkpoint) => {
      const { factors, hash, terms } = await loadAdapter(dir, checkpoint);
      assert.deepEqual([factors.size, terms], [2, []]);
      const biased = { ...checkpoint.config, biases: ["self_attn.q_proj" as const] };
      await assert.rejects(loadAdapter(dir, { ...checkpoint, config: biased }), {
        name: UsageError.name,
        message: new RegExp(`it has bias "${bias}" for a base model with biases, .*: merge it`),
      });
      const config = { ...CONFIG, bias: "none" };
      await Deno.writeTextFile(`${dir}/adapter_config.json`, JSON.stringify(config));
      assert.equal((await loadAdapter(dir, checkpoint)).hash, hash);
    }, { config: { bias } });
  }
});

Deno.test("loadAdapter() says how an adapter of one end of tied embeddings is merged", async () => {
  for (const target of ["lm_head", "embed_tokens"]) {
    const config = { target_modules: [target, "layers.0.self_attn.q_proj"] };
    await refuses(
      /one matrix for lm_head and embed_tokens, .*clone.*tie_word_embeddings = False.*compare: as --against/,
      {
        config,
      },
    );
    await withAdapter((dir, checkpoint) => {
      const untied = { ...checkpoint.config, tieWordEmbeddings: false };
      return assert.rejects(loadAdapter(dir, { ...checkpoint, config: untied }), {
        name: UsageError.name,
        message: /not supported: merge it into its base model with PEFT's merge_and_unload/,
      });
    }, { config });
  }
});
