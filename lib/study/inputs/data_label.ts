import { resolve } from "node:path";
import { fromRoot, realPath, REPOSITORY_ROOT } from "../../ground/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";

/** What every number of the embedded samples is labelled. */
const SAMPLE_LABEL = "sample";

const SAMPLES = ["spider_db/sample", "mmlu_db/sample"].map((path) => `${REPOSITORY_ROOT}/${path}`);

/**
 * The study with the label that its data call for: numbers of the embedded
 * samples are labelled "sample" where the config has no label, and numbers of
 * other data never are. Other labels are the config's own.
 *
 * @param paths The data that numbers come from, as the config names them.
 */
export function dataLabel(config: StudyConfig, paths: readonly string[]): StudyConfig {
  const samples = SAMPLES.map(realPath);
  const isSample = paths.some((path) => samples.includes(realPath(resolve(fromRoot(path)))));
  const { label, ...rest } = config;
  if (isSample) return { ...rest, label: label ?? SAMPLE_LABEL };
  return label === SAMPLE_LABEL ? rest : config;
}
