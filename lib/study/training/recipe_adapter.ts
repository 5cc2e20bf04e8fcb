import { existsSync, readdirSync } from "node:fs";
import { z } from "zod";
import {
  canonicalJson,
  checkRecord,
  parseJson,
  readTextFile,
  sha256Of,
  sha256OfFile,
  writeAtomic,
} from "../../ground/mod.ts";
import { ADAPTER_SETTING_KEYS, type AdapterSettings } from "../../runs/mod.ts";
import {
  generalOfFile,
  readTrainingManifest,
  type TrainingManifest,
  trainingManifestPath,
} from "./data/training_manifest.ts";
import { adapterAverage } from "./adapter_average.ts";
import type { OpenStudy } from "../open_study.ts";
import { trainings } from "../sweep/sweep_variants.ts";

/** Who made the adapter in a recipe's folder; `none` where there is none that is whole. */
export type AdapterOrigin = "none" | "here" | "elsewhere";

/** Files that an adapter of any program has. */
const ADAPTER_FILES = ["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"];

const WEIGHTS = "adapter_model.safetensors";
/** The files of an adapter that its answers depend on. */
export const ANSWERING_FILES = ["adapter_config.json", WEIGHTS] as const;

/** What the weights of a run were when it ended. */
const SEAL = "adapter.sha256";

/** All of an `adapter_config.json`. */
const FIELDS = z.looseObject({});

const SETTINGS = z.strictObject(ADAPTER_SETTING_KEYS);

type Json = Readonly<Record<string, unknown>>;

/**
 * Who made the adapter in a recipe's folder. An adapter is from here if the run's own record
 * (`config.json` and `loss.jsonl`) lies beside it, the adapter's settings are those that the record
 * says were trained, and its weights are those that {@linkcode sealAdapter} saw. All others are from
 * elsewhere, and are never written over. Weights that were taken away after they were seen leave the
 * adapter one from here: what it has answered stands.
 *
 * @param dir The recipe's folder; it need not be there.
 */
export function adapterOrigin(dir: string): AdapterOrigin {
  if (!ADAPTER_FILES.some((name) => existsSync(`${dir}/${name}`))) return "none";
  const run = trainingRecord(dir);
  if (run === undefined || !existsSync(`${dir}/loss.jsonl`)) return "elsewhere";
  const adapter = readObject(`${dir}/adapter_config.json`);
  if (adapter !== undefined && !agree(adapter, run)) return "elsewhere";
  const seal = sealOf(dir);
  if (!existsSync(`${dir}/${WEIGHTS}`)) return seal === undefined ? "none" : "here";
  return seal === undefined || seal === weightsHash(dir) ? "here" : "elsewhere";
}

/** Notes what the weights are that a training here has ended with, and those of its checkpoints. */
export function sealAdapter(dir: string): void {
  for (const folder of [dir, ...checkpointFolders(dir)]) {
    if (!existsSync(`${folder}/${WEIGHTS}`)) continue;
    writeAtomic(`${folder}/${SEAL}`, `${weightsHash(folder)}\n`);
  }
}

/** SHA-256 of the weights that {@linkcode sealAdapter} saw in a folder, here still or not. */
export function sealOf(dir: string): string | undefined {
  return existsSync(`${dir}/${SEAL}`) ? Deno.readTextFileSync(`${dir}/${SEAL}`).trim() : undefined;
}

/** Whether an adapter's weights were taken away after {@linkcode sealAdapter} saw them. */
export function weightsAreGone(dir: string): boolean {
  return !existsSync(`${dir}/${WEIGHTS}`) && sealOf(dir) !== undefined;
}

/** SHA-256 of a file of an adapter; of weights that were taken away, what they were. */
export async function adapterFileHash(dir: string, file: string): Promise<string> {
  const gone = file === WEIGHTS && weightsAreGone(dir);
  return gone ? sealOf(dir)! : await sha256OfFile(`${dir}/${file}`);
}

/**
 * Whether the run in a folder is what a plan asks for, to its end: nothing of it is to be done.
 *
 * @param plan The plan that would be given to the trainer.
 * @param data SHA-256 of the file that it would train on.
 */
export function isTrained(
  dir: string,
  { plan, data }: { readonly plan: object; readonly data: string | undefined },
): boolean {
  const seal = sealOf(dir);
  if (seal === undefined || data === undefined) return false;
  if (!weightsAreGone(dir) && seal !== weightsHash(dir)) return false;
  const before = readObject(`${dir}/plan.json`);
  return before !== undefined && settingsOf(before) === settingsOf({ ...plan }) &&
    trainingRecord(dir)?.data_sha256 === data;
}

/** A plan without where its files lie: a study's folder may be copied or moved. */
function settingsOf({ data: _data, out: _out, ...settings }: Json): string {
  return canonicalJson(settings);
}

