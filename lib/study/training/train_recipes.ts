import { loadAdapter } from "../../engine/mod.ts";
import type { Progress } from "../../ground/mod.ts";
import { adapterText } from "../../runs/mod.ts";
import { checkTraining } from "./check_training.ts";
import { trainingManifestLines } from "./data/training_manifest.ts";
import { writeTrainingData } from "./data/write_training_data.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import { adapterOrigin, adapterSettings, sealAdapter } from "./recipe_adapter.ts";
import type { StudyFolder } from "../study_folder.ts";
import { type Training, trainings } from "../sweep/sweep_variants.ts";
import { trainRecipe } from "./train_recipe.ts";

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
 * @throws {UsageError} If the training refuses its input, or such an adapter
 * does not fit the model.
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
  for (const [i, { name, recipe, seed }] of all.entries()) {
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
    data ??= await trainingData(inputs, folder, { progress, ...options });
    const seeded = { ...inputs, config: { ...inputs.config, seed } };
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

/** Writes the records that a study's trainings read, where any of them is not trained yet. */
export async function prepareTraining(
  inputs: StudyInputs,
  folder: StudyFolder,
  options: PhaseOptions,
): Promise<void> {
  const open = trainings(inputs.config).some(({ recipe }) =>
    adapterOrigin(folder.training(recipe)) === "none"
  );
  if (open) await trainingData(inputs, folder, options);
}

/** Writes the records that the trainings read, and says what was counted and left out. */
async function trainingData(
  inputs: StudyInputs,
  folder: StudyFolder,
  { progress, ...options }: PhaseOptions,
): Promise<TrainingData> {
  progress.step("Training data");
  const data = await writeTrainingData(inputs, { path: folder.sftData, progress, ...options });
  if (!data.reused) {
    for (const line of trainingManifestLines(data.manifest)) {
      progress.note(line);
    }
  }
  return data;
}
