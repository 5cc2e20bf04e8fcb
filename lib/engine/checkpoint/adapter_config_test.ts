import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { runPython, skipUnlessPython } from "../testing/reference.ts";
import { type AdapterConfig, readAdapterConfig } from "./adapter_config.ts";

const skipped = skipUnlessPython();
type Fields = Readonly<Record<string, unknown>>;
const PLAIN: Fields = {
  peft_type: "LORA",
  r: 8,
  lora_alpha: 16,
  bias: "none",
  target_modules: ["q_proj"],
};

const NAMES = [0, 1, 2, 10, 11].flatMap((layer) =>
  ["self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj", "mlp.down_proj"].map((module) =>
    `model.layers.${layer}.${module}`
  )
).concat(["lm_head", "model.embed_tokens"]);

/** Each with a pattern, a choice of targets, or several of both. */
const MATCHED: readonly Fields[] = [
  { rank_pattern: { q_proj: 4, v_proj: 2 } },
  { rank_pattern: { "layers\\.1\\.self_attn\\.q_proj": 4 } },
  { rank_pattern: { "layers.1": 4, "layers.1.*": 5 } },
  { rank_pattern: { "model.layers.1.self_attn.q_proj": 4, "^q_proj": 5, "^model.*v_proj": 6 } },
  { rank_pattern: { "proj": 4, ".*_proj": 3 } },
  { rank_pattern: { "q_proj|v_proj": 3 } },
  { rank_pattern: { "(?P<layer>layers)\\.1\\d\\..*": 3, "\\Alm_head\\Z": 4 } },
  { alpha_pattern: { q_proj: 4.5, "layers\\.(?:0|2)\\..*": 2 } },
  { alpha_pattern: { "layers\\.(?:0|2)\\..*": 2, q_proj: 4 } },
  { alpha_pattern: { "(?!self_attn)\\w+\\.down_proj": 4 } },
  { use_rslora: true, rank_pattern: { "mlp\\..*": 32 }, alpha_pattern: { up_proj: 3 } },
  { use_rslora: true, rank_pattern: { q_proj: 3 } },
  { use_rslora: true, alpha_pattern: { "layers\\.1[01]\\..*": 3 } },
  { target_modules: ["self_attn.q_proj", "proj", "lm_head"] },
  { target_modules: ["model.layers.2.mlp.up_proj", "v_proj"] },
  { target_modules: ".*layers\\.[0-2]\\.self_attn\\.(q|v)_proj" },
  { target_modules: "q_proj" },
  { target_modules: ".*_proj", exclude_modules: ".*\\.1\\..*" },
  { target_modules: ["q_proj", "up_proj"], exclude_modules: ["self_attn.q_proj"] },
  {
    target_modules: ["q_proj", "up_proj"],
    exclude_modules: ["model.layers.0.mlp.up_proj", "proj"],
  },
  { target_modules: ["q_proj"], layers_to_transform: [1, 11] },
  { target_modules: ["q_proj"], layers_to_transform: 10 },
  { target_modules: ["q_proj", "model.layers.0.mlp.up_proj"], layers_to_transform: [1] },
  { target_modules: ["q_proj"], layers_to_transform: [0, 2], layers_pattern: "layers" },
  { target_modules: ["q_proj"], layers_to_transform: [0, 2], layers_pattern: ["h", "layers"] },
  { target_modules: ["q_proj"], layers_to_transform: [0, 2], layers_pattern: "blocks" },
  { target_modules: ["q_proj"], layers_to_transform: [0, 2], layers_pattern: "lay\\w+" },
  { target_modules: ["q_proj"], layers_to_transform: [], layers_pattern: "layers" },
  { target_modules: ["lm_head"], layers_to_transform: [0] },
];
/** What PEFT itself does not load. */
const REFUSED_BY_PEFT: readonly Fields[] = [
  { target_modules: ".*q_proj", layers_to_transform: [1] },
  { target_modules: ["q_proj"], layers_pattern: "layers" },
  { use_dora: true, lora_bias: true },
  { rank_pattern: { "(q_proj": 4 } },
  { alpha_pattern: { "*": 4 } },
];

async function read(fields: Fields, modelType = "llama"): Promise<AdapterConfig> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${dir}/adapter_config.json`,
      JSON.stringify({ ...PLAIN, ...fields }),
    );
    return await readAdapterConfig(dir, modelType);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test({
  name:
    `readAdapterConfig() gives every layer the rank, scaling and part that PEFT gives it${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const folder = await Deno.makeTempDir();
    const configs = [...MATCHED, ...REFUSED_BY_PEFT].map((fields) => ({ ...PLAIN, ...fields }));
    await Deno.writeTextFile(`${folder}/job.json`, JSON.stringify({ configs, names: NAMES }));
    await runPython("peft_matching.py", `${folder}/job.json`, `${folder}/result.json`);
    const expected = JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
    await Deno.remove(folder, { recursive: true });
    for (const [i, fields] of MATCHED.entries()) {
      const { rankOf, scalingOf, targets } = await read(fields);
      const found = NAMES.map((name) => [targets(name), rankOf(name), scalingOf(name)]);
      assert.deepEqual(found, expected[i], JSON.stringify(fields));
    }
    for (const [i, fields] of REFUSED_BY_PEFT.entries()) {
      assert.equal(expected[MATCHED.length + i], null, JSON.stringify(fields));
      await assert.rejects(read(fields), { name: UsageError.name });
    }
  },
});

