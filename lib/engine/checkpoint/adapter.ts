import { contentKey, sha256OfFile } from "../../ground/mod.ts";
import { type AdapterConfig, adapterFault, readAdapterConfig } from "./adapter_config.ts";
import { adaptedLayers, OTHER_MODULES } from "./adapter_targets.ts";
import { checkAdapterTokenizer } from "./adapter_tokenizer.ts";
import {
  type AdapterPart,
  type AdapterTensors,
  findAdapterTensors,
  isFinite,
  type NamedEntry,
  readFinite,
  shown,
} from "./adapter_weights.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { MERGE_IT, UNTIE_AND_MERGE } from "./merge_advice.ts";
import { LINEAR_MODULES, type LinearModule } from "./linear_modules.ts";

/**
 * What an adapter may need of a graph beside its two factors: a gain on the
 * rows of the base weight (DoRA), or a bias of its own (`lora_bias`).
 */
export type LoraTerm = "gain" | "bias";

/**
 * What an adapter puts on one linear layer `y = x W^T + bias`. Without a
 * magnitude: `y += x A^T B^T + c`. With one (DoRA): each row of `W + BA` is
 * stretched to that length.
 */
export interface LoraFactors {
  /** A, `[rank, in]`, row-major. */
  readonly a: Float32Array;
  /** B times the layer's own scaling (`alpha / rank`, or `alpha / sqrt(rank)` for rsLoRA), `[out, rank]`, row-major. */
  readonly b: Float32Array;
  /** Columns of B and rows of A. */
  readonly rank: number;
  /** c, the bias of `lora_bias` times the layer's scaling, `[out]`. */
  readonly bias?: Float32Array;
  /** DoRA's length of each row, `[out]`. */
  readonly magnitude?: Float32Array;
}

/** A LoRA adapter as PEFT saves it, read and checked against its base model. */
export interface Adapter {
  /** Its folder. */
  readonly dir: string;
  /** SHA-256 of its weights and of all in its config that changes what it computes; 64 hexadecimal digits. */
  readonly hash: string;
  /** The base model that it names: an id, or a folder of the machine that it was trained on. */
  readonly baseModel?: string;
  /** The module kinds that it adapts. */
  readonly modules: readonly LinearModule[];
  /** What it needs of a graph beside its factors. */
  readonly terms: readonly LoraTerm[];
  /** By the name of the adapted weight without ".weight", such as `model.layers.0.self_attn.q_proj`. */
  readonly factors: ReadonlyMap<string, LoraFactors>;
}

/**
 * Reads an adapter: `adapter_config.json` and `adapter_model.safetensors`.
 *
 * Plain LoRA, rsLoRA, ranks and alphas by pattern, DoRA and `lora_bias` are
 * computed as PEFT computes them. Whatever else would change an answer is
 * refused by name, and so is what PEFT would load with a warning: an adapter
 * that lacks layers, or has layers that its config does not name.
 *
 * @throws {UsageError} If a file is missing or damaged, a value is not finite,
 * the adapter is of a kind that is not computed, or it does not fit the checkpoint.
 */
export async function loadAdapter(dir: string, checkpoint: Checkpoint): Promise<Adapter> {
  const config = await readAdapterConfig(dir, checkpoint.config.modelType);
  const other = OTHER_MODULES.find(config.targets);
  if (other) {
    const way = checkpoint.config.tieWordEmbeddings ? UNTIE_AND_MERGE : MERGE_IT;
    throw adapterFault(dir, `its target_modules name ${other}, which is not supported: ${way}`);
  }
  if (config.baseBiases !== "none" && checkpoint.config.biases.length > 0) {
    throw adapterFault(
      dir,
      `it has bias "${config.baseBiases}" for a base model with biases, which is not supported: ${MERGE_IT}`,
    );
  }
  const tensors = await findAdapterTensors(dir);
  if (tensors.size === 0) throw adapterFault(dir, "it holds no LoRA weights");
  const layers = adaptedLayers(checkpoint, LINEAR_MODULES);
  checkLayers({ dir, config, tensors, checkpoint, layers });
  const factors = new Map<string, LoraFactors>();
  for (const [layer, parts] of tensors) {
    factors.set(layer, await readLayer({ dir, config, checkpoint, layer, parts }));
  }
  await checkAdapterTokenizer(dir, checkpoint.dir);
  const weights = await sha256OfFile(`${dir}/adapter_model.safetensors`);
  const terms: LoraTerm[] = [
    ...(config.dora ? ["gain" as const] : []),
    ...(config.loraBias ? ["bias" as const] : []),
  ];
  return {
    dir,
    hash: adapterHash(weights, config),
    ...(config.baseModel === undefined ? {} : { baseModel: config.baseModel }),
    modules: LINEAR_MODULES.filter((module) =>
      [...tensors.keys()].some((layer) => layer.endsWith(`.${module}`))
    ),
    terms,
    factors,
  };
}

/**
 * The {@linkcode Adapter.hash} of an adapter of which only the settings are here, and the SHA-256 of
 * weights that were taken away: enough to find what it has answered.
 *
 * @param weights SHA-256 of its `adapter_model.safetensors`, 64 hexadecimal digits.
 * @throws {UsageError} If `adapter_config.json` is missing, damaged or of a kind that is not computed.
 */
