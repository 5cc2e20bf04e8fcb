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
export { type AdapterSettings, adapterText, OUTSIDE_TRAIN_SPLIT } from "./adapter_settings.ts";
export {
  checkRunFolder,
  type ClaimedRun,
  claimRun,
  type ClaimRunOptions,
  runId,
} from "./claim_run.ts";
export {
  applyDataRoot,
  configHash,
  loadConfig,
  parseConfig,
  recordedConfig,
  validateConfig,
} from "./config.ts";
export { type GitState, gitState } from "./git_state.ts";
export { LOSS_MARK_KEYS, type LossMark, parseLossLog } from "./loss_log.ts";
export { recipeNames, RECIPES_DIR, withNamedRecipes } from "./named_recipes.ts";
export {
  COMPLETION_KEYS,
  MMLU_SAMPLE_KEYS,
  type MmluSample,
  PROSE_SAMPLE_KEYS,
  type ProseSample,
  SAMPLE_NAME_KEYS,
  SAMPLE_PROMPT_KEYS,
  SAMPLES,
  SQL_SAMPLE_KEYS,
  type SqlSample,
  WRITTEN_SAMPLE_KEYS,
  type WrittenSample,
} from "./samples.ts";
export { SchemaVersionError } from "./schema_version_error.ts";
export { type Keyed, openStore, type SampleStore, type StoreOptions } from "./store.ts";
export {
  type AdapterConfig,
  ENGINE_KEYS,
  type EngineConfig,
  MMLU_KEYS,
  type MmluConfig,
  MODEL_KEYS,
  type ModelConfig,
  type OtherModelConfig,
  PROSE_KEYS,
  type ProseConfig,
  type Recipe,
  RECIPE_KEYS,
  SCHEMA_KEYS,
  type SchemaConfig,
  SPIDER_KEYS,
  type SpiderConfig,
  STUDY_KEYS,
  type StudyConfig,
  TARGET_MODULES,
  type TargetModule,
  TRAINING_KEYS,
  type TrainingConfig,
} from "./study_config.ts";
export {
  type Comparison,
  type Gauge,
  GAUGES,
  type LetterChanges,
  type LetterScores,
  type PairedChange,
  PLAN_KEYS,
  type PlannedNeed,
  type ProseScores,
  type RecipeOverSeeds,
  type ScoreChange,
  type SqlFunnel,
  type StudyClaim,
  type StudyFindings,
  type SweepPlan,
  type VariantOrigin,
  type VariantPair,
  type WrittenScores,
} from "./numbers.ts";
export {
  type ChoiceScore,
  type MissingDatabaseCount,
  type MmluScores,
  type Provenance,
  SCHEMA_VERSION,
  type SqlScores,
  type SuiteCounts,
  type Summary,
  type SummaryCounts,
  TASK_VERSION,
  type UnjudgedExample,
  type VariantSummary,
} from "./summary.ts";
export { readSummary, writeSummary } from "./summary_file.ts";
export { toolVersions, type ToolVersionsOptions } from "./tool_versions.ts";
