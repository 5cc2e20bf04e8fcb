import { UsageError } from "../../ground/mod.ts";
import { checkKnownKeys } from "./config_keys.ts";

/** The linear layers of a decoder layer, by their names in the checkpoint. */
export const LINEAR_MODULES = [
  "self_attn.q_proj",
  "self_attn.k_proj",
  "self_attn.v_proj",
  "self_attn.o_proj",
  "mlp.gate_proj",
  "mlp.up_proj",
  "mlp.down_proj",
] as const;

/** One of {@linkcode LINEAR_MODULES}. */
export type LinearModule = typeof LINEAR_MODULES[number];

/** What one layer's attention sees, and whether it turns its queries and keys by position. */
export interface LayerAttention {
  /** Tokens that a query sees, itself among them; everything before it when left out. */
  readonly window?: number;
  /** False for a layer without position encoding (NoPE). */
  readonly rotary: boolean;
}

/** A layer's window where one within so many positions hides any of them; undefined elsewhere. */
export function hidingWindow(window: number | undefined, positions: number): number | undefined {
  return window !== undefined && window < positions ? window : undefined;
}

/** Llama 3.1's stretching of low rotary frequencies; see `inverseFrequencies`. */
export interface RopeScaling {
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalMaxPositions: number;
}

/** What the graph builder needs to know of a decoder's `config.json`. */
export interface DecoderConfig {
  readonly modelType: string;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly maxPositions: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  /** One a layer. */
  readonly attention: readonly LayerAttention[];
  /** Whether every head's query and key are RMS-normalised before the rotation (Qwen3). */
  readonly queryKeyNorm: boolean;
  /** Linear layers that have a bias. */
  readonly biases: readonly LinearModule[];
  readonly tieWordEmbeddings: boolean;
  /** Any of these ids ends a completion. */
  readonly endTokenIds: readonly number[];
}

/** Query heads that share a key-value head. */
export function groupSize({ heads, kvHeads }: Pick<DecoderConfig, "heads" | "kvHeads">): number {
  return heads / kvHeads;
}

type Json = Readonly<Record<string, unknown>>;

/** What a family takes for granted where its config.json is silent. */
interface Family {
  readonly ropeTheta: number;
  readonly tieWordEmbeddings: boolean;
  readonly headDim?: number;
  readonly slidingWindow: "always" | "flag" | "never";
}

/** Source: the configuration classes of transformers 5.23. */
const FAMILIES: Readonly<Record<string, Family>> = {
  llama: { ropeTheta: 10_000, tieWordEmbeddings: false, slidingWindow: "never" },
  mistral: { ropeTheta: 10_000, tieWordEmbeddings: false, slidingWindow: "always" },
  qwen2: { ropeTheta: 10_000, tieWordEmbeddings: false, slidingWindow: "flag" },
  qwen3: { ropeTheta: 10_000, tieWordEmbeddings: false, headDim: 128, slidingWindow: "flag" },
  smollm3: { ropeTheta: 2_000_000, tieWordEmbeddings: true, slidingWindow: "flag" },
};

const ATTENTION_BIASES = LINEAR_MODULES.slice(0, 4);
const MLP_BIASES = LINEAR_MODULES.slice(4);

/**
 * Reads a checkpoint's `config.json` (and `generation_config.json`, which has
 * the last word on end tokens) for the families Llama, Mistral, Qwen2, Qwen3
 * and SmolLM3. A feature that the graph does not compute, known or not, is
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
 * assert.deepEqual(attention.map(({ rotary }) => rotary), [true, true, true, false]);
 * ```
 */
export function parseDecoderConfig(config: Json, generationConfig: Json = {}): DecoderConfig {
  const modelType = String(config.model_type);
  const family = FAMILIES[modelType];
  if (!family) {
    throw new UsageError(
      `Cannot run a model of type "${modelType}": supported are ${
        Object.keys(FAMILIES).join(", ")
      }`,
    );
  }
  checkKnownKeys(config, modelType);
  const heads = positive(config, "num_attention_heads");
  const hiddenSize = positive(config, "hidden_size");
  const layers = positive(config, "num_hidden_layers");
  const rope = ropeParameters(config);
  const ropeScaling = parseRopeScaling(rope, config, modelType);
  const decoder: DecoderConfig = {
    modelType,
    hiddenSize,
    intermediateSize: positive(config, "intermediate_size"),
    layers,
    heads,
    kvHeads: positive(config, "num_key_value_heads", modelType === "llama" ? heads : undefined),
    headDim: positive(config, "head_dim", family.headDim ?? hiddenSize / heads),
    vocabSize: positive(config, "vocab_size"),
    maxPositions: positive(config, "max_position_embeddings"),
    rmsNormEps: positive(config, "rms_norm_eps"),
    ropeTheta: positive(rope, "rope_theta", positive(config, "rope_theta", family.ropeTheta)),
    ...(ropeScaling ? { ropeScaling } : {}),
    attention: layerAttention(config, family, layers),
    queryKeyNorm: modelType === "qwen3",
    biases: biases(config, modelType),
    tieWordEmbeddings: flag(config, "tie_word_embeddings", family.tieWordEmbeddings),
    endTokenIds: endTokenIds(generationConfig.eos_token_id ?? config.eos_token_id),
  };
  checkHeads(decoder);
  return decoder;
}

