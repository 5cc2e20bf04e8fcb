import { resolve } from "node:path";
import { fromRoot, realPath, REPOSITORY_ROOT } from "../../ground/mod.ts";
import type { Gauge, StudyConfig } from "../../runs/mod.ts";

/** What every number of the embedded samples is labelled. */
const SAMPLE_LABEL = "sample";

/** The measures that have an embedded sample in the place of public data: its folder and its name. */
const SAMPLES = {
  sql: { folder: "spider_db/sample", key: "spider", name: "text-to-SQL" },
  mmlu: { folder: "mmlu_db/sample", key: "mmlu", name: "multiple choice" },
} as const;

/**
 * The study with the label that its data call for: numbers of the embedded samples are labelled
 * "sample" where the config has no label, and numbers of other data never are. Where some of the data
 * that are asked are a sample and others not, the label names those that are. Other labels are the
 * config's own.
 *
 * @param asked The measures that numbers come from; those of the config if left out.
 */
export function dataLabel(
  config: StudyConfig,
  asked: readonly Gauge[] = config.measures,
): StudyConfig {
  const { label, ...rest } = config;
  if (label !== undefined && label !== SAMPLE_LABEL) return config;
  const known = (["sql", "mmlu"] as const).filter((gauge) => asked.includes(gauge))
    .map((gauge) => SAMPLES[gauge]);
  const samples = known.filter(({ folder, key }) =>
    realPath(resolve(fromRoot(config[key].path))) === realPath(`${REPOSITORY_ROOT}/${folder}`)
  );
  if (samples.length === 0) return rest;
  if (samples.length === known.length) return { ...rest, label: SAMPLE_LABEL };
  return { ...rest, label: `${samples.map(({ name }) => name).join(", ")}: ${SAMPLE_LABEL}` };
}