/** The folders of the adapters that a training saved before its last, in the order of its steps. */
export function checkpointFolders(dir: string): string[] {
  const saved = `${dir}/checkpoints`;
  const names = existsSync(saved)
    ? readdirSync(saved).filter((name) => name.startsWith("step-"))
    : [];
  return names.sort().map((name) => `${saved}/${name}`);
}

function weightsHash(dir: string): string {
  return sha256Of(Deno.readFileSync(`${dir}/${WEIGHTS}`));
}

/**
 * The settings of an adapter as its own `adapter_config.json` has them; the learning rate and the
 * weight of the divergence are those of its training's record, the general records those of the file
 * that the record says was trained on. They are unknown for an adapter from elsewhere; of one that
 * is a mean, the adapters are known that it is the mean of.
 *
 * @param dir The folder of an adapter that loads.
 * @param data What the study's training data are, if there are any.
 * @throws {UsageError} If `adapter_config.json` is not there or damaged, as one that was changed since
 * the adapter was loaded may be, or the record of a mean beside it is damaged, or of other weights.
 */
export function adapterSettings(
  dir: string,
  data?: Pick<TrainingManifest, "files" | "general">,
): AdapterSettings {
  const path = `${dir}/adapter_config.json`;
  const config: Json = checkRecord(FIELDS, parseJson(readTextFile(path), path), path);
  const trained = adapterOrigin(dir) === "here" ? "here" : "elsewhere";
  const run = trained === "here" ? trainingRecord(dir) ?? {} : {};
  const averageOf = trained === "here" ? undefined : adapterAverage(dir);
  const { learning_rate: rate, kl_weight: klWeight } = run;
  const file = Object.values(data?.files ?? {}).find(({ sha256 }) => sha256 === run.data_sha256);
  const general = file && generalOfFile(file, data?.general);
  const ranks = numbers(config.rank_pattern);
  const alphas = numbers(config.alpha_pattern);
  return checkRecord(SETTINGS, {
    trained,
    ...(averageOf ? { averageOf } : {}),
    rank: config.r,
    alpha: config.lora_alpha,
    dropout: typeof config.lora_dropout === "number" ? config.lora_dropout : null,
    targetModules: [config.target_modules ?? []].flat().map(String).sort(),
    learningRate: typeof rate === "number" ? rate : null,
    rsLora: config.use_rslora === true,
    dora: config.use_dora === true,
    ...(ranks ? { rankPattern: ranks } : {}),
    ...(alphas ? { alphaPattern: alphas } : {}),
    ...(typeof klWeight === "number" && klWeight > 0 ? { klWeight } : {}),
    ...(general ? { general } : {}),
  }, path);
}

/** The adapters that are in a study's folder already, by recipe. */
export function recipeAdapters({ inputs, folder }: OpenStudy): Record<string, AdapterSettings> {
  const data = readTrainingManifest(trainingManifestPath(folder.sftData));
  const dirs = trainings(inputs.config)
    .map(({ name, recipe }) => [name, folder.training(recipe)] as const)
    .filter(([, dir]) => adapterOrigin(dir) !== "none");
  return Object.fromEntries(dirs.map(([name, dir]) => [name, adapterSettings(dir, data)]));
}

/** What the trainer wrote of the run in a folder, if it was our trainer. */
function trainingRecord(dir: string): Json | undefined {
  const record = readObject(`${dir}/config.json`);
  const ours = typeof record?.learning_rate === "number" &&
    typeof record.data_sha256 === "string";
  return ours ? record : undefined;
}

/** Whether the adapter has the settings that the run trained. */
function agree(adapter: Json, run: Json): boolean {
  const asked = typeof run.target_modules === "string" && run.target_modules !== "all-linear"
    ? run.target_modules.split(",").map((name) => name.trim()).sort().join()
    : undefined;
  const has = Array.isArray(adapter.target_modules)
    ? adapter.target_modules.toSorted().join()
    : undefined;
  return adapter.r === run.rank && adapter.lora_alpha === run.alpha &&
    (adapter.lora_dropout ?? run.dropout) === run.dropout &&
    (asked === undefined || asked === has) &&
    Boolean(adapter.use_rslora) === Boolean(run.use_rslora) &&
    Boolean(adapter.use_dora) === Boolean(run.use_dora) &&
    // settings that our trainer never sets
    !adapter.lora_bias &&
    (adapter.modules_to_save ?? null) === null && (adapter.bias ?? "none") === "none" &&
    numbers(adapter.rank_pattern) === undefined && numbers(adapter.alpha_pattern) === undefined;
}

/** An object's numbers; undefined for none. */
function numbers(value: unknown): Record<string, number> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).filter(([, item]) => typeof item === "number");
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function readObject(path: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Deno.readTextFileSync(path));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Json
      : undefined;
  } catch {
    return undefined; // absent or damaged: it says nothing
  }
}