export async function absentAdapterHash(
  dir: string,
  { weights, checkpoint }: { readonly weights: string; readonly checkpoint: Checkpoint },
): Promise<string> {
  return adapterHash(weights, await readAdapterConfig(dir, checkpoint.config.modelType));
}

function adapterHash(weights: string, { identity }: AdapterConfig): string {
  return contentKey({ weights, config: identity });
}

/**
 * Whether an adapter computes what its base model does: each B is zero, as before the first step of
 * training, and so is each bias. One with DoRA stretches rows besides, so it is never said of it.
 */
export function changesNothing({ factors, terms }: Adapter): boolean {
  const isZero = (values?: Float32Array): boolean => values?.every((value) => value === 0) ?? true;
  return !terms.includes("gain") &&
    factors.values().every(({ b, bias }) => isZero(b) && isZero(bias));
}

/** What a session must be opened with so that any of the adapters can be its variant. */
export function loraSites(
  adapters: readonly Adapter[],
): { loraModules: LinearModule[]; loraTerms: LoraTerm[] } {
  const modules = new Set(adapters.flatMap((adapter) => adapter.modules));
  return {
    loraModules: LINEAR_MODULES.filter((module) => modules.has(module)),
    loraTerms: [...new Set(adapters.flatMap(({ terms }) => terms))].sort(),
  };
}

interface Parts {
  readonly dir: string;
  readonly config: AdapterConfig;
  readonly checkpoint: Checkpoint;
}

/** Checks that the file has exactly the layers that the config names. */
function checkLayers(
  { dir, config, tensors, checkpoint, layers }: Parts & {
    readonly tensors: AdapterTensors;
    /** All linear layers of the base model. */
    readonly layers: readonly string[];
  },
): void {
  for (const [layer, parts] of tensors) {
    const [{ key }] = [...parts.values()] as [NamedEntry];
    if (OTHER_MODULES.includes(layer)) {
      throw adapterFault(dir, `it adapts ${shown(key)}, which is not supported: ${MERGE_IT}`);
    }
    if (!layers.includes(layer)) {
      throw adapterFault(
        dir,
        checkpoint.tensors.has(`${layer}.weight`) || !/^model\.layers\.\d+\./.test(layer)
          ? `it adapts ${shown(key)}, which is not supported`
          : `it is an adapter of another model: the base has no ${shown(layer)}`,
      );
    }
    if (!config.targets(layer)) {
      throw adapterFault(
        dir,
        `it has weights for ${shown(layer)}, which its target_modules and layers do not name: ` +
          "PEFT would leave them out",
      );
    }
  }
  const wanted = layers.filter(config.targets);
  const missing = wanted.filter((layer) => !tensors.has(layer));
  if (missing.length > 0) {
    throw adapterFault(
      dir,
      `it lacks ${missing.length} of the ${wanted.length} layers that its target_modules name ` +
        `in this base model; the first is ${shown(missing[0]!)}`,
    );
  }
}

/** Reads the tensors of one layer, scaled. */
async function readLayer(
  { dir, config, checkpoint, layer, parts }: Parts & {
    readonly layer: string;
    readonly parts: ReadonlyMap<AdapterPart, NamedEntry>;
  },
): Promise<LoraFactors> {
  const [out, inner] = checkpoint.tensors.get(`${layer}.weight`)!.shape as [number, number];
  const rank = config.rankOf(layer);
  const scaling = config.scalingOf(layer);
  const shapes: Partial<Record<AdapterPart, readonly number[]>> = {
    a: [rank, inner],
    b: [out, rank],
    ...(config.loraBias ? { bias: [out] } : {}),
    ...(config.dora ? { magnitude: [out] } : {}),
  };
  const named = shown(layer);
  for (const [part, { key, entry }] of parts) {
    const shape = shapes[part];
    if (!shape) {
      const setting = part === "bias" ? "lora_bias" : "use_dora";
      throw adapterFault(dir, `it has ${shown(key)}, and its config does not turn on ${setting}`);
    }
    if (entry.shape.join() === shape.join()) continue;
    const found = `${shown(key)} has shape [${entry.shape}]`;
    const ofRank = entry.shape.length === shape.length &&
      entry.shape.every((n, i) => n === shape[i] || shape[i] === rank);
    throw adapterFault(
      dir,
      ofRank
        ? `${found}, and its config gives this layer the rank ${rank}`
        : `it is an adapter of another model: ${found}, the base needs [${shape}]`,
    );
  }
  const read = async (part: AdapterPart, factor: number): Promise<Float32Array> => {
    const found = parts.get(part);
    if (!found) throw adapterFault(dir, `${named} has only one of its two factors`);
    const values = await readFinite(dir, found);
    if (factor === 1) return values;
    for (let i = 0; i < values.length; i++) values[i]! *= factor;
    if (isFinite(values)) return values;
    throw adapterFault(dir, `${shown(found.key)} times ${factor} is too large for float32`);
  };
  if (config.dora && !parts.has("magnitude")) {
    throw adapterFault(dir, `${named} has no lora_magnitude_vector`);
  }
  if (config.loraBias && !parts.has("bias")) throw adapterFault(dir, `${named} has no lora_B.bias`);
  return {
    a: await read("a", 1),
    b: await read("b", scaling),
    rank,
    ...(config.loraBias ? { bias: await read("bias", scaling) } : {}),
    ...(config.dora ? { magnitude: await read("magnitude", 1) } : {}),
  };
}