function ropeParameters(config: Json): Json {
  const rope = config.rope_parameters ?? config.rope_scaling ?? {};
  if (typeof rope !== "object") {
    throw new UsageError(`Cannot read config.json: rope_scaling is ${JSON.stringify(rope)}`);
  }
  return rope as Json;
}

const ROPE_KEYS = [
  "rope_type",
  "type",
  "rope_theta",
  "factor",
  "low_freq_factor",
  "high_freq_factor",
  "original_max_position_embeddings",
];

function parseRopeScaling(rope: Json, config: Json, modelType: string): RopeScaling | undefined {
  const type = rope.rope_type ?? rope.type ?? "default";
  if (type !== "default" && type !== "llama3") {
    throw unsupported(modelType, `rope_scaling of type ${type}`);
  }
  for (const [key, value] of Object.entries({ ...rope, ...partialRotary(config) })) {
    if (key === "partial_rotary_factor" && value === 1) continue;
    if (!ROPE_KEYS.includes(key) && value !== null) {
      throw unsupported(modelType, `${key} ${JSON.stringify(value)} among its rope parameters`);
    }
  }
  if (type === "default") return undefined;
  return {
    factor: positive(rope, "factor"),
    lowFreqFactor: positive(rope, "low_freq_factor"),
    highFreqFactor: positive(rope, "high_freq_factor"),
    originalMaxPositions: positive(rope, "original_max_position_embeddings"),
  };
}

function partialRotary({ partial_rotary_factor }: Json): Json {
  return partial_rotary_factor === undefined ? {} : { partial_rotary_factor };
}

function layerAttention(config: Json, family: Family, layers: number): LayerAttention[] {
  const { slidingWindow: rule } = family;
  const active = rule === "always" || rule === "flag" && config.use_sliding_window === true;
  // a Mistral config that is silent on it means 4,096; null means none
  const fallback = rule === "always" && config.sliding_window === undefined ? 4096 : undefined;
  const window = !active || config.sliding_window === null
    ? undefined
    : positive(config, "sliding_window", fallback);
  const noRope = listOf(config, "no_rope_layers", layers);
  const kinds = listOf(config, "layer_types", layers);
  return Array.from({ length: layers }, (_, layer) => {
    const rotary = config.model_type !== "smollm3" || (noRope ? noRope[layer] === 1 : (layer + 1) %
        positive(config, "no_rope_layer_interval", 4) !== 0);
    const slides = rule === "always" ||
      (kinds
        ? kinds[layer] === "sliding_attention"
        : config.model_type === "smollm3"
        ? !rotary
        : layer >= positive(config, "max_window_layers", 28));
    return { rotary, ...(window && slides ? { window } : {}) };
  });
}

function listOf(config: Json, key: string, length: number): readonly unknown[] | undefined {
  const list = config[key] ?? undefined;
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length < length) {
    throw new UsageError(
      `Cannot read config.json: "${key}" has no value for each of the ${length} layers`,
    );
  }
  const known = ["full_attention", "sliding_attention", 0, 1];
  const unknown = list.find((value) => !known.includes(value));
  if (unknown !== undefined) {
    throw new UsageError(`Cannot run this model: config.json has ${key} ${unknown}`);
  }
  return list;
}

function biases(config: Json, modelType: string): LinearModule[] {
  if (modelType === "qwen2") return ATTENTION_BIASES.slice(0, 3);
  const list: LinearModule[] = [];
  if (flag(config, "attention_bias", false)) list.push(...ATTENTION_BIASES);
  if (flag(config, "mlp_bias", false)) list.push(...MLP_BIASES);
  return list;
}

function checkHeads({ heads, kvHeads, headDim }: DecoderConfig): void {
  if (heads % kvHeads !== 0 || !Number.isInteger(headDim / 2)) {
    throw new UsageError(
      `Cannot read config.json: ${heads} heads of ${headDim} do not go with ${kvHeads} key-value heads`,
    );
  }
}

function endTokenIds(value: unknown): number[] {
  const ids = Array.isArray(value) ? value : [value];
  if (ids.length === 0 || !ids.every((id) => Number.isInteger(id))) {
    throw new UsageError(`Cannot read config.json: eos_token_id is ${JSON.stringify(value)}`);
  }
  return ids;
}

function flag(config: Json, key: string, fallback: boolean): boolean {
  const value = config[key] ?? fallback;
  if (typeof value !== "boolean") {
    throw new UsageError(`Cannot read config.json: "${key}" is ${JSON.stringify(value)}`);
  }
  return value;
}

function positive(config: Json, key: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== "number" || !(value > 0)) {
    throw new UsageError(`Cannot read config.json: "${key}" is ${JSON.stringify(value)}`);
  }
  return value;
}

function unsupported(modelType: string, feature: string): UsageError {
  return new UsageError(`Cannot run this ${modelType} model: config.json has ${feature}`);
}
