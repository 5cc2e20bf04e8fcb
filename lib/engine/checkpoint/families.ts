import { flag, type Json, layerList, positive, unsupported } from "./config_fields.ts";
import { LINEAR_MODULES, type LinearModule } from "./linear_modules.ts";
import { parseRotary, ropeParameters, type Rotary } from "./rope_config.ts";

/** What one layer's attention sees, and how it turns its queries and keys by position. */
export interface LayerAttention {
  /** Tokens that a query sees, itself among them; everything before it when left out. */
  readonly window?: number;
  /** Left out in a layer without position encoding (NoPE). */
  readonly rotary?: Rotary;
}

/** What the formulas of a decoder's layer depend on beside sizes; `decoderLayers` reads it. */
export interface LayerFormula {
  /** Where a layer has RMS norms, and their names in the checkpoint. */
  readonly norms: {
    /** Of the residual sum, for the attention. */
    readonly beforeAttention: string;
    /** Of the attention's output, before it is added; none when left out. */
    readonly afterAttention?: string;
    /** Of the residual sum, for the MLP. */
    readonly beforeMlp: string;
    /** Of the MLP's output, before it is added; none when left out. */
    readonly afterMlp?: string;
  };
  /** What is added to the stored weights of all norms: 1 in Gemma, else 0. */
  readonly normOffset: 0 | 1;
  /** Whether every head's query and key are RMS-normalised before the rotation (Qwen3, Gemma 3). */
  readonly queryKeyNorm: boolean;
  /** Factor on normalised queries, beside the scores' `1 / sqrt(headDim)`. */
  readonly queryScale: number;
  /** Factor on the embeddings. */
  readonly embeddingScale: number;
  /** What the MLP's gate goes through. */
  readonly activation: "silu" | "gelu_tanh";
}

/** A family of models: what its configuration class takes for granted, and what it computes. */
export interface Family {
  /** Keys of config.json that are read in this family, beside those of all families. */
  readonly keys: readonly string[];
  /** Whether the output layer is the embedding where config.json is silent. */
  readonly tieWordEmbeddings: boolean;
  /** Size of a head where config.json is silent; the hidden size's share when left out. */
  readonly headDim?: number;
  /** Whether there are as many key-value heads as heads where config.json is silent. */
  readonly ungrouped?: boolean;
  /** Target modules that PEFT takes where an adapter's config names none. */
  readonly adapterTargets?: readonly string[];
  /** The attention of each layer. */
  attention(config: Json, layers: number): LayerAttention[];
  /** Linear layers that have a bias; none when left out. */
  biases?(config: Json): readonly LinearModule[];
  /** Where its layer differs from Llama's. */
  formula?(
    config: Json,
    sizes: { readonly hiddenSize: number; readonly headDim: number },
  ): Partial<LayerFormula>;
}

/** A layer of the Llama architecture. */
export const LLAMA_FORMULA: LayerFormula = {
  norms: { beforeAttention: "input_layernorm", beforeMlp: "post_attention_layernorm" },
  normOffset: 0,
  queryKeyNorm: false,
  queryScale: 1,
  embeddingScale: 1,
  activation: "silu",
};

const WINDOW_KEYS = ["sliding_window", "use_sliding_window", "max_window_layers", "layer_types"];
const QUERY_AND_VALUE = ["q_proj", "v_proj"];

/**
 * The families by their `model_type`.
 *
 * Sources: the configuration and modeling files of transformers 5.23; for `adapterTargets`
 * PEFT 0.21.2, `utils/constants.py`.
 */
export const FAMILIES: Readonly<Record<string, Family>> = {
  llama: {
    keys: ["attention_bias", "mlp_bias"],
    tieWordEmbeddings: false,
    ungrouped: true,
    adapterTargets: QUERY_AND_VALUE,
    attention: (config, layers) => everyLayer(layers, { rotary: rotaryOf(config, 10_000) }),
    biases: flaggedBiases,
  },
  mistral: {
    keys: ["sliding_window"],
    tieWordEmbeddings: false,
    adapterTargets: QUERY_AND_VALUE,
    attention(config, layers): LayerAttention[] {
      // a config that is silent on it means 4,096; null means none
      const window = config.sliding_window === null
        ? {}
        : { window: positive(config, "sliding_window", 4096) };
      return everyLayer(layers, { rotary: rotaryOf(config, 10_000), ...window });
    },
  },
  qwen2: {
    keys: WINDOW_KEYS,
    tieWordEmbeddings: false,
    adapterTargets: QUERY_AND_VALUE,
    attention: qwenAttention,
    biases: () => LINEAR_MODULES.slice(0, 3),
  },
  qwen3: {
    keys: [...WINDOW_KEYS, "attention_bias"],
    tieWordEmbeddings: false,
    headDim: 128,
    adapterTargets: QUERY_AND_VALUE,
    attention: qwenAttention,
    biases: flaggedBiases,
    formula: () => ({ queryKeyNorm: true }),
  },
  smollm3: {
    keys: [
      ...WINDOW_KEYS,
      "attention_bias",
      "mlp_bias",
      "no_rope_layers",
      "no_rope_layer_interval",
    ],
    tieWordEmbeddings: true,
    attention: smolLm3Attention,
    biases: flaggedBiases,
  },
  gemma3_text: {
    keys: [
      "attention_bias",
      "hidden_activation",
      "layer_types",
      "query_pre_attn_scalar",
      "rope_local_base_freq",
      "sliding_window",
      "sliding_window_pattern",
      // says again what layer_types say; how transformers lays out its own cache
      "_sliding_window_pattern",
      "cache_implementation",
    ],
    tieWordEmbeddings: true,
    headDim: 256,
    adapterTargets: QUERY_AND_VALUE,
    attention: gemma3Attention,
    biases: flaggedBiases,
    formula: gemma3Formula,
  },
};

