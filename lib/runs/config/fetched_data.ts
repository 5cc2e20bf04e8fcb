import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fromRoot, listed, UsageError } from "../../ground/mod.ts";
import type { StudyConfig } from "./study_config.ts";

/** Where `fetch` unpacks each data set unless it is told otherwise, below the project. */
export const FETCHED_DATA = { spider: "spider_db/spider", mmlu: "mmlu_db/mmlu" } as const;

/** A data set that `fetch` unpacks. */
export type FetchedSet = keyof typeof FETCHED_DATA;

const NAMES: Readonly<Record<FetchedSet, string>> = { spider: "Spider", mmlu: "MMLU" };

/**
 * Looks whether Spider and MMLU are where a study has them; data under another name say themselves
 * what they lack.
 *
 * @param sets Those that are read; both if left out.
 * @throws {UsageError} If one is not there, with what brings it and what names it.
 */
export function refuseMissingData(
  config: StudyConfig,
  sets: readonly FetchedSet[] = ["spider", "mmlu"],
): void {
  const missing = sets.filter((set) => basename(config[set].path) === set)
    .map((set) => ({ set, path: fromRoot(config[set].path) }))
    .filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  throw new UsageError(
    `Cannot load ${listed(missing.map(({ set }) => NAMES[set]))}: there is no file or folder ` +
      `${listed(missing.map(({ path }) => path))}: ` +
      `deno task lab fetch ${missing.map(({ set }) => `--${set} SOURCE`).join(" ")} brings ` +
      `${missing.length === 1 ? "it" : "them"} to ` +
      `${listed(missing.map(({ set }) => FETCHED_DATA[set]))}, and --data-root DIR names the ` +
      "folder that holds your spider/ and mmlu/",
  );
}

/**
 * A recorded study whose copy of Spider or MMLU lay where there is none here, on the one that `fetch`
 * has unpacked, where there is one. What was not called `spider` or `mmlu` is not one of them and
 * stays; whether the files are those that were asked is for the caller to check.
 *
 * @param config As a summary has it.
 * @param isHere Whether something is at a path, below the project where it is relative.
 */
export function withFetchedData(
  config: StudyConfig,
  isHere = (path: string): boolean => existsSync(fromRoot(path)),
): StudyConfig {
  const isFetched = (name: FetchedSet): boolean =>
    basename(config[name].path) === name && !isHere(config[name].path) &&
    isHere(FETCHED_DATA[name]);
  const { database: _database, ...spider } = config.spider;
  return {
    ...config,
    ...isFetched("spider") && { spider: { ...spider, path: FETCHED_DATA.spider } },
    ...isFetched("mmlu") && { mmlu: { ...config.mmlu, path: FETCHED_DATA.mmlu } },
  };
}
