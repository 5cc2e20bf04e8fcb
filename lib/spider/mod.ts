/**
 * Text-to-SQL: the examples and schemas of Spider or of your own data, the prompt, the training
 * records.
 *
 * Nothing here runs a model; queries run only to read the values that a prompt may show. One prompt
 * text serves evaluation and training, so that the two cannot drift apart;
 * {@link SQL_PROMPT_VERSION} names it.
 *
 * @example From a folder to a prompt (not run: needs Spider)
 * ```ts ignore
 * const spider = await loadSpider("spider_db/sample");
 * const shots = selectShots(spider.train, spider.schemas, { count: 3, seed: 42 });
 * const { messages } = sqlPrompt(spider.dev[0]!, { schemas: spider.schemas, shots });
 * ```
 *
 * @module
 */
export { type DevQuestions, partDevQuestions, refuseLeaks } from "./training/check_leaks.ts";
export {
  type DerivedTables,
  deriveTables,
  formatTables,
  type SpiderColumn,
  type SpiderTables,
} from "./own_data/derive_tables.ts";
export { type DistinctExamples, distinctExamples } from "./training/distinct_examples.ts";
export { exportSft, type SftRecord } from "./training/export_sft.ts";
export { fetchSpider } from "./fetch.ts";
export { findDatabases } from "./own_data/find_databases.ts";
export { holdOutDatabases, type HoldOutOptions } from "./training/hold_out_databases.ts";
export { QUESTION_KEYS, type QuestionRecord } from "./own_data/load_question_file.ts";
export { loadSpider, type LoadSpiderOptions } from "./load_spider.ts";
export { normalizeQuestion } from "./training/normalize_question.ts";
export { sampleExamples, type SampleExamplesOptions } from "./sample_examples.ts";
export { selectShots, type SelectShotsOptions } from "./select_shots.ts";
export { serializeSchema } from "./serialize_schema.ts";
export { type SchemaSettings, sqlPromptVersion, withShownSchemas } from "./shown_schemas.ts";
export { sqlPrompt, type SqlPromptOptions } from "./sql_prompt.ts";
export type {
  ChatMessage,
  ChatPrompt,
  Column,
  ColumnRef,
  DatabaseSchema,
  ForeignKey,
  MissingDatabase,
  SpiderData,
  SpiderExample,
  Table,
} from "./types.ts";
