import { canonicalJson, UsageError } from "../../ground/mod.ts";
import { type NameMatcher, targetMatcher } from "./adapter_targets.ts";
import { MERGE_IT } from "./merge_advice.ts";
import { type NamePattern, pythonRegExp } from "./python_regexp.ts";

/** What an `adapter_config.json` says of each layer, checked. Layers are named as in the base model: `model.layers.0.self_attn.q_proj`. */
export interface AdapterConfig {
  /** Rank of a layer's factors: its `rank_pattern`, or `r`. */
  rankOf(layer: string): number;
  /** Factor that PEFT puts on a layer's product: `alpha / rank`, with rsLoRA `alpha / sqrt(rank)`. */
  scalingOf(layer: string): number;
  /** Whether a layer of this name is one that the adapter changes. */
  readonly targets: NameMatcher;
  /** Whether each layer has a magnitude a row (DoRA). */
  readonly dora: boolean;
  /** Whether each layer has a bias beside its second factor. */
  readonly loraBias: boolean;
  /** Which of the base model's own biases it was trained with: where it has some, they changed. */
  readonly baseBiases: "none" | "all" | "lora_only";
  /** The base model that it names: an id of the hub, or a folder of the machine that it was trained on. */
  readonly baseModel?: string;
  /** Canonical JSON of all that changes what the adapter computes. */
  readonly identity: string;
}

/** Keys that are computed, or have no say in what the adapter computes once it is trained. */
const READ_OR_HARMLESS = [
  "peft_type",
  "r",
  "lora_alpha",
  "use_rslora",
  "rank_pattern",
  "alpha_pattern",
  "use_dora",
  "lora_bias",
  "target_modules",
  "exclude_modules",
  "layers_pattern",
  "layers_to_transform",
  "auto_mapping",
  "base_model_name_or_path",
  "inference_mode",
  "lora_dropout",
  "megatron_core",
  "peft_version",
  "qalora_group_size",
  "revision",
  "runtime_config",
  "task_type",
  // settings of initialisations: init_lora_weights says whether one took place
  "corda_config",
  "eva_config",
  "lora_ga_config",
  "loftq_config",
];

/** Initialisations that leave the base weights alone; PiSSA, OLoRA, CorDA, LoRA-GA and LoftQ change them. */
const PLAIN_INITIALISATIONS: readonly unknown[] = [
  true,
  false,
  null,
  "gaussian",
  "eva",
  "orthogonal",
  "mica",
];

/** Kinds of adapters that are tokens, not weights: nothing can be merged. */
const PROMPT_KINDS = /PROMPT|PREFIX|P_TUNING|CPT/;
/** Keys whose effect depends on the prompt, so that no merged weights equal it. */
const DEPENDS_ON_PROMPT = ["alora_invocation_tokens", "arrow_config"];

/** An adapter that cannot be used, as one line. */
export function adapterFault(dir: string, why: string): UsageError {
  return new UsageError(`Cannot use the adapter in "${dir}": ${why}`);
}

/**
 * Reads and checks `adapter_config.json`.
 *
 * Patterns are matched as PEFT does it: the first key of `rank_pattern` (or
 * `alpha_pattern`) that fits the end of a layer's name, from one of its dots on.
 *
 * @param modelType The base model's `model_type`, for an adapter that names no target modules.
 * @throws {UsageError} If it is missing, is not JSON, or asks for something that is not computed here.
 *
 * Source: PEFT 0.21.2, `utils/other.py` (`get_pattern_key`) and `tuners/lora/config.py`.
 */
export async function readAdapterConfig(dir: string, modelType: string): Promise<AdapterConfig> {
  const fields = await readAdapterFields(dir);
  const config = inFolder(dir, () => {
    checkKind(fields);
    return parseFields(fields, modelType);
  });
  return {
    ...config,
    rankOf: (layer) => inFolder(dir, () => config.rankOf(layer)),
    scalingOf: (layer) => inFolder(dir, () => config.scalingOf(layer)),
    targets: (name) => inFolder(dir, () => config.targets(name)),
  };
}

/**
 * Checks as much of `adapter_config.json` as can be told without its base model.
 *
 * @throws {UsageError} If it is missing, is not JSON, or is of a kind that is not computed here.
 */
export async function checkAdapterSettings(dir: string): Promise<void> {
  const fields = await readAdapterFields(dir);
  inFolder(dir, () => checkKind(fields));
}

