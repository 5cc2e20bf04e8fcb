import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { openCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { convertGguf } from "./convert_gguf.ts";
import { ggufBytes, type GgufInput, type TensorInput } from "../testing/gguf_bytes.ts";
import { readTensor } from "../../engine/checkpoint/safetensors.ts";
import { loadTokenizer } from "../../engine/tokenizer/load_tokenizer.ts";

const HIDDEN = 8;
const TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "a", "b", "1", "2", "ab", "Ġ", "Ċ"];
const CHATML = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}";

function tensor(name: string, shape: readonly number[]): TensorInput {
  const count = shape.reduce((n, d) => n * d, 1);
  const values = Float32Array.from({ length: count }, (_, i) => i);
  return { name, shape, type: 0, data: new Uint8Array(values.buffer) };
}

/** A model of one layer with two heads of four dimensions; every tensor counts up from 0. */
const MODEL: GgufInput = {
  metadata: {
    "general.architecture": "llama",
    "llama.embedding_length": HIDDEN,
    "llama.feed_forward_length": 12,
    "llama.block_count": 1,
    "llama.attention.head_count": 2,
    "llama.attention.head_count_kv": 1,
    "llama.rope.dimension_count": 4,
    "llama.context_length": 64,
    "llama.attention.layer_norm_rms_epsilon": { float32: 1e-5 },
    "llama.rope.freq_base": { float32: 100_000 },
    "llama.vocab_size": TOKENS.length,
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": TOKENS,
    "tokenizer.ggml.token_type": [3, 3, 3, 1, 1, 1, 1, 1, 1, 1],
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.padding_token_id": 2,
    "tokenizer.ggml.unknown_token_id": 0,
    "tokenizer.chat_template": CHATML,
  },
  tensors: [
    tensor("token_embd.weight", [TOKENS.length, HIDDEN]),
    tensor("blk.0.attn_norm.weight", [HIDDEN]),
    tensor("blk.0.ffn_norm.weight", [HIDDEN]),
    tensor("blk.0.attn_q.weight", [8, HIDDEN]),
    tensor("blk.0.attn_k.weight", [4, HIDDEN]),
    tensor("blk.0.attn_v.weight", [4, HIDDEN]),
    tensor("blk.0.attn_output.weight", [HIDDEN, 8]),
    tensor("blk.0.ffn_gate.weight", [12, HIDDEN]),
    tensor("blk.0.ffn_up.weight", [12, HIDDEN]),
    tensor("blk.0.ffn_down.weight", [HIDDEN, 12]),
    tensor("output_norm.weight", [HIDDEN]),
  ],
};

async function withConverted(
  test: (dir: string) => Promise<void>,
  input: GgufInput = MODEL,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await convertGguf(ggufBytes(input), dir);
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function refuses(change: GgufInput["metadata"], message: RegExp): Promise<void> {
  const input = { ...MODEL, metadata: { ...MODEL.metadata, ...change } };
  return assert.rejects(withConverted(() => Promise.resolve(), input), {
    name: UsageError.name,
    message,
  });
}

Deno.test("convertGguf() writes a checkpoint that openCheckpoint() takes", () =>
  withConverted(async (dir) => {
    const { config, tensors } = await openCheckpoint(dir);
    assert.equal(config.rmsNormEps, 1e-5);
    assert.equal(config.attention[0]!.rotary?.theta, 100_000);
    assert.deepEqual(config.endTokenIds, [2]);
    const value = await readTensor(tensors.get("model.layers.0.self_attn.v_proj.weight")!);
    assert.deepEqual([...value], Array.from({ length: 32 }, (_, i) => i));
  }));

Deno.test("convertGguf() gives rotary projections their half-and-half order back", () =>
  withConverted(async (dir) => {
    const { tensors } = await openCheckpoint(dir);
    const rowsOf = async (module: string): Promise<number[]> => {
      const values = await readTensor(tensors.get(`model.layers.0.self_attn.${module}.weight`)!);
      return [...values].filter((_, i) => i % HIDDEN === 0).map((first) => first / HIDDEN);
    };
    // stored as pairs 0 2 | 1 3 of each head of four rows
    assert.deepEqual(await rowsOf("q_proj"), [0, 2, 1, 3, 4, 6, 5, 7]);
    assert.deepEqual(await rowsOf("k_proj"), [0, 2, 1, 3]);
  }));

Deno.test("convertGguf() writes a tokenizer that merges words, splits digits and keeps markers", () =>
  withConverted(async (dir) => {
    const tokenizer = await loadTokenizer(dir);
    assert.deepEqual(tokenizer.encode("ab12<|im_end|>"), [7, 5, 6, 2]);
    assert.equal(tokenizer.decode([7, 5, 2]), "ab1");
    assert.deepEqual(tokenizer.beginTokens, []);
    assert.equal(tokenizer.render([{ role: "user", content: "ab" }]), "<|im_start|>ab<|im_end|>");
  }));

Deno.test("convertGguf() refuses other models and incomplete ones", async () => {
  await refuses({ "general.architecture": "qwen2" }, /it is a qwen2 model with a smollm tokenizer/);
  await refuses({ "tokenizer.ggml.pre": "gpt-2" }, /with a gpt-2 tokenizer, not SmolLM2/);
  await refuses({ "llama.block_count": "one" }, /its metadata lacks "llama.block_count"/);
  await refuses({ "tokenizer.ggml.merges": "a b" }, /its metadata lacks "tokenizer.ggml.merges"/);
  const tensors = [...MODEL.tensors!, tensor("blk.0.attn_q.bias", [8])];
  await assert.rejects(withConverted(() => Promise.resolve(), { ...MODEL, tensors }), {
    name: UsageError.name,
    message: /unknown tensor "blk.0.attn_q.bias"/,
  });
});
