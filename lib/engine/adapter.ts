import { UsageError } from "../runs/usage_error.ts";
import { type Checkpoint, layerTensor, LINEAR_MODULES, type LinearModule } from "./checkpoint.ts";
import { readSafetensorsHeader, readTensor } from "./safetensors.ts";

/** The two factors of one adapted linear layer: `y += scaling * x A^T B^T`. */
export interface LoraFactors {
  /** `[rank, in]`, row-major. */
  readonly a: Float32Array;
  /** `[out, rank]`, row-major. */
  readonly b: Float32Array;
  readonly rank: number;
}

/** A LoRA adapter as PEFT saves it, read and checked against its base model. */
export interface Adapter {
  readonly dir: string;
  /** Factor that PEFT applies at scale 1: `alpha / rank` (or `alpha / sqrt(rank)` for rsLoRA). */
  readonly scaling: number;
  /** The module kinds that it adapts. */
  readonly modules: readonly LinearModule[];
  /** By the name of the adapted weight without ".weight", such as `model.layers.0.self_attn.q_proj`. */
  readonly factors: ReadonlyMap<string, LoraFactors>;
}

/** Keys of adapter_config.json that are computed, or have no say in what the adapter computes. */
const READ_OR_HARMLESS = [
  "peft_type",
  "r",
  "lora_alpha",
  "use_rslora",
  "auto_mapping",
  "base_model_name_or_path",
  "exclude_modules",
  "inference_mode",
  "layers_pattern",
  "layers_to_transform",
  "lora_dropout",
  "megatron_core",
  "peft_version",
  "qalora_group_size",
  "revision",
  "runtime_config",
  "target_modules",
  "task_type",
];

/** Initialisations that leave the base weights alone; PiSSA, OLoRA, CorDA and LoftQ change them. */
const PLAIN_INITIALISATIONS: readonly unknown[] = [true, "gaussian", "eva", "orthogonal"];

const KEY = /^base_model\.model\.(model\.layers\.(\d+)\.([\w.]+))\.lora_([AB])\.weight$/;

/**
 * Reads `adapter_config.json` and `adapter_model.safetensors`.
 *
 * @throws {UsageError} If a file is missing or truncated, the adapter is not a
 * plain LoRA, or it does not fit the checkpoint.
 */
export async function loadAdapter(dir: string, checkpoint: Checkpoint): Promise<Adapter> {
  const fail = (why: string): never => {
    throw new UsageError(`Cannot use the adapter in "${dir}": ${why}`);
  };
  let config: Record<string, unknown>;
  if (!await exists(dir)) return fail("the folder does not exist");
  try {
    config = JSON.parse(await Deno.readTextFile(`${dir}/adapter_config.json`));
  } catch {
    return fail("adapter_config.json is missing or is not JSON");
  }
  if (typeof config !== "object" || config === null) {
    return fail("adapter_config.json holds no object");
  }
  const { r, lora_alpha: alpha } = config;
  if (config.peft_type !== "LORA") return fail(`its peft_type is ${config.peft_type}, not LORA`);
  for (const [key, value] of Object.entries(config)) {
    if (READ_OR_HARMLESS.includes(key) || turnsNothingOn(key, value)) continue;
    return fail(`it has ${key} ${JSON.stringify(value).slice(0, 60)}, which is not supported`);
  }
  if (typeof r !== "number" || typeof alpha !== "number") return fail("r or lora_alpha is missing");

  const halves = new Map<string, { a?: Float32Array; b?: Float32Array; rank: number }>();
  const modules = new Set<LinearModule>();
  for (const [key, entry] of await readSafetensorsHeader(`${dir}/adapter_model.safetensors`)) {
    const [, name, , module, side] = key.match(KEY) ?? [];
    if (!name || !isLinearModule(module)) return fail(`it adapts "${key}", which is not supported`);
    const weight = checkpoint.tensors.get(`${name}.weight`);
    if (!weight) return fail(`it is an adapter of another model: the base has no "${name}"`);
    const [out, inner] = weight.shape;
    const expected = side === "A" ? [r, inner] : [out, r];
    if (entry.shape.join() !== expected.join()) {
      return fail(
        `it is an adapter of another model: "${key}" has shape [${entry.shape}], ` +
          `the base needs [${expected}]`,
      );
    }
    const pair = halves.get(name) ?? { rank: r };
    pair[side === "A" ? "a" : "b"] = await readTensor(entry);
    halves.set(name, pair);
    modules.add(module);
  }
  if (halves.size === 0) return fail("it holds no LoRA weights");
  const factors = new Map<string, LoraFactors>();
  for (const [name, { a, b, rank }] of halves) {
    if (!a || !b) return fail(`"${name}" has only one of its two factors`);
    factors.set(name, { a, b, rank });
  }
  const scaling = alpha / (config.use_rslora ? Math.sqrt(r) : r);
  return { dir, scaling, modules: LINEAR_MODULES.filter((m) => modules.has(m)), factors };
}

/** The names of the linear layers that the modules stand for, layer by layer. */
export function adaptedLayers(checkpoint: Checkpoint, modules: readonly LinearModule[]): string[] {
  const names: string[] = [];
  for (let layer = 0; layer < checkpoint.config.layers; layer++) {
    for (const module of modules) names.push(layerTensor(layer, module).replace(/\.weight$/, ""));
  }
  return names;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

function turnsNothingOn(key: string, value: unknown): boolean {
  if (key === "bias") return value === "none";
  if (key === "init_lora_weights") return value === false || PLAIN_INITIALISATIONS.includes(value);
  if (value === null || value === false) return true;
  return typeof value === "object" && Object.keys(value!).length === 0;
}

function isLinearModule(module: string | undefined): module is LinearModule {
  return LINEAR_MODULES.some((name) => name === module);
}
