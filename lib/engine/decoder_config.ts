import { UsageError } from "../runs/usage_error.ts";

/** What the graph builder needs to know of a decoder's `config.json`. */
export interface DecoderConfig {
  readonly modelType: string;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly maxPositions: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly tieWordEmbeddings: boolean;
  /** Any of these ids ends a completion. */
  readonly endTokenIds: readonly number[];
}

const SUPPORTED_TYPES = ["llama", "mistral", "qwen2"];

/**
 * Reads a checkpoint's `config.json` (and `generation_config.json`, which has
 * the last word on end tokens). A feature that the graph does not compute is
 * refused by name: ignored in silence it would give wrong answers that look
 * right.
 *
 * @throws {UsageError} If a field is missing, wrong or not supported.
 */
export function parseDecoderConfig(
  config: Readonly<Record<string, unknown>>,
  generationConfig: Readonly<Record<string, unknown>> = {},
): DecoderConfig {
  const modelType = String(config.model_type);
  if (!SUPPORTED_TYPES.includes(modelType)) {
    throw new UsageError(
      `Cannot run a model of type "${modelType}": supported are ${SUPPORTED_TYPES.join(", ")}`,
    );
  }
  refuseUnsupported(config, modelType);
  const heads = positive(config, "num_attention_heads");
  const hiddenSize = positive(config, "hidden_size");
  const rope = (config.rope_parameters ?? {}) as Record<string, unknown>;
  return {
    modelType,
    hiddenSize,
    heads,
    layers: positive(config, "num_hidden_layers"),
    kvHeads: positive(config, "num_key_value_heads", heads),
    headDim: positive(config, "head_dim", hiddenSize / heads),
    vocabSize: positive(config, "vocab_size"),
    maxPositions: positive(config, "max_position_embeddings"),
    rmsNormEps: positive(config, "rms_norm_eps"),
    ropeTheta: positive(rope, "rope_theta", positive(config, "rope_theta", 10_000)),
    tieWordEmbeddings: config.tie_word_embeddings === true,
    endTokenIds: endTokenIds(generationConfig.eos_token_id ?? config.eos_token_id),
  };
}

function refuseUnsupported(config: Readonly<Record<string, unknown>>, modelType: string): void {
  const rope = (config.rope_parameters ?? config.rope_scaling ?? {}) as Record<string, unknown>;
  const ropeType = rope.rope_type ?? rope.type ?? "default";
  // Qwen2 lists a window that its flag turns off
  const window = modelType === "qwen2" && config.use_sliding_window !== true
    ? null
    : config.sliding_window ?? null;
  const unsupported: Record<string, boolean> = {
    [`rope_scaling of type ${ropeType}`]: ropeType !== "default",
    [`sliding_window ${window}`]: window !== null,
    [`hidden_act ${config.hidden_act}`]: (config.hidden_act ?? "silu") !== "silu",
    "quantization_config (quantized weights)": config.quantization_config !== undefined,
  };
  for (const [feature, present] of Object.entries(unsupported)) {
    if (present) {
      throw new UsageError(`Cannot run this ${modelType} model: config.json has ${feature}`);
    }
  }
}

function endTokenIds(value: unknown): number[] {
  const ids = Array.isArray(value) ? value : [value];
  if (!ids.every((id) => Number.isInteger(id))) {
    throw new UsageError(`Cannot read config.json: eos_token_id is ${JSON.stringify(value)}`);
  }
  return ids;
}

function positive(
  config: Readonly<Record<string, unknown>>,
  key: string,
  fallback?: number,
): number {
  const value = config[key] ?? fallback;
  if (typeof value !== "number" || !(value > 0)) {
    throw new UsageError(`Cannot read config.json: "${key}" is ${JSON.stringify(value)}`);
  }
  return value;
}
