import { checkRunFolder, GAUGES, refuseMissingData, type StudyConfig } from "../runs/mod.ts";
import { ensureModel, ensurePythonEnv, ensureSample } from "../setup/mod.ts";
import { proseNotes } from "./answers/answer_prose.ts";
import { dataLabel } from "./inputs/data_label.ts";
import { checkAdapterFolders, fetchHubAdapters } from "./inputs/hub_adapters.ts";
import { openDataInputs, openInputs, type StudyInputs } from "./inputs/inputs.ts";
import { MEASURES } from "./measures/measures.ts";
import { openStudyFolder, type StudyFolder, unnamedTrainings } from "./study_folder.ts";
import { trainings } from "./sweep/sweep_variants.ts";
import { trainingShortfalls } from "./inputs/shortfalls.ts";
import type { Progress } from "../ground/mod.ts";

/** A study that is ready to run: its inputs, and its results folder taken. */
export interface OpenStudy {
  /** All that it reads. */
  readonly inputs: StudyInputs;
  /** Where its files lie. */
  readonly folder: StudyFolder;
}

/** Options of {@linkcode openStudy}. */
export interface OpenStudyOptions {
  /** The results folder; `results/<name>` when left out. */
  readonly out?: string | undefined;
  /** Whether the study's recipes are to be trained: then Python is made ready too. */
  readonly training?: boolean;
  /** Whether only its plan is wanted: its results folder is looked at, not taken, and nothing is written. */
  readonly planOnly?: boolean;
  /** Whether its plan is made at once (see {@linkcode openInputs}). */
  readonly plans?: boolean;
  /** Is told what is made ready. */
  readonly progress: Progress;
  /** Stops a download of the model or an adapter; what has arrived is kept for the next one. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes ready what a study needs, opens and checks it, and takes its results
 * folder. What is quickly looked at comes first: the folders of adapters, the data, then the results
 * folder, then Python's packages, adapters of the hub and the model, which may have to be downloaded.
 *
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openStudy(
  given: StudyConfig,
  { out, training = false, planOnly = false, plans = false, progress, signal }: OpenStudyOptions,
): Promise<OpenStudy> {
  const config = dataLabel(given);
  await checkAdapterFolders(config.adapters);
  await ensureSample(config, progress);
  refuseMissingData(config);
  const data = await openDataInputs(config);
  const shortfalls = [
    ...GAUGES.flatMap((gauge) => MEASURES[gauge].shortfalls(config, data)),
    ...trainingShortfalls(config, data),
  ];
  for (const line of shortfalls) progress.note(line);
  checkRunFolder(config, { inputs: data.dataHashes, ...(out === undefined ? {} : { out }) });
  if (training) await ensurePythonEnv(progress);
  // small beside the model, so that a wrong id is told before the model is downloaded
  const hubAdapters = await fetchHubAdapters(config.adapters, progress, { signal });
  const model = await ensureModel(config, progress, { signal });
  const inputs = await openInputs(model.config, model.dir, data, hubAdapters, { plans });
  if (config.measures.includes("prose")) {
    for (const line of proseNotes(inputs)) progress.note(line);
  }
  const folder = openStudyFolder(inputs, out, { lookOnly: planOnly });
  for (const line of unnamedTrainings(folder, trainings(config))) progress.note(line);
  return { inputs, folder };
}
