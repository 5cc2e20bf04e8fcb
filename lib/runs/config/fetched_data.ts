import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fromRoot } from "../../ground/mod.ts";
import type { StudyConfig } from "./study_config.ts";

/** Where `fetch` unpacks each data set unless it is told otherwise, below the project. */
export const FETCHED_DATA = { spider: "spider_db/spider", mmlu: "mmlu_db/mmlu" } as const;

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
  const isFetched = (name: keyof typeof FETCHED_DATA): boolean =>
    basename(config[name].path) === name && !isHere(config[name].path) &&
    isHere(FETCHED_DATA[name]);
  const { database: _database, ...spider } = config.spider;
  return {
    ...config,
    ...isFetched("spider") && { spider: { ...spider, path: FETCHED_DATA.spider } },
    ...isFetched("mmlu") && { mmlu: { ...config.mmlu, path: FETCHED_DATA.mmlu } },
  };
}
