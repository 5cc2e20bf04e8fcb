import { join } from "node:path";
import { z } from "zod";
import {
  checkOutputFolder,
  explainWriteError,
  parseJson,
  readTextFile,
  REPOSITORY_ROOT,
  TEXT,
  UsageError,
  writeAtomic,
} from "../ground/mod.ts";
import { configHash, identityOf, recordedConfig } from "./config/config.ts";
import { MEASURE_SETTING_KEYS } from "./measures/measures.ts";
import type { StudyConfig } from "./config/study_config.ts";

/** The file of a results folder that says which study it is for. */
const RUN_FILE = "run.json";

const ANYTHING = z.record(z.string(), z.unknown());

/** What {@linkcode RUN_FILE} says: which study the folder is for. */
const CLAIM = z.object({
  /** `configHash` of the config and the inputs. */
  hash: TEXT,
  /** The effective config, as `recordedConfig` gives it; that of another version as well. */
  config: ANYTHING,
  /** Hashes of what the study reads, by name. */
  inputs: ANYTHING.default({}),
});

type Claim = z.output<typeof CLAIM>;

/** Options of {@linkcode claimRun}. */
export interface ClaimRunOptions {
  /** The folder for the results; `results/<name of the study>` of this repository if left out. */
  readonly out?: string;
  /** Hashes of what the study reads (data files, model), by name: part of its identity. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Whether the folder is only looked at, and not taken: nothing is written. */
  readonly lookOnly?: boolean;
}

/** A folder that holds the results of one study and of no other. */
export interface ClaimedRun {
  /** The folder; it exists, unless it was only looked at. */
  readonly folder: string;
  /** The hash of config and inputs. */
  readonly hash: string;
  /** Whether it was there already, from the same study. */
  readonly resumed: boolean;
}

/**
 * Takes a folder for a study's results, or takes it up again: `run.json` in it says which config
 * and which inputs it is for.
 *
 * @throws {UsageError} If the folder is another study's; the message says in what they differ.
 */
export function claimRun(config: StudyConfig, options: ClaimRunOptions = {}): ClaimedRun {
  const { out = defaultFolder(config), inputs = {}, lookOnly = false } = options;
  const path = join(out, RUN_FILE);
  const hash = configHash(config, inputs);
  const claim = { hash, config: { ...recordedConfig(config) }, inputs };
  if (isFile(path)) {
    const earlier = readClaim(path);
    const difference = firstDifference(earlier, claim);
    if (difference === undefined && earlier.hash === hash) {
      return { folder: out, hash, resumed: true };
    }
    throw otherRun(out, difference ?? "its record");
  }
  refuseForeign(out);
  if (!lookOnly) writeAtomic(path, `${JSON.stringify(claim, null, 2)}\n`);
  return { folder: out, hash, resumed: false };
}

/**
 * Refuses a folder that {@linkcode claimRun} would refuse, as far as that can be told before the
 * model is here: it cannot be written to, or is of another study by its config or its data. Nothing
 * is made.
 *
 * @param options `inputs` are the hashes that are known already.
 * @throws {UsageError} As `claimRun` does.
 */
export function checkRunFolder(config: StudyConfig, options: ClaimRunOptions = {}): void {
  const { out = defaultFolder(config), inputs = {} } = options;
  checkOutputFolder(out);
  const path = join(out, RUN_FILE);
  if (!isFile(path)) return refuseForeign(out);
  const { config: before, inputs: all } = readClaim(path);
  const known = Object.fromEntries(Object.keys(inputs).map((name) => [name, all[name]]));
  const difference = firstDifference(
    { config: unpinned(before), inputs: known },
    { config: unpinned({ ...recordedConfig(config) }), inputs },
  );
  if (difference !== undefined) throw otherRun(out, difference);
}

/**
 * The name of the study that {@linkcode claimRun} took a folder for; `undefined` where it took none.
 *
 * @throws {UsageError} If what is there is no record of a run.
 */
