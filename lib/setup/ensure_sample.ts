import { buildSampleDatabases } from "../../spider_db/build_sample.ts";
import { fromRoot, type Progress, REPOSITORY_ROOT } from "../ground/mod.ts";

import { type StudyConfig } from "../runs/mod.ts";

/** The embedded text-to-SQL sample. */
export const SAMPLE_SPIDER_DIR = `${REPOSITORY_ROOT}/spider_db/sample`;

/** Builds the databases of the embedded sample from their text, where a study uses it. */
export async function ensureSample({ spider }: StudyConfig, progress: Progress): Promise<void> {
  if (fromRoot(spider.path) !== SAMPLE_SPIDER_DIR) return;
  const { built, reused } = await buildSampleDatabases(SAMPLE_SPIDER_DIR);
  progress.note(
    built.length > 0
      ? `built ${built.length} sample databases`
      : `reused ${reused.length} sample databases`,
  );
}
