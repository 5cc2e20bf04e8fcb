import { loadAdapter, type SpareThread } from "../engine/mod.ts";
import type { Progress } from "../ground/mod.ts";
import type { Summary } from "../runs/mod.ts";
import {
  answerVariants,
  type AnswerVariantsOptions,
  judgedTogether,
  storedVariants,
} from "./answers/answer_variants.ts";
import { EarlyEngine } from "./answers/early_engine.ts";
import { buildSummary } from "./results/build_summary.ts";
import { checkTraining } from "./training/check_training.ts";
import { failuresReport } from "./results/failures.ts";
import { noteChangedAdapters } from "./results/note_changed_adapters.ts";
import { judgedAlike, type VariantAnswers } from "./numbers/answers.ts";
import type { OpenStudy } from "./open_study.ts";
import { allVariants, checkGivenVariants } from "./open_variants.ts";
import { isAllTrained } from "./training/is_all_trained.ts";
import { adapterOrigin, adapterSettings } from "./training/recipe_adapter.ts";
import { areEmpty } from "./measures/open_measures.ts";
import { BASE } from "./answers/sample_identity.ts";
import { trainings } from "./sweep/sweep_variants.ts";
import { hasParts, mergeParts } from "./parts/part_stores.ts";
import { runParts } from "./parts/run_parts.ts";
import { unitCount } from "./parts/share_study.ts";
import { trainingData, trainRecipes } from "./training/train_recipes.ts";
import { noteSameAnswers } from "./results/same_answers.ts";
import { writeResults } from "./results/write_results.ts";

/** How a whole study is run. */
export interface PipelineOptions extends AnswerVariantsOptions {
  /**
   * The devices that train and answer tuned variants at the same time, one process each; with fewer
   * than two of them, or none given, this process does it all.
   */
  readonly devices?: readonly string[];
}

/**
 * Begins to open the engine that a study asks first, where it asks for sure: on a GPU, with no
 * answer stored, and in this process alone. It is to be closed with the study.
 *
 * @param devices As in {@linkcode PipelineOptions}.
 * @param spare The thread to open it in, or else the first engine that is asked later. Where the
 * study trains before that, it ends: a GPU's memory is the training's.
 */
export async function beginEngine(
  study: OpenStudy,
  { devices, progress, spare }: {
    readonly devices: readonly string[];
    readonly progress: Progress;
    readonly spare?: SpareThread | undefined;
  },
): Promise<EarlyEngine> {
  const { inputs, folder } = study;
  const { kind, device } = inputs.config.engine;
  const isSure = kind === "onnx" && device === "cuda" && devices.length < 2 &&
    !isBegun(study);
  if (!isSure && !spare) return new EarlyEngine();
  const isTrained = isAllTrained(study);
  if (!isSure) {
    if (isTrained) return new EarlyEngine(undefined, spare);
    spare?.[Symbol.asyncDispose]();
    return new EarlyEngine();
  }
  if (!isTrained) return new EarlyEngine({ inputs, variants: [BASE], progress }, spare);
  // what is wrong with an adapter is told once the plan is said
  const variants = await allVariants(inputs, folder).catch(() => undefined);
  return new EarlyEngine(variants && { inputs, variants, progress }, spare);
}

/** Whether an answer of the study is stored. */
export function isBegun({ folder }: OpenStudy): boolean {
  return !areEmpty(folder) || hasParts(folder);
}

/**
 * All phases of a study, from the base model's answers to the written results.
 * What an earlier, perhaps killed, run left is used and not done again.
 */
export async function runPipeline(
  study: OpenStudy,
  { devices = [], ...options }: PipelineOptions,
): Promise<Summary> {
  const { inputs, folder } = study;
  // a wrong adapter from elsewhere is told before the hours that the base model takes
  for (const line of await checkGivenVariants(inputs, folder)) options.progress.note(line);
  for (const { recipe } of trainings(inputs.config)) {
    const dir = folder.training(recipe);
    if (adapterOrigin(dir) !== "elsewhere") continue;
    await loadAdapter(dir, inputs.checkpoint);
    adapterSettings(dir);
  }
  await checkTraining(inputs, folder, options.signal ? { signal: options.signal } : {});
  mergeParts(folder, inputs, options.progress);
  const trained = isAllTrained(study);
  const shared = devices.length > 1 && unitCount(inputs.config, { trained }) > 1;
  if (trained) return await answerAll(study, { ...options, ...(shared ? { devices } : {}) });
  const base = await answerVariants(inputs, folder, [BASE], options);
  if (shared) {
    await trainingData(inputs, folder, options);
    await runParts(study, { ...options, devices });
  }
  await trainRecipes(inputs, folder, options);
  await noteChangedAdapters(study, options.progress);
  const [, ...variants] = await allVariants(inputs, folder);
  const tuned = await answerVariants(inputs, folder, variants, options);
  return await finishStudy(study, [...base, ...tuned], options);
}

/** A study with nothing left to train: all its answers, those that are missing on all devices at once. */
async function answerAll(
  study: OpenStudy,
  { devices, ...options }: PipelineOptions,
): Promise<Summary> {
  const { inputs, folder } = study;
  await trainRecipes(inputs, folder, options);
  await noteChangedAdapters(study, options.progress);
  const variants = await allVariants(inputs, folder);
  if (devices) {
    const stored = await storedVariants(inputs, folder, variants, options);
    if (stored) return await finishStudy(study, stored, options);
    // one without weights is refused here, before the hours of all others
    const gone = variants.filter((variant) => variant.gone !== undefined);
    if (gone.length > 0) await answerVariants(inputs, folder, gone, options);
    const answers = await runParts(study, { ...options, devices, variants });
    if (answers) {
      return await finishStudy(study, judgedTogether(answers, options.progress), options);
    }
  }
  return await finishStudy(study, await answerVariants(inputs, folder, variants, options), options);
}

/** Phase 5: the numbers of answers, the base model's first, and the files that show them. */
export async function finishStudy(
  { inputs, folder }: OpenStudy,
  answers: readonly VariantAnswers[],
  { progress }: { readonly progress: Progress },
): Promise<Summary> {
  const judged = judgedAlike(answers);
  noteSameAnswers(judged, progress);
  const summary = await buildSummary(inputs, folder, judged);
  writeResults(folder, summary, judged, await failuresReport(inputs, summary, judged));
  return summary;
}