export function claimedName(folder: string): string | undefined {
  const path = join(folder, RUN_FILE);
  if (!isFile(path)) return undefined;
  const { name } = readClaim(path).config;
  if (typeof name === "string") return name;
  throw noRecord(path);
}

/** Named as the study, without a date, so that it can resume. */
function defaultFolder({ name }: StudyConfig): string {
  return join(REPOSITORY_ROOT, "results", name);
}

/** A config without the model's revision: the commit of a branch is known once the hub is asked. */
function unpinned({ model, ...config }: Claim["config"]): Claim["config"] {
  return { ...config, model: { ...model as object, revision: undefined } };
}

/**
 * Refuses a folder with files of something else, which results would be written over: a study's
 * folder has answers, and one that becomes a study's may hold adapters that were put there.
 */
function refuseForeign(out: string): void {
  let names: string[];
  try {
    names = [...Deno.readDirSync(out)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw explainWriteError(error, out);
  }
  if (names.includes("samples")) return;
  const foreign = names.filter((name) => name !== "training").sort();
  if (foreign.length === 0) return;
  throw new UsageError(
    `Cannot write to ${out}: it has files of something else (${foreign.slice(0, 3).join(", ")}` +
      `${
        foreign.length > 3 ? ", ..." : ""
      }) and no record of a run: give another folder with --out`,
  );
}

function otherRun(out: string, where: string): UsageError {
  return new UsageError(
    `Cannot write to ${out}: it holds a run that differs in ${where}: give another folder ` +
      `with --out, or delete this one`,
  );
}

function readClaim(path: string): Claim {
  const claim = CLAIM.safeParse(parseJson(readTextFile(path), path));
  if (claim.success) return claim.data;
  throw noRecord(path);
}

function noRecord(path: string): UsageError {
  return new UsageError(
    `Cannot use ${path}: it is no record of a run: give another folder with --out, or delete it ` +
      "and keep the answers beside it",
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw explainWriteError(error, path);
  }
}

/** What results are of, as they say it themselves. */
export interface RecordedSources {
  /** The effective config, as `recordedConfig` gives it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Hashes of what was read, by name. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * The first place at which what two results are of differs, with both values if they are short;
 * `undefined` if they are of the same. Where data and model lie on a machine is no difference: what
 * they contain is.
 */
export function sourcesDifference(
  earlier: RecordedSources,
  now: RecordedSources,
): string | undefined {
  return firstDifference(
    { config: placeless(earlier.config), inputs: earlier.inputs },
    { config: placeless(now.config), inputs: now.inputs },
  );
}

function placeless(config: RecordedSources["config"]): Claim["config"] {
  const parts = ["model", ...Object.keys(MEASURE_SETTING_KEYS)].flatMap((part) => {
    if (config[part] === undefined) return [];
    const { path: _path, ...rest } = config[part] as Readonly<Record<string, unknown>>;
    return [[part, rest]];
  });
  return { ...config, ...Object.fromEntries(parts) };
}

/** The first place at which the two claims differ, with both values if they are short. */
function firstDifference(
  earlier: Omit<Claim, "hash">,
  now: Omit<Claim, "hash">,
): string | undefined {
  const inConfig = differenceBelow(identityOf(earlier.config), identityOf(now.config), "");
  if (inConfig !== undefined) return inConfig;
  const inInputs = differenceBelow(earlier.inputs, now.inputs, "");
  return inInputs && `input ${inInputs}`;
}

function differenceBelow(a: unknown, b: unknown, path: string): string | undefined {
  if (JSON.stringify(a) === JSON.stringify(b)) return undefined;
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const at = path === "" ? key : `${path}.${key}`;
      const difference = differenceBelow(a[key], b[key], at);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return `"${path}" (${brief(a)} there, ${brief(b)} now)`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function brief(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > 40 ? `${json.slice(0, 37)}...` : json;
}
