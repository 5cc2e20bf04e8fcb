/**
 * Verdicts on predicted SQL: find the statement, run it where it can do no harm, compare its result
 * with the gold's, and say how hard the gold is. Nothing here knows of any model.
 *
 * @example Judge a model's completion
 * ```ts ignore
 * import { createJudge, extractSql } from "./mod.ts";
 *
 * await using judge = createJudge({ timeoutMs: 5_000 });
 * const verdict = await judge.judge({
 *   dbPath: "spider_db/database/world_1/world_1.sqlite",
 *   gold: "SELECT count(*) FROM city",
 *   predicted: extractSql("```sql\nSELECT count(*) FROM city;\n```") ?? "",
 * });
 * ```
 *
 * @module
 */
export * from "./light.ts";
export { databaseFileHashes } from "./databases/database_file_hashes.ts";
export {
  OFFICIAL_VERDICT_KEYS,
  type OfficialVerdict,
  officialVerdicts,
  spiderRoot,
} from "./official_verdicts.ts";
export { hardness } from "./classify/hardness.ts";
export { databaseFiles, type Suite } from "./databases/database_files.ts";
export {
  DatabaseError,
  type Execution,
  ExecutorError,
  type ExecutorOptions,
  ExecutorPool,
} from "./execute/executor_pool.ts";
export { openReadOnly } from "./execute/image/open_read_only.ts";
export type { PackedRows } from "./execute/messages/packed_rows.ts";
export { extractSql, isCutInReasoning } from "./extract_sql.ts";
export { GoldQueryError } from "./gold_query_error.ts";
export { createJudge, type Judge, type JudgeOptions, type JudgeRequest } from "./judge.ts";
export { type Judgeable, judgeAll, type JudgeAllOptions } from "./judge_all.ts";
export type { VerdictStore } from "./verdict_keeper.ts";
export type { Unjudged } from "./judge_or_reason.ts";
export {
  type JudgedExample,
  type JudgedPrediction,
  type JudgedPredictions,
  judgePredictions,
  type JudgePredictionsRequest,
  type UnjudgedExample,
} from "./judge_predictions.ts";
export type { QuarantineReason } from "./quarantine/gold_quarantine.ts";
export { EXAMPLE_FORMS, type GoldExample, readGoldExamples } from "./read_gold_examples.ts";
export {
  type Prediction,
  PREDICTION_FORMS,
  readPredictions,
  type ReadPredictionsOptions,
  type Remark,
} from "./read_predictions.ts";
export {
  type CommonFailure,
  commonFailure,
  type GroupCount,
  summarizeVerdicts,
  type VerdictSummary,
} from "./summarize_verdicts.ts";
export {
  type ResultRequest,
  resultTables,
  type ResultTablesOptions,
  type StatementResult,
  type StatementRows,
  statementRows,
  valueText,
} from "./result_tables.ts";
export { ordersRows } from "./text/statement_forms.ts";
export type { Row, SqlValue } from "./value.ts";
export {
  ERROR_CLASS_RULES,
  ERROR_CLASSES,
  type ErrorClass,
  type Hardness,
  HARDNESS_LEVELS,
  KEPT_VERDICT_KEYS,
  KEPT_VERDICTS,
  type KeptVerdict,
  type Verdict,
  VERDICT_KEYS,
  VERDICT_STATUSES,
  type VerdictStatus,
} from "./verdict.ts";
