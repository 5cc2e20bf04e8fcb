import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { parseDecoderConfig } from "./decoder_config.ts";
import { TINY_CONFIG } from "../testing/tiny_checkpoint.ts";

type Json = Record<string, unknown>;

function refuses(change: Json, message: RegExp): void {
  assert.throws(
    () => parseDecoderConfig({ ...TINY_CONFIG, ...change }),
    { name: UsageError.name, message },
  );
}

Deno.test("parseDecoderConfig() fills in what a Llama config.json leaves out", () => {
  const { head_dim: _, num_key_value_heads: __, ...config } = TINY_CONFIG as Json;
  const decoder = parseDecoderConfig(config);
  assert.equal(decoder.kvHeads, 2);
  assert.equal(decoder.headDim, 4);
  assert.deepEqual(decoder.biases, []);
  const layer = { rotary: { theta: 10_000 } };
  assert.deepEqual(decoder.attention, [layer, layer]);
});

Deno.test("parseDecoderConfig() lets generation_config.json have the last word on end tokens", () => {
  assert.deepEqual(parseDecoderConfig(TINY_CONFIG).endTokenIds, [2]);
  const { endTokenIds } = parseDecoderConfig(TINY_CONFIG, { eos_token_id: [2, 7] });
  assert.deepEqual(endTokenIds, [2, 7]);
  // a fault is named by the file that it is in
  assert.throws(() => parseDecoderConfig(TINY_CONFIG, { eos_token_id: "</s>" }), {
    name: UsageError.name,
    message: 'Cannot read generation_config.json: "eos_token_id" is "</s>", no ids',
  });
});

Deno.test("parseDecoderConfig() takes keys that change nothing, and unknown ones that are off", () => {
  parseDecoderConfig({
    ...TINY_CONFIG,
    architectures: ["LlamaForCausalLM"],
    torch_dtype: "bfloat16",
    pretraining_tp: 1,
    hidden_act: "silu",
    some_new_feature: false,
    another: null,
    a_third: {},
  });
});

Deno.test("parseDecoderConfig() refuses features by name", () => {
  refuses({ some_new_feature: true }, /config.json has some_new_feature true/);
  refuses({ hidden_act: "gelu" }, /hidden_act "gelu"/);
  refuses({ quantization_config: { bits: 4 } }, /quantization_config {"bits":4}/);
  refuses({ rope_scaling: { type: "yarn", factor: 4 } }, /rope_scaling of type yarn/);
  refuses({ rope_parameters: { rope_type: "dynamic", factor: 2 } }, /rope_scaling of type dynamic/);
  refuses({ rope_parameters: { mrope_section: [4, 4] } }, /mrope_section/);
  refuses({ partial_rotary_factor: 0.5 }, /partial_rotary_factor 0.5/);
  refuses({ logit_scale: 0.1 }, /logit_scale 0.1/);
  refuses({ auto_map: { AutoModel: "code.Model" } }, /auto_map/);
  refuses({ num_local_experts: 8 }, /num_local_experts 8/);
  refuses({ pretraining_tp: 2 }, /pretraining_tp 2/);
  // read in other families, not computed by Llama
  refuses({ sliding_window: 16 }, /sliding_window 16/);
  refuses({ no_rope_layers: [1, 0] }, /no_rope_layers/);
});

Deno.test("parseDecoderConfig() refuses fields that are missing or impossible", () => {
  refuses({ model_type: "gpt2" }, /type "gpt2": supported are llama, mistral/);
  refuses({ model_type: undefined }, /has no "model_type": is it the folder of an adapter/);
  refuses({ hidden_size: undefined }, /"hidden_size" is undefined/);
  refuses({ vocab_size: "many" }, /"vocab_size" is "many"/);
  refuses({ num_key_value_heads: 3 }, /2 heads of 4 do not go with 3/);
  refuses(
    { eos_token_id: null },
    /neither config\.json nor generation_config\.json has "eos_token_id"/,
  );
  refuses({ eos_token_id: [] }, /config\.json: "eos_token_id" is \[\], no ids/);
  refuses({ tie_word_embeddings: "yes" }, /"tie_word_embeddings" is "yes"/);
  refuses({ rope_scaling: "llama3" }, /rope_scaling is "llama3"/);
  refuses({ rope_scaling: { rope_type: "llama3", factor: 8 } }, /"low_freq_factor" is undefined/);
});

