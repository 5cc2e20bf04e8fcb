import { loadAdapter } from "../engine/mod.ts";
import type { Summary } from "../runs/mod.ts";
import { answerVariants } from "./answers/answer_variants.ts";
import { buildSummary } from "./results/build_summary.ts";
import { checkTraining } from "./training/check_training.ts";
import { failuresReport } from "./results/failures.ts";
import { noteChangedAdapters } from "./results/note_changed_adapters.ts";
import { judgedAlike, type VariantAnswers } from "./numbers/answers.ts";
import type { OpenStudy } from "./open_study.ts";
import { allVariants, checkGivenVariants } from "./open_variants.ts";
import { adapterOrigin } from "./training/recipe_adapter.ts";
import { BASE } from "./answers/sample_identity.ts";
import { trainings } from "./sweep/sweep_variants.ts";
import { type PhaseOptions, trainRecipes } from "./training/train_recipes.ts";
import { writeResults } from "./results/write_results.ts";

/**
 * All phases of a study, from the base model's answers to the written results.
 * What an earlier, perhaps killed, run left is used and not done again.
 */
export async function runPipeline(study: OpenStudy, options: PhaseOptions): Promise<Summary> {
  const { inputs, folder } = study;
  // a wrong adapter from elsewhere is told before the hours that the base model takes
  for (const line of await checkGivenVariants(inputs, folder)) options.progress.note(line);
  for (const { recipe } of trainings(inputs.config)) {
    const dir = folder.training(recipe);
    if (adapterOrigin(dir) === "elsewhere") await loadAdapter(dir, inputs.checkpoint);
  }
  await checkTraining(inputs, folder, options.signal ? { signal: options.signal } : {});
  const base = await answerVariants(inputs, folder, [BASE], options);
  await trainRecipes(inputs, folder, options);
  await noteChangedAdapters(study, options.progress);
  const [, ...variants] = await allVariants(inputs, folder);
  const tuned = await answerVariants(inputs, folder, variants, options);
  return await finishStudy(study, [...base, ...tuned]);
}

/** Phase 5: the numbers of answers, the base model's first, and the files that show them. */
export async function finishStudy(
  { inputs, folder }: OpenStudy,
  answers: readonly VariantAnswers[],
): Promise<Summary> {
  const judged = judgedAlike(answers);
  const summary = await buildSummary(inputs, folder, judged);
  writeResults(folder, summary, judged, await failuresReport(inputs, summary, judged));
  return summary;
}
