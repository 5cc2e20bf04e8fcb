import { UsageError } from "../runs/usage_error.ts";
import { type DecoderConfig, parseDecoderConfig } from "./decoder_config.ts";
import { readSafetensorsHeader, type TensorEntry } from "./safetensors.ts";

/** A Hugging Face checkpoint folder, opened: its configuration and where its tensors lie. */
export interface Checkpoint {
  readonly dir: string;
  readonly config: DecoderConfig;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** The weight files, sorted by name. */
  readonly files: readonly string[];
}

/** The linear layers of a decoder layer that an adapter can change. */
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

/**
 * Opens a checkpoint folder: `config.json` and `model.safetensors`, or the
 * shards that `model.safetensors.index.json` lists. Reads headers only.
 *
 * @throws {UsageError} If a file is missing, truncated, or lacks a tensor of the model.
 */
export async function openCheckpoint(dir: string): Promise<Checkpoint> {
  const config = parseDecoderConfig(
    await readJson(`${dir}/config.json`),
    await readJson(`${dir}/generation_config.json`, {}),
  );
  const index = await readJson(`${dir}/model.safetensors.index.json`, {});
  const names = index.weight_map
    ? [...new Set(Object.values(index.weight_map as Record<string, string>))].sort()
    : ["model.safetensors"];
  const files = names.map((name) => `${dir}/${name}`);
  const tensors = new Map<string, TensorEntry>();
  for (const file of files) {
    for (const [name, entry] of await readSafetensorsHeader(file)) tensors.set(name, entry);
  }
  const checkpoint = { dir, config, tensors, files };
  checkShapes(checkpoint);
  return checkpoint;
}

/** The name of a weight or bias of one layer in the checkpoint. */
export function layerTensor(layer: number, module: string, part = "weight"): string {
  return `model.layers.${layer}.${module}.${part}`;
}

function checkShapes({ dir, config, tensors }: Checkpoint): void {
  const { hiddenSize, heads, kvHeads, headDim, vocabSize } = config;
  const expect = (name: string, ...shape: number[]): void => {
    const found = tensors.get(name)?.shape;
    if (!found) throw new UsageError(`Cannot open "${dir}": its weights lack the tensor "${name}"`);
    if (found.some((d, i) => shape[i]! > 0 && d !== shape[i])) {
      throw new UsageError(
        `Cannot open "${dir}": "${name}" has shape [${found}], config.json says [${shape}]`,
      );
    }
  };
  expect("model.embed_tokens.weight", vocabSize, hiddenSize);
  expect("model.norm.weight", hiddenSize);
  if (!config.tieWordEmbeddings) expect("lm_head.weight", vocabSize, hiddenSize);
  for (let layer = 0; layer < config.layers; layer++) {
    expect(layerTensor(layer, "input_layernorm"), hiddenSize);
    expect(layerTensor(layer, "post_attention_layernorm"), hiddenSize);
    expect(layerTensor(layer, "self_attn.q_proj"), heads * headDim, hiddenSize);
    expect(layerTensor(layer, "self_attn.k_proj"), kvHeads * headDim, hiddenSize);
    expect(layerTensor(layer, "self_attn.v_proj"), kvHeads * headDim, hiddenSize);
    expect(layerTensor(layer, "self_attn.o_proj"), hiddenSize, heads * headDim);
    const width = tensors.get(layerTensor(layer, "mlp.gate_proj"))?.shape[0] ?? 0;
    expect(layerTensor(layer, "mlp.gate_proj"), width, hiddenSize);
    expect(layerTensor(layer, "mlp.up_proj"), width, hiddenSize);
    expect(layerTensor(layer, "mlp.down_proj"), hiddenSize, width);
  }
}

async function readJson(
  path: string,
  fallback?: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      if (fallback) return fallback;
      throw new UsageError(`Cannot open the model: there is no "${path}"`);
    }
    if (error instanceof SyntaxError) {
      throw new UsageError(`Cannot open the model: "${path}" is not JSON`);
    }
    throw error;
  }
}
