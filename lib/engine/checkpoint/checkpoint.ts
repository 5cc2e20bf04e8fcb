import { UsageError } from "../../ground/mod.ts";
import { type DecoderConfig, parseDecoderConfig } from "./decoder_config.ts";
import type { Int4Weight } from "./int4/int4_weight.ts";
import { LINEAR_MODULES, type LinearModule } from "./linear_modules.ts";
import { readSafetensorsHeader, sameTensorBytes, type TensorEntry } from "./safetensors.ts";

/** A Hugging Face checkpoint folder, opened: its configuration and where its tensors lie. */
export interface Checkpoint {
  /** Its folder. */
  readonly dir: string;
  /** What its `config.json` says. */
  readonly config: DecoderConfig;
  /** Where each tensor lies, by its name. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** The weight files with symbolic links followed, sorted by their names in the folder. */
  readonly files: readonly string[];
  /** Where the weights of the linear layers lie in 4 bits, by name, where those answer. */
  readonly int4?: ReadonlyMap<string, Int4Weight>;
}

const SINGLE_FILE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const PREFIX = "model.";
const EMBEDDINGS = "model.embed_tokens.weight";
const HEAD = "lm_head.weight";

/**
 * Opens a checkpoint folder: `config.json` and `model.safetensors`, or where
 * there is none, the shards that `model.safetensors.index.json` lists. Reads
 * headers only.
 *
 * Where config.json ties the output layer to the embeddings and the file has
 * both, with different values, the model's own output layer is used; where it
 * has one of them, that serves both ends.
 *
 * A decoder that was saved without its output layer has names without `model.`.
 *
 * @throws {UsageError} If a file is missing or truncated, or the tensors are not
 * exactly those of the model that config.json describes.
 *
 * Source: the order of files and the rule of tied weights are those of
 * transformers 5.23, `modeling_utils.py`.
 */
export async function openCheckpoint(dir: string): Promise<Checkpoint> {
  const config = parseDecoderConfig(
    await readJson(`${dir}/config.json`),
    await readJson(`${dir}/generation_config.json`, {}),
  );
  const names = await isFile(`${dir}/${SINGLE_FILE}`) ? [SINGLE_FILE] : await shardNames(dir);
  const files: string[] = [];
  const tensors = new Map<string, TensorEntry>();
  for (const name of names) {
    // a file of the Hugging Face cache is a link to a blob of another name
    const file = await Deno.realPath(`${dir}/${name}`).catch(() => `${dir}/${name}`);
    files.push(file);
    for (const [name, entry] of await readSafetensorsHeader(file)) tensors.set(name, entry);
  }
  takeDecoderNames(tensors);
  const tied = await resolveTiedHead(config, tensors);
  checkTensors(dir, tied, tensors);
  return { dir, config: tied, tensors, files };
}

/**
 * Names the tensors of a decoder that was saved without its output layer, such as a `LlamaModel`, as
 * the whole model has them.
 */
function takeDecoderNames(tensors: Map<string, TensorEntry>): void {
  if (!tensors.has(EMBEDDINGS.slice(PREFIX.length))) return;
  if ([...tensors.keys()].some((name) => name.startsWith(PREFIX))) return;
  for (const [name, entry] of [...tensors]) {
    if (name === HEAD) continue;
    tensors.delete(name);
    tensors.set(`${PREFIX}${name}`, entry);
  }
}

/** The files that the index names, sorted. */
async function shardNames(dir: string): Promise<string[]> {
  if (!await isFile(`${dir}/${INDEX}`)) return [await unreadable(dir)];
  const { weight_map: map } = await readJson(`${dir}/${INDEX}`);
  const names = typeof map === "object" && map !== null ? Object.values(map) : [];
  for (const name of names) {
    if (typeof name === "string" && /^[^/\\]+\.safetensors$/.test(name)) continue;
    throw new UsageError(
      `Cannot open "${dir}": ${INDEX} names ${JSON.stringify(name)}, no file of the folder`,
    );
  }
  if (names.length === 0) {
    throw new UsageError(`Cannot open "${dir}": ${INDEX} names no files in its "weight_map"`);
  }
  return [...new Set(names as string[])].sort();
}

