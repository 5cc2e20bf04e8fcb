import type { StudyConfig } from "../runs/mod.ts";
import { ensureModel, ensureSample } from "../setup/mod.ts";
import { openInputs, type StudyInputs } from "./inputs.ts";
import { openStudyFolder, type StudyFolder } from "./run_study.ts";
import type { Progress } from "../runs/progress.ts";

/** A study that is ready to run: its inputs, and its results folder taken. */
export interface OpenStudy {
  readonly inputs: StudyInputs;
  readonly folder: StudyFolder;
}

/**
 * Makes ready what a study needs beside Python, opens and checks it, and takes
 * its results folder.
 *
 * @param out The results folder; `results/<name>` when left out.
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openStudy(
  config: StudyConfig,
  { out, progress }: { readonly out?: string | undefined; readonly progress: Progress },
): Promise<OpenStudy> {
  await ensureSample(config, progress);
  const model = await ensureModel(config, progress);
  const inputs = await openInputs(model.config, model.dir);
  for (const { dbId, examples } of inputs.spider.missingDatabases) {
    progress.note(`missing database: ${dbId} (${examples} dev questions cannot be judged)`);
  }
  return { inputs, folder: openStudyFolder(inputs, out) };
}
