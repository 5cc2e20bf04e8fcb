import { basename, isAbsolute, join, relative, resolve } from "node:path";
import {
  checkRecord,
  contentKey,
  fromRoot,
  parseJson,
  readTextFile,
  redactUrls,
  REPOSITORY_ROOT,
} from "../../ground/mod.ts";
import { MEASURE_SETTING_KEYS } from "../measures/measures.ts";
import { withNamedRecipes } from "./named_recipes.ts";
import { STUDY, type StudyConfig } from "./study_config.ts";

/** The settings of a measure that say where its data are. */
const DATA_PATHS: readonly string[] = ["path", "database"];

/**
 * Reads a study out of the text of its file: every key checked, defaults filled in.
 *
 * @param text JSON.
 * @param options `path` is the file's name for messages.
 * @throws {UsageError} If the text is not JSON or a key is unknown, missing, of the wrong type or
 * out of range. The message has the file, the key path and what is allowed.
 *
 * @example A typo is found and the right key named
 * ```ts
 * import { parseConfig } from "./config.ts";
 * import assert from "node:assert/strict";
 *
 * const text = '{ "name": "sample", "sede": 42 }';
 * assert.throws(() => parseConfig(text, { path: "config/mine.json" }), {
 *   name: "UsageError",
 *   message: 'Cannot use config/mine.json: unknown key "sede": did you mean "seed"?',
 * });
 * ```
 */
export function parseConfig(text: string, options: { readonly path: string }): StudyConfig {
  return validateConfig(parseJson(text, options.path), options);
}

/**
 * Checks a study that is an object already, such as one that flags have changed.
 *
 * @throws {UsageError} As {@linkcode parseConfig} does.
 */
export function validateConfig(value: unknown, options: { readonly path: string }): StudyConfig {
  return checkRecord(STUDY, withNamedRecipes(value, options), options.path);
}

/**
 * Reads a study's file.
 *
 * @param path The file, relative to the working directory.
 * @throws {UsageError} If it cannot be read, and as {@linkcode parseConfig} does.
 */
export function loadConfig(path: string): StudyConfig {
  return parseConfig(readTextFile(path), { path });
}

/**
 * The same study on the data below another folder: `dir/spider` and `dir/mmlu`.
 *
 * @param dir A folder, relative to the working directory as flags are; it becomes absolute.
 */
export function applyDataRoot(config: StudyConfig, dir: string): StudyConfig {
  const root = resolve(dir);
  const { database: _database, ...spider } = config.spider;
  return {
    ...config,
    spider: { ...spider, path: join(root, "spider") },
    mmlu: { ...config.mmlu, path: join(root, "mmlu") },
  };
}

/**
 * The study as it is written beside its results: paths below the repository relative to it, others
 * cut to their last name, so that a result says nothing of the machine that it was made on; the
 * server's address without user names, passwords and keys.
 */
export function recordedConfig(config: StudyConfig): StudyConfig {
  const { engine, model } = config;
  return {
    ...config,
    ...recordedSettings(config),
    engine: engine.url === undefined ? engine : { ...engine, url: redactUrls(engine.url) },
    model: model.path === undefined ? model : { ...model, path: recordedPath(model.path) },
    adapters: config.adapters.map((entry) => ({ ...entry, adapter: recordedPath(entry.adapter) })),
    models: config.models.map((entry) => ({ ...entry, path: recordedPath(entry.path) })),
  };
}

/** Every measure's settings with the paths of its data as they are recorded. */
function recordedSettings(config: StudyConfig): Partial<StudyConfig> {
  const measures = Object.keys(MEASURE_SETTING_KEYS) as (keyof typeof MEASURE_SETTING_KEYS)[];
  return Object.fromEntries(measures.flatMap((measure) => {
    const settings: Readonly<Record<string, unknown>> | undefined = config[measure];
    if (settings === undefined) return [];
    const recorded = Object.entries(settings).map(([key, value]) =>
      typeof value === "string" && DATA_PATHS.includes(key)
        ? [key, recordedPath(value)]
        : [key, value]
    );
    return [[measure, Object.fromEntries(recorded)]];
  }));
}

/**
 * What of a recorded study its results depend on: the label, the batch size and the server's address
 * and names are left out.
 */
export function identityOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { label: _label, engine, ...rest } = config;
  const { kind, device, weights } = (engine ?? {}) as Partial<StudyConfig["engine"]>;
  // studies from before there was a choice have no such key, and "stored" is what they had
  return {
    ...rest,
    engine: { kind, device, ...(weights === undefined || weights === "stored" ? {} : { weights }) },
  };
}

/**
 * A hash of all in a study that its results depend on ({@linkcode identityOf}). Where on this
 * machine data and model are is no part of it: what they contain is for the caller to add.
 *
 * @param inputs Hashes of what the study reads, by name.
 * @returns 64 hexadecimal digits.
 */
export function configHash(
  config: StudyConfig,
  inputs: Readonly<Record<string, string>> = {},
): string {
  return contentKey({ ...identityOf({ ...recordedConfig(config) }), inputs });
}

/**
 * A path as it is written beside results: relative to the repository if it is below it, else `.../`
 * and the last name of the place that it leads to, so that no private folder is named.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(recordedPath("/home/me/my_adapter/"), ".../my_adapter");
 * assert.equal(recordedPath("/home/me/my_adapter/checkpoints/.."), ".../my_adapter");
 * assert.equal(recordedPath("spider_db/sample"), "spider_db/sample");
 * ```
 */
export function recordedPath(path: string): string {
  const inside = relative(REPOSITORY_ROOT, fromRoot(path));
  const outside = inside.startsWith("..") || isAbsolute(inside);
  return outside ? `${ELSEWHERE}${basename(resolve(fromRoot(path)))}` : inside || ".";
}

/** What stands in a record for the folders of a place outside of the repository. */
const ELSEWHERE = ".../";

/** Why the place that a record names cannot be looked up; `undefined` where it can be. */
export function unrecordedPlace(path: string): string | undefined {
  return path.startsWith(ELSEWHERE) ? `where "${path}" lies is not recorded` : undefined;
}
