import { z } from "zod";
import { type RecordOf, TEXT, together } from "../../ground/mod.ts";
import type { Better } from "../../stats/mod.ts";
import type { PairedChange } from "../paired_change.ts";
import { summing } from "../suite_counts.ts";
import {
  MMLU_COMPARISON_KEYS,
  MMLU_COUNT_KEYS,
  MMLU_KEYS,
  MMLU_SAMPLE_KEYS,
  MMLU_SCORE_KEYS,
  WRITTEN_SAMPLE_KEYS,
} from "./mmlu.ts";
import {
  PROSE_COMPARISON_KEYS,
  PROSE_COUNT_KEYS,
  PROSE_KEYS,
  PROSE_SAMPLE_KEYS,
  PROSE_SCORE_KEYS,
} from "./prose.ts";
import {
  SPIDER_KEYS,
  SQL_COMPARISON_KEYS,
  SQL_COUNT_KEYS,
  SQL_SAMPLE_KEYS,
  SQL_SCORE_KEYS,
  sqlScoreProblem,
} from "./sql.ts";

export * from "./mmlu.ts";
export * from "./prose.ts";
export * from "./sql.ts";

/** What a study measures: text-to-SQL, multiple choice, general text. */
export const GAUGES = ["sql", "mmlu", "prose"] as const;

/** One of the measures of a study. */
export type Gauge = typeof GAUGES[number];

/** What a study measures where its config does not say. */
export const DEFAULT_GAUGES: readonly Gauge[] = ["sql", "mmlu", "prose"];

/** Those of them that say what a model knows: a loss on one of them may be what is not tolerated. */
export const KNOWLEDGE_GAUGES = ["mmlu", "prose"] as const satisfies readonly Gauge[];

/** Which way each measure gets better, and the unit of its changes. */
export const GAUGE_SCALES: Readonly<Record<Gauge, GaugeScale>> = {
  sql: { better: "higher", unit: "points" },
  mmlu: { better: "higher", unit: "points" },
  prose: { better: "lower", unit: "nats a token" },
};

/** The scale of a measure: of shares, whose changes are percentage points, or of another unit. */
export interface GaugeScale {
  /** Which way it gets better. */
  readonly better: Better;
  /** The unit that a change is printed in. */
  readonly unit: "points" | "nats a token";
}

/** Each measure's part of a study's config. */
export const MEASURE_SETTING_KEYS = {
  /** The text-to-SQL half of the study. */
  spider: z.strictObject(SPIDER_KEYS),
  /** The multiple-choice half of the study. */
  mmlu: z.strictObject(MMLU_KEYS),
  /** General text: what a model predicts worse once it has forgotten something. */
  prose: z.strictObject(PROSE_KEYS).prefault({}),
};

/** The lines of the stores. */
export const SAMPLES = {
  /** {@linkcode SqlSample} */
  sql: z.strictObject(SQL_SAMPLE_KEYS),
  /** {@linkcode MmluSample} */
  mmlu: z.strictObject(MMLU_SAMPLE_KEYS),
  /** {@linkcode WrittenSample} */
  written: z.strictObject(WRITTEN_SAMPLE_KEYS),
  /** {@linkcode ProseSample} */
  prose: z.strictObject(PROSE_SAMPLE_KEYS),
};

const SQL_SCORES = together(z.strictObject(SQL_SCORE_KEYS), sqlScoreProblem);

/** Each measure's scores of a variant. */
export const MEASURE_SCORE_KEYS = {
  /** Text-to-SQL under the study's own prompt. */
  sql: SQL_SCORES.exactOptional(),
  /** Text-to-SQL by the number of examples shown where it is not the study's own. */
  sqlByShots: z.record(TEXT, SQL_SCORES).exactOptional(),
  /** Multiple choice. */
  mmlu: z.strictObject(MMLU_SCORE_KEYS).exactOptional(),
  /** General text. */
  prose: z.strictObject(PROSE_SCORE_KEYS).exactOptional(),
};

/** The keys of {@linkcode Comparison}: each measure that both answered. */
export const COMPARISON_KEYS = {
  sql: z.strictObject(SQL_COMPARISON_KEYS).exactOptional(),
  mmlu: z.strictObject(MMLU_COMPARISON_KEYS).exactOptional(),
  prose: z.strictObject(PROSE_COMPARISON_KEYS).exactOptional(),
};

/** A variant against another one on the same examples: the base model, or the first of a pair. */
export interface Comparison extends RecordOf<typeof COMPARISON_KEYS> {}

/** The change of one measure over all of its examples, in the study's own reading and prompt. */
export function overallChange(comparison: Comparison, gauge: Gauge): PairedChange | undefined {
  return gauge === "sql" ? comparison.sql?.overall.official : comparison[gauge]?.overall;
}

/** The keys of {@linkcode SummaryCounts}. */
export const SUMMARY_COUNT_KEYS = {
  /** Text-to-SQL. */
  sql: summing(z.strictObject(SQL_COUNT_KEYS)).exactOptional(),
  /** Multiple choice. */
  mmlu: summing(z.strictObject(MMLU_COUNT_KEYS)).exactOptional(),
  /** Passages of general text. */
  prose: summing(z.strictObject(PROSE_COUNT_KEYS)).exactOptional(),
};

/** How many examples were asked for and scored, each variant alike; measures that were asked. */
export interface SummaryCounts extends RecordOf<typeof SUMMARY_COUNT_KEYS> {}

/** The versions of the measures' prompts. */
export const PROMPT_VERSION_KEYS = {
  sql: TEXT,
  mmlu: TEXT,
  /** Left out by studies from before general text was measured. */
  prose: TEXT.exactOptional(),
};
