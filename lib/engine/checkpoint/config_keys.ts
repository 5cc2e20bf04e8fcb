import { type Json, unsupported } from "./config_fields.ts";
import type { Family } from "./families.ts";

/** Keys that the parser reads in every family. */
const READ = [
  "model_type",
  "hidden_size",
  "intermediate_size",
  "num_hidden_layers",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "vocab_size",
  "max_position_embeddings",
  "rms_norm_eps",
  "rope_theta",
  "rope_scaling",
  "rope_parameters",
  "partial_rotary_factor",
  "tie_word_embeddings",
  "eos_token_id",
];

/** Keys without any say in what a forward pass computes. */
const HARMLESS = [
  "_name_or_path",
  "_attn_implementation_autoset",
  "architectures",
  "attention_dropout",
  "bos_token_id",
  "chunk_size_feed_forward",
  "dtype",
  "id2label",
  "initializer_range",
  "is_llama_config",
  "label2id",
  "output_attentions",
  "output_hidden_states",
  "pad_token_id",
  "problem_type",
  "return_dict",
  "torch_dtype",
  "transformers.js_config",
  "transformers_version",
  "unsloth_fixed",
  "unsloth_version",
  "use_cache",
];

/** Keys that are harmless with one value only. */
const ONE_VALUE: Readonly<Record<string, unknown>> = {
  hidden_act: "silu",
  pretraining_tp: 1,
};

/**
 * Refuses a config.json with a key that is not known to be computed or
 * harmless. A key that is null, false or an empty object or list turns nothing
 * on and passes.
 *
 * @throws {UsageError} If there is such a key; the message names it and its value.
 */
export function checkKnownKeys(config: Json, { keys }: Pick<Family, "keys">): void {
  const passed = new Set([...READ, ...HARMLESS, ...keys]);
  for (const [key, value] of Object.entries(config)) {
    if (passed.has(key) || turnsNothingOn(value)) continue;
    if (key in ONE_VALUE && ONE_VALUE[key] === value) continue;
    const shown = JSON.stringify(value).slice(0, 60);
    throw unsupported(config, `${key} ${shown}, which is not supported`);
  }
}

function turnsNothingOn(value: unknown): boolean {
  if (value === null || value === false) return true;
  return typeof value === "object" && Object.keys(value!).length === 0;
}