Deno.test("readAdapterConfig() takes PEFT's own targets where none are named, for families that have them", async () => {
  for (const modelType of ["llama", "mistral", "qwen2", "qwen3", "gemma3_text"]) {
    const { targets } = await read({ target_modules: null }, modelType);
    const named = NAMES.slice(0, 4).filter(targets);
    assert.deepEqual(named, ["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj"]);
  }
  await assert.rejects(read({ target_modules: null }, "smollm3"), /target_modules are missing/);
});

Deno.test("readAdapterConfig() takes 'all-linear' for every linear layer but the head", async () => {
  const { targets } = await read({ target_modules: "All-Linear", exclude_modules: ["v_proj"] });
  assert.equal(NAMES.filter(targets).length, 15);
  assert(!targets("lm_head") && !targets("model.layers.0.self_attn.v_proj"));
});

Deno.test("readAdapterConfig() refuses by name, in one line, all that it does not compute", async () => {
  const merge =
    "is not supported: merge it into its base model with PEFT's merge_and_unload and give that " +
    "folder as --model (compare: as --against, its base as --model)";
  const refused: [Fields, string][] = [
    [{ modules_to_save: ["lm_head"] }, `it has modules_to_save ["lm_head"], which ${merge}`],
    [{ trainable_token_indices: [1, 2] }, `it has trainable_token_indices [1,2], which ${merge}`],
    [{ bias: "some" }, `it has bias "some", which ${merge}`],
    [{ fan_in_fan_out: true }, `it has fan_in_fan_out true, which ${merge}`],
    [{ layer_replication: [[0, 2], [1, 3]] }, "it has layer_replication [[0,2],[1,3]], which"],
    [{ target_parameters: ["mlp.up"] }, "it has target_parameters"],
    [{ megatron_config: { a: 1 } }, "it has megatron_config"],
    [{ use_qalora: true }, "it has use_qalora true"],
    [{ ensure_weight_tying: true }, "it has ensure_weight_tying true"],
    [{ use_bdlora: { nblocks: 2 } }, "it has use_bdlora"],
    [{ kasa_config: { beta: 1 } }, "it has kasa_config"],
    [{ velora_config: { num_groups: 2 } }, "it has velora_config"],
    [{ monteclora_config: { num_samples: 2 } }, "it has monteclora_config"],
    [
      { alora_invocation_tokens: [3] },
      "it has alora_invocation_tokens [3], which is not supported",
    ],
    [{ arrow_config: { top_k: 2 } }, 'it has arrow_config {"top_k":2}, which is not supported'],
    [{ some_new_kind: true }, `it has some_new_kind true, which ${merge}`],
    ...["pissa", "pissa_niter_16", "olora", "corda", "loftq", "lora_ga"].map((
      name,
    ): [Fields, string] => [
      { init_lora_weights: name },
      `it has init_lora_weights "${name}", which changes the base model's weights, which is not ` +
      "supported: save it as a plain LoRA with path_initial_model_for_weight_conversion, or merge",
    ]),
    ...["IA3", "LOHA", "ADALORA", "OFT", "VERA"].map((kind): [Fields, string] => [
      { peft_type: kind },
      `its peft_type is ${kind}, not LORA: merge it into its base model`,
    ]),
    [{ use_dora: true, lora_bias: true }, "it has use_dora with lora_bias, which PEFT refuses"],
    [{ target_modules: { a: 1 } }, "its target_modules are neither a text nor a list of texts"],
    [{ layers_to_transform: ["1"] }, "its layers_to_transform are not whole numbers"],
    [{ r: 0 }, "its r is 0, not a positive whole number"],
    [{ r: 2.5 }, "its r is 2.5"],
    [{ r: "8" }, 'its r is "8"'],
    [{ lora_alpha: "16" }, 'its lora_alpha is "16", not a number'],
    [{ use_rslora: "yes" }, 'its use_rslora is "yes", not true or false'],
    [{ rank_pattern: { q_proj: 0 } }, 'its rank_pattern has 0 for "q_proj"'],
    [{ rank_pattern: ["q_proj"] }, 'its rank_pattern is ["q_proj"], not an object'],
    [
      { rank_pattern: { "(?>q)_proj": 2 } },
      'its rank_pattern has the expression "(?>q)_proj": "(?>q"',
    ],
    [{ target_modules: "(a)\\1" }, "its target_modules has the expression"],
  ];
  for (const [fields, message] of refused) {
    await assert.rejects(read(fields), (error: Error) => {
      assert.equal(error.name, UsageError.name);
      const why = error.message.slice(error.message.indexOf('": ') + 3);
      assert(why.startsWith(message), `${why}\n  instead of\n${message}`);
      assert(!error.message.includes("\n"));
      return true;
    });
  }
  await assert.rejects(read({ peft_type: "PROMPT_TUNING" }), /is PROMPT_TUNING, not LORA$/);
  await assert.rejects(read({ alora_invocation_tokens: [3] }), /which is not supported$/);
});

