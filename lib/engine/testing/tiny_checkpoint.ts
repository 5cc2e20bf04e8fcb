import { type TensorSource, writeSafetensors } from "../checkpoint/safetensors.ts";

/** The config.json of a Llama model of two layers, small enough for a test. */
export const TINY_CONFIG: Readonly<Record<string, unknown>> = {
  model_type: "llama",
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 16,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
  eos_token_id: 2,
};

const LAYER_SHAPES: Readonly<Record<string, readonly number[]>> = {
  "input_layernorm": [8],
  "post_attention_layernorm": [8],
  "self_attn.q_proj": [8, 8],
  "self_attn.k_proj": [4, 8],
  "self_attn.v_proj": [4, 8],
  "self_attn.o_proj": [8, 8],
  "mlp.gate_proj": [12, 8],
  "mlp.up_proj": [12, 8],
  "mlp.down_proj": [8, 12],
};

/** The tensors of {@linkcode TINY_CONFIG}'s model, every value 0.5. */
export function tinyTensors(): TensorSource[] {
  const shapes: [string, readonly number[]][] = [["model.embed_tokens.weight", [16, 8]]];
  for (const layer of [0, 1]) {
    for (const [module, shape] of Object.entries(LAYER_SHAPES)) {
      shapes.push([`model.layers.${layer}.${module}.weight`, shape]);
    }
  }
  shapes.push(["model.norm.weight", [8]]);
  return shapes.map(([name, shape]) => constantTensor(name, shape));
}

/** A tensor whose values are all 0.5. */
export function constantTensor(name: string, shape: readonly number[]): TensorSource {
  const count = shape.reduce((n, d) => n * d, 1);
  return { name, shape, values: () => new Float32Array(count).fill(0.5) };
}

/** What a test wants of {@linkcode withTinyCheckpoint}. */
export interface TinyCheckpointOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tensors?: readonly TensorSource[];
}

/** Runs a test with a checkpoint folder that is gone afterwards. */
export async function withTinyCheckpoint(
  test: (dir: string) => Promise<void>,
  { config = TINY_CONFIG, tensors = tinyTensors() }: TinyCheckpointOptions = {},
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/config.json`, JSON.stringify(config));
    await writeSafetensors(`${dir}/model.safetensors`, tensors);
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