function inFolder<T>(dir: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw adapterFault(dir, error.message);
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function parseFields(fields: Fields, modelType: string): AdapterConfig {
  const rank = fields.r;
  const alpha = fields.lora_alpha;
  if (rank === undefined || alpha === undefined) throw new RangeError("r or lora_alpha is missing");
  if (!isRank(rank)) throw new RangeError(`its r is ${shown(rank)}, not a positive whole number`);
  if (!isNumber(alpha)) throw new RangeError(`its lora_alpha is ${shown(alpha)}, not a number`);
  const ranks = patterns(fields, "rank_pattern", isRank);
  const alphas = patterns(fields, "alpha_pattern", isNumber);
  const rsLora = flag(fields, "use_rslora");
  const dora = flag(fields, "use_dora");
  const loraBias = flag(fields, "lora_bias");
  if (dora && loraBias) throw new RangeError("it has use_dora with lora_bias, which PEFT refuses");
  const rankOf = (layer: string): number => firstMatch(ranks, layer) ?? rank;
  const base = fields.base_model_name_or_path;
  return {
    rankOf,
    scalingOf(layer): number {
      const own = rankOf(layer);
      return (firstMatch(alphas, layer) ?? alpha) / (rsLora ? Math.sqrt(own) : own);
    },
    targets: targetMatcher(fields, modelType),
    dora,
    loraBias,
    baseBiases: fields.bias === "all" || fields.bias === "lora_only" ? fields.bias : "none",
    ...(typeof base === "string" && base !== "" ? { baseModel: base } : {}),
    identity: canonicalJson({
      rank,
      alpha,
      rsLora,
      dora,
      loraBias,
      // the order of patterns counts, that of target modules does not
      ranks: ranks.map(({ key, value }) => [key, value]),
      alphas: alphas.map(({ key, value }) => [key, value]),
      targets: sorted(fields.target_modules),
      excluded: sorted(fields.exclude_modules),
      layers: sorted(fields.layers_to_transform),
      layersPattern: sorted(fields.layers_pattern),
    }),
  };
}

/**
 * The content of `adapter_config.json`, unchecked.
 *
 * @throws {UsageError} If it is missing, cannot be read, is not JSON or holds no object.
 */
export async function readAdapterFields(dir: string): Promise<Fields> {
  const folder = await Deno.stat(dir).catch(() => undefined);
  if (!folder) throw adapterFault(dir, "the folder does not exist");
  if (!folder.isDirectory) throw adapterFault(dir, "it is a file, not a folder");
  let fields: unknown;
  try {
    fields = JSON.parse(await Deno.readTextFile(`${dir}/adapter_config.json`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw adapterFault(dir, `adapter_config.json is missing${await whereItMayBe(dir)}`);
    }
    if (error instanceof SyntaxError) throw adapterFault(dir, "adapter_config.json is not JSON");
    throw adapterFault(dir, `adapter_config.json cannot be read: ${(error as Error).message}`);
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw adapterFault(dir, "adapter_config.json holds no object");
  }
  return fields as Fields;
}

/** PEFT saves an adapter that has a name of its own into a folder of that name. */
async function whereItMayBe(dir: string): Promise<string> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    if (!isDirectory) continue;
    const config = Deno.stat(`${dir}/${name}/adapter_config.json`);
    if (await config.then(() => true, () => false)) found.push(`"${dir}/${name}"`);
  }
  if (found.length === 0) return "";
  const listed = found.sort().slice(0, 5).join(", ");
  return found.length === 1
    ? `; there is an adapter in its folder ${listed}: give that`
    : `; there are adapters in its folders ${listed}: give one of them`;
}

function checkKind(fields: Fields): void {
  const kind = String(fields.peft_type);
  if (kind !== "LORA") {
    const advice = PROMPT_KINDS.test(kind) || kind === "undefined" ? "" : `: ${MERGE_IT}`;
    throw new RangeError(`its peft_type is ${kind}, not LORA${advice}`);
  }
  for (const [key, value] of Object.entries(fields)) {
    if (READ_OR_HARMLESS.includes(key) || turnsNothingOn(key, value)) continue;
    const has = `it has ${key} ${shown(value)}, which`;
    if (key === "init_lora_weights") {
      throw new RangeError(
        `${has} changes the base model's weights, which is not supported: save it as a plain ` +
          `LoRA with path_initial_model_for_weight_conversion, or ${MERGE_IT}`,
      );
    }
    const advice = DEPENDS_ON_PROMPT.includes(key) ? "" : `: ${MERGE_IT}`;
    throw new RangeError(`${has} is not supported${advice}`);
  }
}

function turnsNothingOn(key: string, value: unknown): boolean {
  // a base model without biases has none to train; the others are refused when it is known
  if (key === "bias") return ["none", "all", "lora_only"].includes(value as string);
  if (key === "init_lora_weights") return PLAIN_INITIALISATIONS.includes(value);
  if (value === null || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

interface Pattern {
  readonly key: string;
  readonly matches: NamePattern;
  readonly value: number;
}

function patterns(
  fields: Fields,
  name: string,
  isValue: (value: unknown) => value is number,
): Pattern[] {
  const given = fields[name] ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    throw new RangeError(`its ${name} is ${shown(given)}, not an object`);
  }
  return Object.entries(given).map(([key, value]) => {
    if (!isValue(value)) throw new RangeError(`its ${name} has ${shown(value)} for ${shown(key)}`);
    try {
      return { key, value, matches: pythonRegExp(String.raw`(.*\.)?(${key})$`) };
    } catch (error) {
      throw new RangeError(
        `its ${name} has the expression ${shown(key)}: ${(error as Error).message}: ${MERGE_IT}`,
      );
    }
  });
}

function firstMatch(list: readonly Pattern[], layer: string): number | undefined {
  return list.find(({ matches }) => matches.test(layer))?.value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === "boolean") return value;
  throw new RangeError(`its ${name} is ${shown(value)}, not true or false`);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isRank(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value) && value > 0;
}

/** A list in one order; null for what is not there. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value ?? null;
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? "undefined";
  return json.length > 60 ? `${json.slice(0, 60)}...` : json;
}