Deno.test("parseDecoderConfig() reads Llama 3 scaling from the old key and the new one", () => {
  const scaling = {
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const expected = {
    type: "llama3",
    factor: 8,
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalMaxPositions: 8192,
  };
  const old = { rope_theta: 500_000, rope_scaling: { rope_type: "llama3", ...scaling } };
  const recent = { rope_parameters: { rope_theta: 500_000, rope_type: "llama3", ...scaling } };
  for (const change of [old, recent]) {
    const { attention } = parseDecoderConfig({ ...TINY_CONFIG, ...change });
    for (const { rotary } of attention) {
      assert.deepEqual(rotary, { theta: 500_000, scaling: expected });
    }
  }
});

Deno.test("parseDecoderConfig() reads linear scaling, whose factor has to be there", () => {
  const linear = { rope_parameters: { rope_theta: 500, rope_type: "linear", factor: 2 } };
  const { attention } = parseDecoderConfig({ ...TINY_CONFIG, ...linear });
  assert.deepEqual(attention[0]!.rotary, { theta: 500, scaling: { type: "linear", factor: 2 } });
  refuses({ rope_scaling: { type: "linear" } }, /"factor" is undefined/);
});

Deno.test("parseDecoderConfig() gives Mistral its window on all layers, 4,096 when it is silent", () => {
  const windows = (change: Json): unknown[] =>
    parseDecoderConfig({ ...TINY_CONFIG, model_type: "mistral", ...change })
      .attention.map(({ window }) => window);
  assert.deepEqual(windows({ sliding_window: 16 }), [16, 16]);
  assert.deepEqual(windows({ sliding_window: null }), [undefined, undefined]);
  assert.deepEqual(windows({}), [4096, 4096]);
});

Deno.test("parseDecoderConfig() gives Qwen a window only where its flag and its layers say so", () => {
  const windows = (change: Json): unknown[] =>
    parseDecoderConfig({
      ...TINY_CONFIG,
      model_type: "qwen2",
      sliding_window: 16,
      max_window_layers: 1,
      ...change,
    }).attention.map(({ window }) => window);
  assert.deepEqual(windows({ use_sliding_window: false }), [undefined, undefined]);
  assert.deepEqual(windows({ use_sliding_window: true }), [undefined, 16]);
  const kinds = { use_sliding_window: true, layer_types: ["sliding_attention", "full_attention"] };
  assert.deepEqual(windows(kinds), [16, undefined]);
});

Deno.test("parseDecoderConfig() knows the biases and norms of each family", () => {
  const qkv = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];
  const of = (change: Json): unknown => {
    const { biases, queryKeyNorm } = parseDecoderConfig({ ...TINY_CONFIG, ...change });
    return [biases, queryKeyNorm];
  };
  assert.deepEqual(of({ model_type: "qwen2" }), [qkv, false]);
  assert.deepEqual(of({ model_type: "qwen3" }), [[], true]);
  const biased = { attention_bias: true };
  assert.deepEqual(of(biased), [[...qkv, "self_attn.o_proj"], false]);
  assert.equal((of({ mlp_bias: true }) as unknown[][])[0]!.length, 3);
});

/** The config.json of Gemma 3 1B as it was released, with sizes of a toy. */
const GEMMA3: Json = {
  architectures: ["Gemma3ForCausalLM"],
  attention_bias: false,
  attn_logit_softcapping: null,
  cache_implementation: "hybrid",
  eos_token_id: [1, 106],
  final_logit_softcapping: null,
  head_dim: 4,
  hidden_activation: "gelu_pytorch_tanh",
  hidden_size: 9,
  intermediate_size: 12,
  max_position_embeddings: 64,
  model_type: "gemma3_text",
  num_attention_heads: 2,
  num_hidden_layers: 3,
  num_key_value_heads: 1,
  query_pre_attn_scalar: 16,
  rms_norm_eps: 1e-6,
  rope_local_base_freq: 10_000,
  rope_scaling: null,
  rope_theta: 1_000_000,
  sliding_window: 8,
  sliding_window_pattern: 3,
  vocab_size: 16,
};

Deno.test("parseDecoderConfig() reads Gemma 3 as released and as transformers 5 writes it", () => {
  const near = { rotary: { theta: 10_000 }, window: 8 };
  const released = parseDecoderConfig(GEMMA3);
  assert.deepEqual(released.attention, [near, near, { rotary: { theta: 1_000_000 } }]);
  assert.equal(released.tieWordEmbeddings, true);
  assert.equal(released.embeddingScale, 3);
  assert.equal(released.queryScale, 0.5);
  assert.deepEqual(released.endTokenIds, [1, 106]);
  const { rope_theta: _, rope_local_base_freq: __, sliding_window_pattern: ___, ...rest } = GEMMA3;
  const recent = parseDecoderConfig({
    ...rest,
    layer_types: ["sliding_attention", "sliding_attention", "full_attention"],
    rope_parameters: {
      full_attention: { rope_type: "linear", rope_theta: 1_000_000, factor: 8 },
      sliding_attention: { rope_type: "default", rope_theta: 10_000 },
    },
  });
  const scaled = { theta: 1_000_000, scaling: { type: "linear", factor: 8 } };
  assert.deepEqual(recent.attention, [near, near, { rotary: scaled }]);
  const older = parseDecoderConfig({ ...GEMMA3, rope_scaling: { rope_type: "linear", factor: 8 } });
  assert.deepEqual(older.attention, recent.attention);
});

Deno.test("parseDecoderConfig() refuses what the graph does not compute of Gemma 3", () => {
  for (
    const [change, message] of [
      [{ final_logit_softcapping: 30 }, /final_logit_softcapping 30/],
      [{ attn_logit_softcapping: 50 }, /attn_logit_softcapping 50/],
      [{ use_bidirectional_attention: true }, /use_bidirectional_attention true/],
      [{ hidden_activation: "silu" }, /hidden_activation "silu"/],
      [{ sliding_window: null }, /sliding_window null/],
      [{ rope_parameters: { rope_theta: 5 } }, /rope_parameters without full_attention/],
      [{ model_type: "gemma3" }, /type "gemma3": supported are .*, gemma3_text$/],
    ] as const
  ) {
    const config = { ...GEMMA3, ...change };
    assert.throws(() => parseDecoderConfig(config), { name: UsageError.name, message });
  }
});
