import type { Gauge, StudyConfig } from "../../runs/mod.ts";
import type { ProseAnswers } from "../answers/answer_prose.ts";
import type { SqlAnswers } from "../answers/judge_samples.ts";
import type { MmluAnswers } from "../answers/letters.ts";
import { type MmluInputs, openMmluInputs } from "../inputs/mmlu_inputs.ts";
import { openProseInputs, type ProseInputs } from "../inputs/prose_inputs.ts";
import { openSqlInputs, type SqlInputs } from "../inputs/sql_inputs.ts";
import type { Measure, StoreForms } from "./measure.ts";
import { MMLU_MEASURE, MMLU_STORES, type MmluStores } from "./mmlu.ts";
import { PROSE_MEASURE, PROSE_STORES, type ProseStores } from "./prose.ts";
import { SQL_MEASURE, SQL_STORES, type SqlStores } from "./sql.ts";

export * from "./mmlu.ts";
export * from "./prose.ts";
export * from "./sql.ts";

/** The data of every measure. */
export interface MeasureInputs extends SqlInputs, MmluInputs, ProseInputs {}

/** Opens the data of a study and draws what is asked of them. */
export async function openMeasureInputs(config: StudyConfig): Promise<MeasureInputs> {
  return {
    ...await openSqlInputs(config),
    ...await openMmluInputs(config),
    ...await openProseInputs(config),
  };
}

/** What a variant answered to the questions of every measure. */
export interface MeasureAnswers extends SqlAnswers, MmluAnswers, ProseAnswers {}

/** What a variant has answered that was asked nothing. */
export const NO_ANSWERS = { verdicts: [], letters: [], prose: [] } satisfies MeasureAnswers;

/** The stores of every measure. */
export interface Stores extends SqlStores, MmluStores, ProseStores {}

/** Their files below a study's folder. */
export const STORES: StoreForms<Stores> = { ...SQL_STORES, ...MMLU_STORES, ...PROSE_STORES };

/** Every measure of a study, by its name. */
export const MEASURES: Readonly<Record<Gauge, Measure<MeasureInputs, MeasureAnswers, Stores>>> = {
  sql: SQL_MEASURE,
  mmlu: MMLU_MEASURE,
  prose: PROSE_MEASURE,
};
