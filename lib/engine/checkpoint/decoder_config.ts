import { UsageError } from "../../ground/mod.ts";
import { flag, type Json, positive } from "./config_fields.ts";
import { checkKnownKeys } from "./config_keys.ts";
import { FAMILIES, type LayerAttention, type LayerFormula, LLAMA_FORMULA } from "./families.ts";
import type { LinearModule } from "./linear_modules.ts";

/** What the graph builder needs to know of a decoder's `config.json`. */
export interface DecoderConfig extends LayerFormula {
  /** The family, such as "llama". */
  readonly modelType: string;
  /** Width of a hidden state. */
  readonly hiddenSize: number;
  /** Width of the MLP. */
  readonly intermediateSize: number;
  /** Decoder layers. */
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  /** Key-value heads, each shared by as many query heads. */
  readonly kvHeads: number;
  /** Width of a head. */
  readonly headDim: number;
  /** Rows of the embedding. */
  readonly vocabSize: number;
  /** Most tokens of a prompt with its completion. */
  readonly maxPositions: number;
  /** What the RMS norms add to a mean of squares. */
  readonly rmsNormEps: number;
  /** One a layer. */
  readonly attention: readonly LayerAttention[];
  /** Linear layers that have a bias. */
  readonly biases: readonly LinearModule[];
  /** Whether the output layer is the embedding. */
  readonly tieWordEmbeddings: boolean;
  /** Any of these ids ends a completion. */
  readonly endTokenIds: readonly number[];
}

/** Query heads that share a key-value head. */
export function groupSize({ heads, kvHeads }: Pick<DecoderConfig, "heads" | "kvHeads">): number {
  return heads / kvHeads;
}

/** A layer's window where one within so many positions hides any of them; undefined elsewhere. */
export function hidingWindow(window: number | undefined, positions: number): number | undefined {
  return window !== undefined && window < positions ? window : undefined;
}

/**
 * Reads a checkpoint's `config.json` (and `generation_config.json`, which has
 * the last word on end tokens) for the families of `FAMILIES`. A feature that the graph does not compute, known or not, is
 * refused by name: ignored in silence it would give wrong answers that look
 * right.
 *
 * @throws {UsageError} If a field is missing, wrong or not supported.
 *
 * @example The layers of SmolLM3 without position encoding
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { attention } = parseDecoderConfig({
 *   model_type: "smollm3",
 *   hidden_size: 64,
 *   intermediate_size: 128,
 *   num_hidden_layers: 4,
 *   num_attention_heads: 4,
 *   num_key_value_heads: 2,
 *   vocab_size: 256,
 *   max_position_embeddings: 512,
 *   rms_norm_eps: 1e-6,
 *   no_rope_layers: [1, 1, 1, 0],
 *   eos_token_id: 2,
 * });
 * assert.deepEqual(attention.map(({ rotary }) => rotary?.theta), [2e6, 2e6, 2e6, undefined]);
 * ```
 */
export function parseDecoderConfig(config: Json, generationConfig: Json = {}): DecoderConfig {
  if (config.model_type === undefined) {
    throw new UsageError(
      'Cannot run a model whose config.json has no "model_type": is it the folder of an adapter?',
    );
  }
  const modelType = String(config.model_type);
  const family = Object.hasOwn(FAMILIES, modelType) ? FAMILIES[modelType] : undefined;
  if (!family) {
    throw new UsageError(
      `Cannot run a model of type "${modelType}": supported are ${
        Object.keys(FAMILIES).join(", ")
      }`,
    );
  }
  checkKnownKeys(config, family);
  const heads = positive(config, "num_attention_heads");
  const hiddenSize = positive(config, "hidden_size");
  const layers = positive(config, "num_hidden_layers");
  const headDim = positive(config, "head_dim", family.headDim ?? hiddenSize / heads);
  const decoder: DecoderConfig = {
    modelType,
    hiddenSize,
    intermediateSize: positive(config, "intermediate_size"),
    layers,
    heads,
    kvHeads: positive(config, "num_key_value_heads", family.ungrouped ? heads : undefined),
    headDim,
    vocabSize: positive(config, "vocab_size"),
    maxPositions: positive(config, "max_position_embeddings"),
    rmsNormEps: positive(config, "rms_norm_eps"),
    attention: family.attention(config, layers),
    biases: family.biases?.(config) ?? [],
    tieWordEmbeddings: flag(config, "tie_word_embeddings", family.tieWordEmbeddings),
    endTokenIds: endTokenIds(config, generationConfig),
    ...LLAMA_FORMULA,
    ...family.formula?.(config, { hiddenSize, headDim }),
  };
  checkHeads(decoder);
  return decoder;
}

function checkHeads({ heads, kvHeads, headDim }: DecoderConfig): void {
  if (heads % kvHeads !== 0 || !Number.isInteger(headDim / 2)) {
    throw new UsageError(
      `Cannot read config.json: ${heads} heads of ${headDim} do not go with ${kvHeads} key-value heads`,
    );
  }
}

function endTokenIds(config: Json, generationConfig: Json): number[] {
  const key = "eos_token_id";
  const file = (generationConfig[key] ?? null) === null ? "config.json" : "generation_config.json";
  const value = generationConfig[key] ?? config[key] ?? null;
  if (value === null) {
    throw new UsageError(
      `Cannot tell where this model's answers end: neither config.json nor generation_config.json ` +
        `has "${key}": write the id of its tokenizer's end token there`,
    );
  }
  const ids = Array.isArray(value) ? value : [value];
  if (ids.length === 0 || !ids.every((id) => Number.isInteger(id))) {
    throw new UsageError(`Cannot read ${file}: "${key}" is ${JSON.stringify(value)}, no ids`);
  }
  return ids;
}
