import { existsSync } from "node:fs";
import { adapterFault } from "./adapter_config.ts";
import { MERGE_IT } from "./merge_advice.ts";
import { readSafetensorsHeader, readTensor, type TensorEntry } from "./safetensors.ts";

/** What one tensor of an adapter's file is to its layer. */
export type AdapterPart = "a" | "b" | "bias" | "magnitude";

/** Where the tensors of an adapter's layers lie, by the layer's name, in the order of the file. */
export type AdapterTensors = ReadonlyMap<string, ReadonlyMap<AdapterPart, NamedEntry>>;

/** A tensor of an adapter's file with its name there. */
export interface NamedEntry {
  /** Its name in the file. */
  readonly key: string;
  /** Where it lies. */
  readonly entry: TensorEntry;
}

const PREFIX = "base_model.model.";
/**
 * The names under which PEFT 0.21 finds a layer's tensors: as it saves them
 * itself, and with the name "default", which it gives to an adapter that it loads.
 */
const PARTS: readonly (readonly [AdapterPart, RegExp])[] = [
  ["a", /^(.+)\.lora_A(?:\.default)?\.weight$/],
  ["b", /^(.+)\.lora_B(?:\.default)?\.weight$/],
  ["bias", /^(.+)\.lora_B(?:\.default)?\.bias$/],
  ["magnitude", /^(.+)\.lora_magnitude_vector(?:(?:\.default)?\.weight)?$/],
];
const NAMED = /\.lora_(?:A|B|magnitude_vector)\.(?!(?:weight|bias)$)([^.]+)/;

/**
 * Finds the tensors of an adapter in `adapter_model.safetensors`. Reads the file's header only.
 *
 * @throws {UsageError} If the file is missing or damaged, or holds a tensor that is no part of a LoRA.
 */
export async function findAdapterTensors(dir: string): Promise<AdapterTensors> {
  const file = `${dir}/adapter_model.safetensors`;
  if (!existsSync(file) && existsSync(`${dir}/adapter_model.bin`)) {
    throw adapterFault(dir, `it has adapter_model.bin only: convert it with ${conversion(dir)}`);
  }
  const layers = new Map<string, Map<AdapterPart, NamedEntry>>();
  for (const [key, entry] of await readSafetensorsHeader(file)) {
    const [layer, part] = parseKey(key) ?? [];
    if (!layer || !part) throw adapterFault(dir, whyNot(key));
    const parts = layers.getOrInsertComputed(layer, () => new Map<AdapterPart, NamedEntry>());
    const other = parts.get(part);
    if (other) {
      throw adapterFault(dir, `it has both ${shown(other.key)} and ${shown(key)}: leave one out`);
    }
    parts.set(part, { key, entry });
  }
  return layers;
}

/**
 * Reads a tensor as float32.
 *
 * @throws {UsageError} If a value is not finite: no number that the adapter computes would be one.
 */
export async function readFinite(
  dir: string,
  { key, entry }: NamedEntry,
): Promise<Float32Array> {
  const values = await readTensor(entry);
  if (!isFinite(values)) {
    throw adapterFault(
      dir,
      `the adapter holds a value that is not finite: ${key}; ` +
        "its training diverged or the file is damaged",
    );
  }
  return values;
}

/** Whether all values are finite numbers. */
export function isFinite(values: Float32Array): boolean {
  // 0 for each finite value, NaN for any other, and NaN stays
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}

function parseKey(key: string): [layer: string, part: AdapterPart] | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  for (const [part, pattern] of PARTS) {
    const layer = key.slice(PREFIX.length).match(pattern)?.[1];
    if (layer) return [layer, part];
  }
  return undefined;
}

function whyNot(key: string): string {
  const name = key.match(NAMED)?.[1];
  if (name && name !== "default") {
    return `${shown(key)} is named for the adapter ${shown(name)}, and PEFT does not load it ` +
      `so: take ".${name}" out of the names of its tensors`;
  }
  if (!key.startsWith(PREFIX)) {
    return `it has the tensor ${shown(key)}, and PEFT loads only names that begin with ${PREFIX}`;
  }
  return key.includes("lora_")
    ? `it adapts ${shown(key)}, which is not supported: ${MERGE_IT}`
    : `it replaces ${shown(key.slice(PREFIX.length))} of the base model (modules_to_save, or a ` +
      `resized vocabulary), which is not supported: ${MERGE_IT}`;
}

/** A command that writes the same tensors as safetensors; loads nothing but tensors. */
function conversion(dir: string): string {
  const code = "import sys, torch; from safetensors.torch import save_file; d = sys.argv[1]; " +
    "t = torch.load(d + '/adapter_model.bin', map_location='cpu', weights_only=True); " +
    "save_file({k: v.clone().contiguous() for k, v in t.items()}, " +
    "d + '/adapter_model.safetensors', {'format': 'pt'})";
  return `python -c "${code}" '${dir.replaceAll("'", `'\\''`)}'`;
}

/** A name from a file, between quotes. */
export function shown(name: string): string {
  return JSON.stringify(name);
}
