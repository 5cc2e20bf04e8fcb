import { mkdirSync } from "node:fs";
import { writeSafetensors } from "../../engine/checkpoint/safetensors.ts";
import { pcg32 } from "../../stats/mod.ts";

const HIDDEN = 8;
const INNER = 16;
const LINEAR: Readonly<Record<string, readonly [number, number]>> = {
  "self_attn.q_proj": [HIDDEN, HIDDEN],
  "self_attn.k_proj": [HIDDEN, HIDDEN],
  "self_attn.v_proj": [HIDDEN, HIDDEN],
  "self_attn.o_proj": [HIDDEN, HIDDEN],
  "mlp.gate_proj": [INNER, HIDDEN],
  "mlp.up_proj": [INNER, HIDDEN],
  "mlp.down_proj": [HIDDEN, INNER],
};

const MARKERS = ["<|im_start|>", "<|im_end|>"];
/** The letters that have a token of their own: as many as MMLU's questions have choices. */
const LETTERS = 4;
const TEMPLATE =
  "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n" +
  "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/** For tests: files of a model folder to replace, by name; `undefined` leaves one out. */
export type ModelFiles = Readonly<Record<string, unknown>>;

/** The `config.json` of {@linkcode writeTinyModel}. */
export const TINY_CONFIG = {
  model_type: "llama",
  hidden_size: HIDDEN,
  intermediate_size: INNER,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  vocab_size: byteVocabulary(LETTERS).length,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
  eos_token_id: byteVocabulary(LETTERS).indexOf("<|im_end|>"),
};

/**
 * For tests: a whole checkpoint folder of a model with one layer and random
 * weights, which writes noise within milliseconds. Its tokenizer has a token a
 * byte, one for each of " A" to " D" (or for more `letters`), and ChatML's markers.
 */
export async function writeTinyModel(
  dir: string,
  files: ModelFiles = {},
  { letters = LETTERS }: { readonly letters?: number } = {},
): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const random = pcg32(7);
  const vocabulary = byteVocabulary(letters);
  const config = {
    ...TINY_CONFIG,
    vocab_size: vocabulary.length,
    eos_token_id: vocabulary.indexOf("<|im_end|>"),
  };
  const tensor = (name: string, shape: readonly number[]): {
    name: string;
    shape: readonly number[];
    values(): Float32Array;
  } => ({
    name,
    shape,
    values: () =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() - 0.5),
  });
  await writeSafetensors(`${dir}/model.safetensors`, [
    tensor("model.embed_tokens.weight", [config.vocab_size, HIDDEN]),
    tensor("model.layers.0.input_layernorm.weight", [HIDDEN]),
    tensor("model.layers.0.post_attention_layernorm.weight", [HIDDEN]),
    ...Object.entries(LINEAR).map(([module, shape]) =>
      tensor(`model.layers.0.${module}.weight`, shape)
    ),
    tensor("model.norm.weight", [HIDDEN]),
  ]);
  writeFiles(dir, {
    "config.json": config,
    "tokenizer.json": tokenizer(letters),
    "tokenizer_config.json": TINY_TOKENIZER_CONFIG,
    ...files,
  });
  return dir;
}

/** For tests: a LoRA adapter for {@linkcode writeTinyModel}, as PEFT saves it. */
export async function writeTinyAdapter(
  dir: string,
  { hidden = HIDDEN, layer = 0, rank = 2, seed = 3, b, files = {} }: {
    readonly hidden?: number;
    readonly layer?: number;
    readonly rank?: number;
    readonly seed?: number;
    /** All values of B, in place of random ones. */
    readonly b?: number;
    readonly files?: ModelFiles;
  } = {},
): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const random = pcg32(seed);
  const values = (): Float32Array => Float32Array.from({ length: rank * hidden }, () => random());
  const name = `base_model.model.model.layers.${layer}.self_attn.q_proj`;
  await writeSafetensors(`${dir}/adapter_model.safetensors`, [
    { name: `${name}.lora_A.weight`, shape: [rank, hidden], values },
    {
      name: `${name}.lora_B.weight`,
      shape: [hidden, rank],
      values: () => b === undefined ? values() : new Float32Array(rank * hidden).fill(b),
    },
  ]);
  writeFiles(dir, {
    "adapter_config.json": {
      peft_type: "LORA",
      r: rank,
      lora_alpha: 4,
      bias: "none",
      target_modules: ["q_proj"],
    },
    ...files,
  });
  return dir;
}

/** The `tokenizer_config.json` of {@linkcode writeTinyModel}. */
export const TINY_TOKENIZER_CONFIG = {
  tokenizer_class: "PreTrainedTokenizer",
  eos_token: "<|im_end|>",
  chat_template: TEMPLATE,
  clean_up_tokenization_spaces: false,
};

/** The tokenizer's settings without a chat template. */
export const NO_TEMPLATE = { ...TINY_TOKENIZER_CONFIG, chat_template: undefined };

function writeFiles(dir: string, files: ModelFiles): void {
  for (const [name, content] of Object.entries(files)) {
    const path = `${dir}/${name}`;
    if (content instanceof Uint8Array) Deno.writeFileSync(path, content);
    else if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else if (content !== undefined) Deno.writeTextFileSync(path, JSON.stringify(content));
  }
  for (const [name, content] of Object.entries(files)) {
    if (content !== undefined) continue;
    try {
      Deno.removeSync(`${dir}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * The bytes as GPT-2 writes them: printable ones as themselves, the others from
 * U+0100 on. Source: Radford et al. 2019, the released `bytes_to_unicode`.
 */
function byteVocabulary(letters: number): string[] {
  const printable = (byte: number): boolean =>
    byte >= 33 && byte <= 126 || byte >= 161 && byte <= 172 || byte >= 174;
  let others = 256;
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => String.fromCharCode(printable(byte) ? byte : others++),
  );
  return [...bytes, ...letterNames(letters).map((letter) => `Ġ${letter}`), ...MARKERS];
}

function letterNames(count: number): string[] {
  return [..."ABCDEFGHIJ"].slice(0, count);
}

function tokenizer(letters: number): Record<string, unknown> {
  const vocabulary = byteVocabulary(letters);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: MARKERS.map((content) => ({
      id: vocabulary.indexOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges: letterNames(letters).map((letter) => ["Ġ", letter]),
    },
  };
}
