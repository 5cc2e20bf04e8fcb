import { basename } from "node:path";
import { loadAdapter } from "../../engine/mod.ts";
import type { Progress } from "../../ground/mod.ts";
import { adapterText } from "../../runs/mod.ts";
import { checkTraining } from "./check_training.ts";
import {
  readTrainingManifest,
  trainingManifestLines,
  trainingManifestPath,
} from "./data/training_manifest.ts";
import { trainingFileOf, writeTrainingData } from "./data/write_training_data.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import {
  adapterOrigin,
  adapterSettings,
  isTrained,
  sealAdapter,
  weightsAreGone,
} from "./recipe_adapter.ts";
import type { StudyFolder } from "../study_folder.ts";
import { type Training, trainings } from "../sweep/sweep_variants.ts";
import { trainingPlan, trainRecipe } from "./train_recipe.ts";
import { noteLosses } from "./unstable_training.ts";

/** How the phases of a study are run. */
export interface PhaseOptions {
  /** Is told what is done. */
  readonly progress: Progress;
  /** Stops the phase; what is stored stays. */
  readonly signal?: AbortSignal;
}

/**
 * Phase 2: trains every recipe of the study with each of its seeds, or finds it trained. An adapter
 * in a training's folder that was not trained here is used as it is.
 *
 * @param all The trainings; every one of the study when left out.
 * @throws {UsageError} If the training refuses its input, such an adapter does not fit the model, or
 * a loss log is damaged.
 */
export async function trainRecipes(
  inputs: StudyInputs,
  folder: StudyFolder,
  { progress, ...options }: PhaseOptions,
  all: readonly Training[] = trainings(inputs.config),
): Promise<void> {
  if (all.length === 0) return;
  await checkTraining(inputs, folder, options);
  let data: TrainingData | undefined;
  const made = readTrainingManifest(trainingManifestPath(folder.sftData))?.files ?? {};
  for (const [i, training] of all.entries()) {
    const { name, recipe, seed } = training;
    progress.step(`Training ${i + 1} of ${all.length}: ${name}`);
    const out = folder.training(recipe);
    if (adapterOrigin(out) === "elsewhere") {
      await loadAdapter(out, inputs.checkpoint);
      progress.note(
        `${name}: an adapter from elsewhere is in its folder: it is used as it is, not trained`,
      );
      progress.note(`${name}: ${adapterText(adapterSettings(out))}`);
      continue;
    }
    const seeded = { ...inputs, config: { ...inputs.config, seed } };
    const file = trainingFileOf(folder.sftData, recipe);
    if (
      isTrained(out, {
        plan: trainingPlan(seeded, recipe, { data: file, out }),
        data: made[basename(file)]?.sha256,
      })
    ) {
      progress.note(
        weightsAreGone(out)
          ? `${name}: trained earlier, its weights taken away`
          : `${name}: trained earlier`,
      );
      noteLosses(training, out, progress);
      continue;
    }
    data ??= await trainingData(inputs, folder, { progress, ...options });
    await trainRecipe(seeded, recipe, {
      data: data.fileOf(recipe),
      out,
      progress,
      ...options,
    });
    sealAdapter(out);
  }
}

type TrainingData = Awaited<ReturnType<typeof writeTrainingData>>;

/** Writes the records that the trainings read, and says what was counted and left out. */
export async function trainingData(
  inputs: StudyInputs,
  folder: StudyFolder,
  { progress, signal }: PhaseOptions,
): Promise<TrainingData> {
  progress.step("Training data");
  const data = await writeTrainingData(inputs, {
    path: folder.sftData,
    progress,
    // not all options: whoever hands them on may have another `open` among them
    ...(signal ? { signal } : {}),
  });
  if (!data.reused) {
    for (const line of trainingManifestLines(data.manifest)) {
      progress.note(line);
    }
  }
  return data;
}
