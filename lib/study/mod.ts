/**
 * A study from its config to its results: what the phases are made of, and
 * nothing of how a user starts them.
 *
 * Data goes one way: inputs, prompts, samples (stored, resumable), verdicts,
 * statistics, files. The rooms below do not know of each other; this one joins
 * them.
 *
 * @example The base model's answers (not run: needs the embedded model)
 * ```ts ignore
 * const inputs = await openInputs(loadConfig("config/sample.json"), EMBEDDED_MODEL_DIR);
 * const folder = openStudyFolder(inputs);
 * const [base] = await answerVariants(inputs, folder, [BASE], { progress: SILENT });
 * ```
 *
 * @module
 */
export { answerMmlu } from "./answer_mmlu.ts";
export { answerProse } from "./answer_prose.ts";
export { type AnsweredSql, answerSql } from "./answer_sql.ts";
export type { AnswerOptions } from "./stored_answers.ts";
export { buildSummary, summarizeVariants } from "./build_summary.ts";
export { checkpointHashes, templateHashes } from "./checkpoint_hashes.ts";
export { dataLabel } from "./data_label.ts";
export { databaseHashes } from "./database_hashes.ts";
export { exampleRows } from "./example_rows.ts";
export { type GoldCheck } from "./export/check_golds.ts";
export { loadGeneralPrompts } from "./export/general_prompts.ts";
export {
  readTrainingManifest,
  type TrainingManifest,
  trainingManifestLines,
} from "./export/training_manifest.ts";
export {
  type TrainingData,
  type TrainingDataOptions,
  writeTrainingData,
} from "./export/write_training_data.ts";
export { firstTrainingText } from "./first_training_text.ts";
export {
  type DataInputs,
  type MmluInputs,
  type ModelInputs,
  openDataInputs,
  openInputs,
  openMmluInputs,
  openModelInputs,
  openSqlInputs,
  samplePrompt,
  type SqlInputs,
  type StudyInputs,
  withEndToken,
} from "./inputs.ts";
export {
  type JudgeableSample,
  judgeSamples,
  noteUnjudged,
  type SqlVerdict,
} from "./judge_samples.ts";
export { checkTraining, type CheckTrainingOptions } from "./check_training.ts";
export { noteChangedAdapters } from "./note_changed_adapters.ts";
export { type NotebookStudy, openNotebookStudy } from "./open_notebook.ts";
export { openEngine } from "./open_engine.ts";
export { openMmluStore, openProseStore, openSqlStore, openVerdictStore } from "./open_stores.ts";
export { type OpenStudy, openStudy, type OpenStudyOptions } from "./open_study.ts";
export { type Progress, SILENT } from "../ground/mod.ts";
export { adapterOrigin, adapterSettings, recipeAdapters } from "./recipe_adapter.ts";
export { failuresReport } from "./failures.ts";
export { finishStudy, runPipeline } from "./run_pipeline.ts";
export { answerVariants } from "./answer_variants.ts";
export { allVariants, openVariants } from "./open_variants.ts";
export { openStudyFolder, PLAN_FILE, type StudyFolder } from "./study_folder.ts";
export { type PhaseOptions, trainRecipes } from "./train_recipes.ts";
export {
  plainVariants,
  type SweepVariant,
  sweepVariants,
  type Training,
  trainings,
} from "./sweep/sweep_variants.ts";
export { BASE, type NamedVariant, promptHash } from "./sample_identity.ts";
export { mmluShortfalls, sqlShortfalls } from "./shortfalls.ts";
export { storedCompletions } from "./stored_completions.ts";
export { answerLetters, type MmluAnswer, type VariantAnswers } from "./numbers/answers.ts";
export { type ComparedResults, compareResults } from "./compare_results.ts";
export { type FlippedExample, flippedExamples } from "./numbers/flips.ts";
export { readAnswers } from "./read_answers.ts";
export { ANSWER_KINDS, type AnswerKind, recordAnswers } from "./recorded_answers.ts";
export { type StudyCost, studyCost } from "./sweep/study_cost.ts";
export { compareVariants, type Tolerances } from "./numbers/compare_variants.ts";
export { countCut, scoreMmlu, scoreProse, scoreSql } from "./numbers/score_variant.ts";
export { tokenAuditFacts } from "./token_audit_facts.ts";
export { plannedTrainingTokens, type TrainOptions, trainRecipe } from "./train_recipe.ts";
export { type TrainingRuns, trainingRuns } from "./training_runs.ts";
export { RESULT_FILES, summaryTexts, writeResults } from "./write_results.ts";
