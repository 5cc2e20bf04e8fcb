import type { Summary } from "../runs/mod.ts";
import { buildSummary } from "./build_summary.ts";
import type { OpenStudy } from "./open_study.ts";
import { loadAdapter } from "../engine/mod.ts";
import { checkTraining } from "./check_training.ts";
import { noteChangedAdapters } from "./note_changed_adapters.ts";
import { adapterOrigin } from "./recipe_adapter.ts";
import { allVariants, answerVariants, type PhaseOptions, trainRecipes } from "./run_study.ts";
import { BASE } from "./sample_identity.ts";
import { judgedAlike } from "./summarize.ts";
import { writeResults } from "./write_results.ts";

/**
 * All phases of a study, from the base model's answers to the written results.
 * What an earlier, perhaps killed, run left is used and not done again.
 */
export async function runPipeline(study: OpenStudy, options: PhaseOptions): Promise<Summary> {
  const { inputs, folder } = study;
  // a wrong adapter from elsewhere is told before the hours that the base model takes
  for (const recipe of inputs.config.training.recipes) {
    const dir = folder.training(recipe);
    if (adapterOrigin(dir) === "elsewhere") await loadAdapter(dir, inputs.checkpoint);
  }
  await checkTraining(inputs, folder, options.signal ? { signal: options.signal } : {});
  const base = await answerVariants(inputs, folder, [BASE], options);
  await trainRecipes(inputs, folder, options);
  await noteChangedAdapters(study, options.progress);
  const [, ...recipes] = await allVariants(inputs, folder);
  const tuned = await answerVariants(inputs, folder, recipes, options);
  const answers = judgedAlike([...base, ...tuned]);
  const summary = await buildSummary(inputs, folder, answers);
  writeResults(folder, summary, answers);
  return summary;
}
