import type { OpenStudy } from "../open_study.ts";
import { trainings } from "../sweep/sweep_variants.ts";
import { adapterOrigin } from "./recipe_adapter.ts";

/** Whether every training of a study has an adapter, finished here or put there. */
export function isAllTrained({ inputs, folder }: OpenStudy): boolean {
  return trainings(inputs.config).every(({ recipe }) =>
    adapterOrigin(folder.training(recipe)) !== "none"
  );
}