function everyLayer(layers: number, attention: LayerAttention): LayerAttention[] {
  return Array.from({ length: layers }, () => attention);
}

/** The rotary encoding of a config that has one for all layers. */
function rotaryOf(config: Json, theta: number): Rotary {
  return parseRotary(config, ropeParameters(config), positive(config, "rope_theta", theta));
}

function qwenAttention(config: Json, layers: number): LayerAttention[] {
  const rotary = rotaryOf(config, 10_000);
  const windows = flaggedWindows(
    config,
    layers,
    (layer) => layer >= positive(config, "max_window_layers", 28),
  );
  return windows.map((window) => ({ rotary, ...window }));
}

/** Layers without position encoding; those have the windows, where there are any. */
function smolLm3Attention(config: Json, layers: number): LayerAttention[] {
  const rotary = rotaryOf(config, 2_000_000);
  const list = layerList(config, "no_rope_layers", layers);
  const rotates = (layer: number): boolean =>
    list ? list[layer] === 1 : (layer + 1) % positive(config, "no_rope_layer_interval", 4) !== 0;
  return flaggedWindows(config, layers, (layer) => !rotates(layer))
    .map((window, layer) => ({ ...(rotates(layer) ? { rotary } : {}), ...window }));
}

/**
 * Layers that see a window and layers that see everything, each kind with a rotary encoding of its
 * own: in two objects since transformers 5, in keys of the config before.
 */
function gemma3Attention(config: Json, layers: number): LayerAttention[] {
  if (config.sliding_window === null) throw unsupported(config, "sliding_window null");
  const window = positive(config, "sliding_window", 4096);
  const interval = positive(config, "sliding_window_pattern", 6);
  const kinds = layerList(config, "layer_types", layers);
  const given = ropeParameters(config);
  const ropes: Json = config.rope_parameters ? given : { full_attention: given };
  const ropeOf = (kind: string, key: string, theta: number): Rotary =>
    parseRotary(config, (ropes[kind] ?? {}) as Json, positive(config, key, theta));
  if (!("full_attention" in ropes)) {
    throw unsupported(config, "rope_parameters without full_attention");
  }
  const full = { rotary: ropeOf("full_attention", "rope_theta", 1_000_000) };
  const near = { rotary: ropeOf("sliding_attention", "rope_local_base_freq", 10_000), window };
  return Array.from({ length: layers }, (_, layer) => {
    const slides = kinds ? kinds[layer] === "sliding_attention" : (layer + 1) % interval !== 0;
    return slides ? near : full;
  });
}

/** Norms on both sides of attention and MLP, stored less 1; GELU; scaled embeddings and queries. */
function gemma3Formula(
  config: Json,
  { hiddenSize, headDim }: { readonly hiddenSize: number; readonly headDim: number },
): Partial<LayerFormula> {
  const { hidden_activation: activation = "gelu_pytorch_tanh" } = config;
  if (activation !== "gelu_pytorch_tanh") {
    throw unsupported(config, `hidden_activation ${JSON.stringify(activation)}`);
  }
  return {
    norms: {
      beforeAttention: "input_layernorm",
      afterAttention: "post_attention_layernorm",
      beforeMlp: "pre_feedforward_layernorm",
      afterMlp: "post_feedforward_layernorm",
    },
    normOffset: 1,
    queryKeyNorm: true,
    queryScale: Math.sqrt(headDim / positive(config, "query_pre_attn_scalar", 256)),
    embeddingScale: Math.sqrt(hiddenSize),
    activation: "gelu_tanh",
  };
}

/** The window of each layer where `use_sliding_window` is on: in those of `layer_types`, or as `slides` says. */
function flaggedWindows(
  config: Json,
  layers: number,
  slides: (layer: number) => boolean,
): { readonly window?: number }[] {
  const isOn = config.use_sliding_window === true && config.sliding_window !== null;
  const window = isOn ? positive(config, "sliding_window") : undefined;
  const kinds = layerList(config, "layer_types", layers);
  return Array.from({ length: layers }, (_, layer) => {
    const here = kinds ? kinds[layer] === "sliding_attention" : slides(layer);
    return window !== undefined && here ? { window } : {};
  });
}

function flaggedBiases(config: Json): LinearModule[] {
  return [
    ...(flag(config, "attention_bias", false) ? LINEAR_MODULES.slice(0, 4) : []),
    ...(flag(config, "mlp_bias", false) ? LINEAR_MODULES.slice(4) : []),
  ];
}
