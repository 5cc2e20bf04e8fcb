import { UsageError } from "../../ground/mod.ts";
import { type GgufFile, type GgufTensor, type GgufValue, parseGguf } from "./gguf.ts";
import { type TensorSource, writeSafetensors } from "../../engine/mod.ts";

/** Hugging Face name of each tensor of a GGUF file of architecture "llama". */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  ffn_norm: "post_attention_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** Token type 3 of a GGUF vocabulary: control tokens, never made by merges. */
const CONTROL_TOKEN = 3;

/**
 * Writes a GGUF file of a SmolLM2 model as a Hugging Face folder: the weights
 * dequantized once to float32, `config.json`, `generation_config.json` and the
 * tokenizer with its chat template. From then on the folder is an ordinary
 * checkpoint that training and inference read alike.
 *
 * @throws {UsageError} If the file holds another kind of model.
 */
export async function convertGguf(bytes: Uint8Array, dir: string): Promise<void> {
  const gguf = parseGguf(bytes);
  const architecture = gguf.metadata.get("general.architecture");
  const pre = gguf.metadata.get("tokenizer.ggml.pre");
  if (architecture !== "llama" || pre !== "smollm") {
    throw new UsageError(
      `Cannot convert the GGUF file: it is a ${architecture} model with a ${pre} tokenizer, not SmolLM2`,
    );
  }
  await Deno.mkdir(dir, { recursive: true });
  await writeSafetensors(`${dir}/model.safetensors`, huggingFaceTensors(gguf));
  const files = { ...configFiles(gguf), ...tokenizerFiles(gguf) };
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${dir}/${name}`, JSON.stringify(content, null, 2) + "\n");
  }
}

function huggingFaceTensors(gguf: GgufFile): TensorSource[] {
  const heads = number(gguf, "llama.attention.head_count");
  const kvHeads = number(gguf, "llama.attention.head_count_kv");
  return [...gguf.tensors.values()].map((tensor) => {
    const name = huggingFaceName(tensor.name);
    const rotaryHeads = name.includes("q_proj") ? heads : name.includes("k_proj") ? kvHeads : 0;
    const values = rotaryHeads ? () => unpermuteRotary(tensor, rotaryHeads) : tensor.values;
    return { name, shape: tensor.shape, values };
  });
}

function huggingFaceName(name: string): string {
  if (name === "token_embd.weight") return "model.embed_tokens.weight";
  if (name === "output_norm.weight") return "model.norm.weight";
  const [, layer, part] = name.match(/^blk\.(\d+)\.(\w+)\.weight$/) ?? [];
  const target = part && LAYER_NAMES[part];
  if (!target) throw new UsageError(`Cannot convert the GGUF file: unknown tensor "${name}"`);
  return `model.layers.${layer}.${target}.weight`;
}

/**
 * GGUF stores the rows of a rotary projection as interleaved pairs (0, d/2, 1,
 * d/2 + 1, ...) a head; Hugging Face rotates the first half with the second.
 */
function unpermuteRotary(tensor: GgufTensor, heads: number): Float32Array {
  const [rows = 0, columns = 0] = tensor.shape;
  const source = tensor.values();
  const out = new Float32Array(source.length);
  const half = rows / heads / 2;
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / (2 * half));
    const [pair, side] = [Math.floor(row % (2 * half) / 2), row % 2];
    const target = head * 2 * half + side * half + pair;
    out.set(source.subarray(row * columns, (row + 1) * columns), target * columns);
  }
  return out;
}

function configFiles(gguf: GgufFile): Record<string, unknown> {
  const ids = {
    bos_token_id: number(gguf, "tokenizer.ggml.bos_token_id"),
    eos_token_id: number(gguf, "tokenizer.ggml.eos_token_id"),
    pad_token_id: number(gguf, "tokenizer.ggml.padding_token_id"),
  };
  return {
    "config.json": {
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      hidden_act: "silu",
      hidden_size: number(gguf, "llama.embedding_length"),
      intermediate_size: number(gguf, "llama.feed_forward_length"),
      num_hidden_layers: number(gguf, "llama.block_count"),
      num_attention_heads: number(gguf, "llama.attention.head_count"),
      num_key_value_heads: number(gguf, "llama.attention.head_count_kv"),
      head_dim: number(gguf, "llama.rope.dimension_count"),
      max_position_embeddings: number(gguf, "llama.context_length"),
      // the file keeps 1e-5 as a float32; seven digits give the number back
      rms_norm_eps: Number(
        number(gguf, "llama.attention.layer_norm_rms_epsilon").toPrecision(7),
      ),
      rope_theta: number(gguf, "llama.rope.freq_base"),
      tie_word_embeddings: true,
      attention_bias: false,
      mlp_bias: false,
      vocab_size: number(gguf, "llama.vocab_size"),
      dtype: "float32",
      ...ids,
    },
    "generation_config.json": ids,
  };
}

function tokenizerFiles(gguf: GgufFile): Record<string, unknown> {
  const tokens = list(gguf, "tokenizer.ggml.tokens") as string[];
  const types = list(gguf, "tokenizer.ggml.token_type");
  const control = tokens.flatMap((content, id) =>
    types[id] === CONTROL_TOKEN ? { id, content } : []
  );
  const flags = {
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
  const token = (key: string): string => tokens[number(gguf, `tokenizer.ggml.${key}_token_id`)]!;
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  return {
    "tokenizer.json": {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: control.map((entry) => ({ ...entry, ...flags })),
      normalizer: null,
      // "smollm": every digit is a token of its own
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel],
      },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((content, id) => [content, id])),
        merges: (list(gguf, "tokenizer.ggml.merges") as string[]).map((merge) => merge.split(" ")),
      },
    },
    "tokenizer_config.json": {
      tokenizer_class: "PreTrainedTokenizerFast",
      add_prefix_space: false,
      bos_token: token("bos"),
      eos_token: token("eos"),
      pad_token: token("padding"),
      unk_token: token("unknown"),
      clean_up_tokenization_spaces: false,
      model_max_length: number(gguf, "llama.context_length"),
      chat_template: gguf.metadata.get("tokenizer.chat_template"),
    },
  };
}

function number(gguf: GgufFile, key: string): number {
  const value = gguf.metadata.get(key);
  if (typeof value !== "number") throw missing(key);
  return value;
}

function list(gguf: GgufFile, key: string): readonly GgufValue[] {
  const value = gguf.metadata.get(key);
  if (!Array.isArray(value)) throw missing(key);
  return value;
}

function missing(key: string): UsageError {
  return new UsageError(`Cannot convert the GGUF file: its metadata lacks "${key}"`);
}