Deno.test("readAdapterConfig() takes settings that change nothing once an adapter is trained", async () => {
  await read({
    auto_mapping: { base_model_class: "LlamaForCausalLM" },
    lora_dropout: 0.1,
    inference_mode: true,
    init_lora_weights: "eva",
    eva_config: { rho: 2 },
    corda_config: null,
    loftq_config: {},
    megatron_core: "megatron.core",
    qalora_group_size: 16,
    revision: "main",
    task_type: "CAUSAL_LM",
    modules_to_save: [],
    trainable_token_indices: null,
    some_new_kind: false,
  });
  for (const init of [true, false, null, "gaussian", "orthogonal", "mica"]) {
    await read({ init_lora_weights: init });
  }
});

Deno.test("readAdapterConfig() has one identity for one computation, whatever the rest says", async () => {
  const { identity } = await read({ target_modules: ["q_proj", "v_proj"] });
  for (
    const same of [
      { target_modules: ["v_proj", "q_proj"] },
      { rank_pattern: {}, use_rslora: false, layers_to_transform: null },
      { base_model_name_or_path: "elsewhere", lora_dropout: 0.5, peft_version: "0.1" },
    ]
  ) {
    assert.equal(
      (await read({ target_modules: ["q_proj", "v_proj"], ...same })).identity,
      identity,
    );
  }
  const changes: Fields[] = [
    { r: 4 },
    { lora_alpha: 8 },
    { use_rslora: true },
    { use_dora: true },
    { lora_bias: true },
    { rank_pattern: { q_proj: 4 } },
    { alpha_pattern: { q_proj: 4, v_proj: 5 } },
    { alpha_pattern: { v_proj: 5, q_proj: 4 } },
    { target_modules: ["q_proj"] },
    { exclude_modules: ["down_proj"] },
    { layers_to_transform: [1] },
    { layers_to_transform: [1], layers_pattern: "layers" },
  ];
  const all = await Promise.all(
    changes.map(async (fields) =>
      (await read({ target_modules: ["q_proj", "v_proj"], ...fields })).identity
    ),
  );
  assert.equal(new Set([identity, ...all]).size, changes.length + 1);
});

Deno.test("readAdapterConfig() tells the base model's name and where an adapter of a name of its own lies", async () => {
  assert.equal((await read({ base_model_name_or_path: "org/base" })).baseModel, "org/base");
  assert(!("baseModel" in await read({ base_model_name_or_path: null })));
  const dir = await Deno.makeTempDir();
  const refuses = (message: RegExp): Promise<void> =>
    assert.rejects(readAdapterConfig(dir, "llama"), { name: UsageError.name, message });
  await refuses(/adapter_config.json is missing$/);
  for (const name of ["logs", "sql"]) await Deno.mkdir(`${dir}/${name}`);
  await Deno.writeTextFile(`${dir}/sql/adapter_config.json`, "{}");
  await refuses(/is missing; there is an adapter in its folder ".*\/sql": give that$/);
  await Deno.writeTextFile(`${dir}/logs/adapter_config.json`, "{}");
  await refuses(/is missing; there are adapters in its folders ".*\/logs", ".*\/sql": give one of/);
  for (const [content, message] of [["{", /is not JSON/], ["[1]", /holds no object/]] as const) {
    await Deno.writeTextFile(`${dir}/adapter_config.json`, content);
    await refuses(message);
  }
  await assert.rejects(readAdapterConfig(`${dir}/adapter_config.json`, "llama"), /not a folder/);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("readAdapterConfig() refuses a layer's answer by an expression that would take years", async () => {
  const slow = "(.*)*(.*)*(.*)*q_projX";
  const targeted = await read({ target_modules: slow });
  const ranked = await read({ rank_pattern: { [slow]: 4 } });
  for (const ask of [() => targeted.targets(NAMES[0]!), () => ranked.rankOf(NAMES[0]!)]) {
    assert.throws(ask, {
      name: UsageError.name,
      message: /^Cannot use the adapter in ".*": the expression .* takes more than 2 s to match/,
    });
  }
});
