/**
 * What a study is and what it leaves behind: its config, its samples, its summary, and where they
 * came from. The room knows nothing of how samples are made.
 *
 * Everything that a person can get wrong throws a `UsageError` of one line.
 *
 * @example
 * ```ts
 * import { parseConfig } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = parseConfig(
 *   `{
 *     "name": "sample",
 *     "model": { "id": "HuggingFaceTB/SmolLM2-135M-Instruct", "source": "embedded" },
 *     "spider": { "path": "spider_db/sample" },
 *     "mmlu": { "path": "mmlu_db/sample" },
 *     "training": { "recipes": [{ "name": "qv-2e-4", "learningRate": 2e-4 }] }
 *   }`,
 *   { path: "config/sample.json" },
 * );
 * assert.equal(config.training.recipes[0]?.rank, 16);
 * ```
 *
 * @module
 */
export {
  ADAPTER_SETTING_KEYS,
  type AdapterParent,
  type AdapterSettings,
  adapterText,
  OUTSIDE_TRAIN_SPLIT,
  PARENT_KEYS,
} from "./config/adapter_settings.ts";
export {
  checkRunFolder,
  claimedName,
  type ClaimedRun,
  claimRun,
  type ClaimRunOptions,
  type RecordedSources,
  sourcesDifference,
} from "./claim_run.ts";
export {
  applyDataRoot,
  configHash,
  loadConfig,
  parseConfig,
  recordedConfig,
  recordedPath,
  unrecordedPlace,
  validateConfig,
} from "./config/config.ts";
export {
  FETCHED_DATA,
  type FetchedSet,
  refuseMissingData,
  withFetchedData,
} from "./config/fetched_data.ts";
export { type GitState, gitState } from "./git_state.ts";
export { LOSS_MARK_KEYS, type LossMark, parseLossLog } from "./loss_log.ts";
export { modelTitle, serverText, weightsWords } from "./model_title.ts";
export { recipeNames } from "./config/named_recipes.ts";
export { COMPLETION_KEYS, SAMPLE_NAME_KEYS, SAMPLE_PROMPT_KEYS } from "./samples.ts";
export { SchemaVersionError } from "./schema_version_error.ts";
export {
  type Keyed,
  openStore,
  type SampleStore,
  type StoreFollower,
  type StoreOptions,
} from "./store.ts";
export { lockStore } from "./_store_file.ts";
export {
  ADAPTER_KEYS,
  type AdapterConfig,
  ENGINE_KEYS,
  MODEL_KEYS,
  OTHER_MODEL_KEYS,
  STUDY_KEYS,
  type StudyConfig,
  SWEEP_KEYS,
} from "./config/study_config.ts";
export {
  FINDING_KEYS,
  OVER_SEEDS_KEYS,
  PLAN_KEYS,
  PLANNED_NEED_KEYS,
  type PlannedNeed,
  type RecipeOverSeeds,
  SEED_PAIR_KEYS,
  type SeedPair,
  STUDY_CLAIM_KEYS,
  type StudyClaim,
  type StudyFindings,
  type SweepPlan,
  VARIANT_PAIR_KEYS,
  type VariantPair,
} from "./findings.ts";
export * from "./measures/measures.ts";
export {
  PAIRED_CHANGE_KEYS,
  type PairedChange,
  SCORE_CHANGE_KEYS,
  type ScoreChange,
} from "./paired_change.ts";
export { SUITE_COUNT_KEYS, type SuiteCounts } from "./suite_counts.ts";
export {
  ADAPTER_SOURCE_KEYS,
  type Provenance,
  PROVENANCE_KEYS,
  SCHEMA_VERSION,
  type Server,
  SERVER_KEYS,
  type Summary,
  SUMMARY_KEYS,
  TASK_VERSION,
  VARIANT_KEYS,
  type VariantSummary,
} from "./summary.ts";
export { readSummary, writeSummary } from "./summary_file.ts";
export {
  EARLY_STOPPING_KEYS,
  type Recipe,
  RECIPE_KEYS,
  TRAINING_KEYS,
} from "./config/training_config.ts";
export { toolVersions, type ToolVersionsOptions } from "./tool_versions.ts";
export { ORIGIN_KEYS, type VariantOrigin } from "./variant_origin.ts";
