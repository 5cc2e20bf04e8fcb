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
export * from "./light.ts";
export { answerMmlu } from "./answers/answer_mmlu.ts";
export { beginMmluPrompts } from "./answers/study_prompts.ts";
export { answerProse, type ProseAnswers } from "./answers/answer_prose.ts";
export { type AnsweredSql, answerSql } from "./answers/answer_sql.ts";
export type { AnswerOptions } from "./answers/stored_answers.ts";
export { type BrowseOptions, browseStudy } from "./browse/browse_study.ts";
export { buildSummary, summarizeVariants } from "./results/build_summary.ts";
export { checkpointHashes, roundingHash, templateHashes } from "./inputs/checkpoint_hashes.ts";
export { type AskedDataOptions, checkAskedData, type DataHashes } from "./inputs/asked_data.ts";
export { dataLabel } from "./inputs/data_label.ts";
export { databaseHashes } from "./inputs/database_hashes.ts";
export { exampleRows } from "./answers/example_rows.ts";
export {
  type GeneralPrompt,
  type GeneralPrompts,
  loadGeneralPrompts,
  PROMPT_KEYS,
} from "./training/data/general_prompts.ts";
export {
  MANIFEST_KEYS,
  type TrainingManifest,
  trainingManifestLines,
} from "./training/data/training_manifest.ts";
export {
  type TrainingData,
  type TrainingDataOptions,
  writeTrainingData,
} from "./training/data/write_training_data.ts";
export { type Limits, LIMITS_FILE, readLimits } from "./results/limits.ts";
export { type DataTexts, NO_TEXTS, openDataTexts, type TextPlaces } from "./exports/data_texts.ts";
export { exportFiles, type ExportOptions } from "./exports/export_files.ts";
export { type ExportedStudy, openExport, type OpenExportOptions } from "./exports/open_export.ts";
export {
  findAnswers,
  findStudy,
  type FindStudyOptions,
  type FoundAnswers,
  type FoundStudy,
} from "./find_study.ts";
export { firstTrainingText } from "./inputs/first_training_text.ts";
export { adapterFolder, fetchHubAdapters, type HubAdapters } from "./inputs/hub_adapters.ts";
export { type DataInputs, openDataInputs, openInputs, type StudyInputs } from "./inputs/inputs.ts";
export { type MmluInputs, openMmluInputs } from "./inputs/mmlu_inputs.ts";
export {
  type ModelFiles,
  type ModelInputs,
  openModelFiles,
  openModelInputs,
  withTokenizer,
} from "./inputs/model_inputs.ts";
export type { ProseInputs } from "./inputs/prose_inputs.ts";
export { openSqlInputs, samplePrompt, type SqlInputs } from "./inputs/sql_inputs.ts";
export {
  expectGolds,
  type JudgeableSample,
  type JudgedSamples,
  judgeSamples,
  type JudgeSamplesOptions,
  noteUnjudged,
  type SqlAnswers,
  type SqlVerdict,
} from "./answers/judge_samples.ts";
export { noteChangedAdapters } from "./results/note_changed_adapters.ts";
export { type NotebookStudy, openNotebookStudy } from "./open_notebook.ts";
export { EarlyEngine, type EarlyOpening } from "./answers/early_engine.ts";
export { LazyEngine } from "./answers/lazy_engine.ts";
export { leavesTime, openEngine } from "./answers/open_engine.ts";
export { fittingSqlSample, openAnswers } from "./answers/open_answers.ts";
export { ANSWER_KINDS, type AnswerKind } from "./measures/answer_kinds.ts";
export type {
  AnswerOutcome,
  AnswerRow,
  AnswerRows,
  AskingCost,
  AskingOptions,
  ColumnKind,
  Later,
  Measure,
  StoreForm,
  StoreForms,
  StoreModel,
} from "./measures/measure.ts";
export * from "./measures/measures.ts";
export type { AnswerPaths } from "./measures/open_measures.ts";
export { type OpenStudy, openStudy, type OpenStudyOptions } from "./open_study.ts";
export { adapterSettings, recipeAdapters } from "./training/recipe_adapter.ts";
export { failuresReport } from "./results/failures.ts";
export { type PaperInputsOptions, readPaperInputs } from "./paper/read_paper_inputs.ts";
export { sameAnswers } from "./results/same_answers.ts";
export { forgottenReport } from "./results/forgotten.ts";
export {
  beginEngine,
  finishStudy,
  isBegun,
  type PipelineOptions,
  runPipeline,
} from "./run_pipeline.ts";
export { answerVariants, type AnswerVariantsOptions } from "./answers/answer_variants.ts";
export { adapterNotes, allVariants, checkGivenVariants } from "./open_variants.ts";
export { openStudyFolder, PLAN_FILE, type StudyFolder } from "./study_folder.ts";
export { type PhaseOptions, trainRecipes } from "./training/train_recipes.ts";
export {
  type Checkpoint,
  type SweepVariant,
  sweepVariants,
  type Training,
  trainings,
} from "./sweep/sweep_variants.ts";
export { BASE, type NamedVariant, promptHash } from "./answers/sample_identity.ts";
export { mmluShortfalls, sqlShortfalls } from "./inputs/shortfalls.ts";
export { storedCompletions } from "./answers/stored_completions.ts";
export { answerLetters, type MmluAnswer, type MmluAnswers } from "./answers/letters.ts";
export type { VariantAnswers } from "./numbers/answers.ts";
export {
  compareRepetition,
  type Repetition,
  REPETITION_FILE,
  repetitionChanges,
  type RepetitionRow,
} from "./repeat/compare_repetition.ts";
export type { EnvironmentChange } from "./repeat/environment_changes.ts";
export { type Recording, type RepeatedVariant, repeatVariant } from "./repeat/repeat_variant.ts";
export { roundedLogProbs } from "./results/rounded_log_probs.ts";
export { settingsLine } from "./results/compare_settings.ts";
export { type ComparedResults, compareResults } from "./results/compare_results.ts";
export { type FlippedExample } from "./numbers/flips.ts";
export { ANSWER_SUMS, writeAnswerSums } from "./results/answer_sums.ts";
export {
  type AnswerPlace,
  answerPlace,
  type Note,
  notedOnce,
  readAnswers,
  type StoredAnswers,
} from "./results/read_answers.ts";
export { recordAnswers } from "./results/recorded_answers.ts";
export { costLines, planReport, tookLine } from "./sweep/plan_report.ts";
export { type StoredPart, storedPart } from "./sweep/stored_part.ts";
export { type StudyCost, studyCost } from "./sweep/study_cost.ts";
export { compareVariants, type Tolerances } from "./numbers/compare_variants.ts";
export { scoreMmlu } from "./numbers/score_mmlu.ts";
export { scoreProse } from "./numbers/score_prose.ts";
export { countCut, scoreSql } from "./numbers/score_sql.ts";
export { tokenAuditFacts } from "./inputs/token_audit_facts.ts";
export { type PlannedTraining, plannedTraining, recordLengths } from "./training/train_recipe.ts";
export { runPart } from "./parts/run_parts.ts";
export type { Part } from "./parts/share_study.ts";
export { type TrainingRuns, trainingRuns } from "./training/training_runs.ts";
export {
  type BesideNumbers,
  besideNumbers,
  changedTexts,
  RESULT_FILES,
  type ResultFile,
  resultFiles,
  summaryTexts,
  writeResults,
} from "./results/write_results.ts";