/** A weight file that is no file, or a link to none, or says what else a folder has. */
async function unreadable(dir: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(dir)) names.push(name);
  const found = names.sort().filter((name) => /\.(?:safetensors|bin|gguf|pt|pth)$/.test(name));
  if (found.includes(SINGLE_FILE)) return SINGLE_FILE;
  const refusal = `Cannot open "${dir}": there is no ${SINGLE_FILE}`;
  if (found.some((name) => /^pytorch_model.*\.bin$/.test(name))) {
    throw new UsageError(
      `Cannot open "${dir}": its weights are in .bin files alone; convert them: ` +
        `python -c "from transformers import AutoModelForCausalLM as M; ` +
        `M.from_pretrained('${dir}', dtype='auto').save_pretrained('${dir}')"`,
    );
  }
  const shard = found.find((name) => /-\d+-of-\d+\.safetensors$/.test(name));
  if (shard) {
    throw new UsageError(
      `${refusal}, and no ${INDEX}, which says what "${shard}" and the other shards hold: ` +
        "take it from where the model comes from",
    );
  }
  if (found.includes("adapter_model.safetensors")) {
    throw new UsageError(`${refusal}: it is the folder of an adapter, which needs a base model`);
  }
  throw new UsageError(
    found.length === 0
      ? `${refusal} and no ${INDEX}: download the weights`
      : `${refusal} and no ${INDEX}; "${found[0]}" is not read: take the model's weights in the ` +
        "form that transformers saves",
  );
}

/** The config with the output layer that the weights really have; see {@linkcode openCheckpoint}. */
async function resolveTiedHead(
  config: DecoderConfig,
  tensors: Map<string, TensorEntry>,
): Promise<DecoderConfig> {
  const head = tensors.get(HEAD);
  if (!config.tieWordEmbeddings || !head) return config;
  const embeddings = tensors.get(EMBEDDINGS);
  if (!embeddings) {
    tensors.set(EMBEDDINGS, head);
    return config;
  }
  return await sameTensorBytes(head, embeddings) ? config : { ...config, tieWordEmbeddings: false };
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

/** The name of a weight or bias of one layer in the checkpoint. */
export function layerTensor(layer: number, module: string, part = "weight"): string {
  return `model.layers.${layer}.${module}.${part}`;
}

/** A tensor of older checkpoints that can be computed and is not read. */
const COMPUTED = /\.rotary_emb\.inv_freq$/;

/** Whether a tensor that a checkpoint may have is one that the model is computed from. */
export function isRead(name: string, { tieWordEmbeddings }: DecoderConfig): boolean {
  return !(name === HEAD && tieWordEmbeddings) && !COMPUTED.test(name);
}

function checkTensors(
  dir: string,
  config: DecoderConfig,
  tensors: ReadonlyMap<string, TensorEntry>,
): void {
  const expected = expectedShapes(config);
  for (const [name, shape] of expected) {
    const found = tensors.get(name)?.shape;
    if (!found) {
      const other = [...tensors.keys()].find((key) => key.endsWith(`.${name}`));
      const instead = other === undefined
        ? ""
        : `; it has "${other}": take "${other.slice(0, -name.length)}" out of its tensors' names`;
      throw new UsageError(
        `Cannot open "${dir}": its weights lack the tensor "${name}"${instead}`,
      );
    }
    if (found.length !== shape.length || found.some((d, i) => d !== shape[i])) {
      throw new UsageError(
        `Cannot open "${dir}": "${name}" has shape [${found}], config.json says [${shape}]`,
      );
    }
  }
  for (const name of tensors.keys()) {
    if (expected.has(name) || !isRead(name, config)) continue;
    throw new UsageError(
      `Cannot open "${dir}": a ${config.modelType} model with this config.json has no tensor "${name}"`,
    );
  }
}

/** Every tensor of the model with its shape. */
function expectedShapes(config: DecoderConfig): Map<string, readonly number[]> {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, vocabSize } = config;
  const linear: Record<LinearModule, [number, number]> = {
    "self_attn.q_proj": [heads * headDim, hiddenSize],
    "self_attn.k_proj": [kvHeads * headDim, hiddenSize],
    "self_attn.v_proj": [kvHeads * headDim, hiddenSize],
    "self_attn.o_proj": [hiddenSize, heads * headDim],
    "mlp.gate_proj": [intermediateSize, hiddenSize],
    "mlp.up_proj": [intermediateSize, hiddenSize],
    "mlp.down_proj": [hiddenSize, intermediateSize],
  };
  const shapes = new Map<string, readonly number[]>();
  shapes.set(EMBEDDINGS, [vocabSize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    for (const norm of Object.values(config.norms)) {
      shapes.set(layerTensor(layer, norm), [hiddenSize]);
    }
    for (const module of LINEAR_MODULES) shapes.set(layerTensor(layer, module), linear[module]);
    for (const module of config.biases) {
      shapes.set(layerTensor(layer, module, "bias"), [linear[module][0]]);
    }
    if (!config.queryKeyNorm) continue;
    shapes.set(layerTensor(layer, "self_attn.q_norm"), [headDim]);
    shapes.set(layerTensor(layer, "self_attn.k_norm"), [headDim]);
  }
  shapes.set("model.norm.weight", [hiddenSize]);
  if (!config.tieWordEmbeddings) shapes.set(HEAD, [vocabSize, hiddenSize]);
  return shapes;
}

async function readJson(
  path: string,
  fallback?: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
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
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new UsageError(`Cannot open the model: "${path}" holds no object`);
}
