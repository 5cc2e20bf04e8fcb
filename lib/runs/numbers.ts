import { z } from "zod";
import { COUNT, type RecordOf, TEXT } from "../ground/mod.ts";
import { READINGS } from "../sql/mod.ts";
import type { Evidence } from "../stats/mod.ts";
import { each } from "./_each.ts";
import {
  ABOVE_CHANCE,
  CALIBRATION,
  CLAIM_KEYS,
  CORRELATION,
  EVIDENCE,
  FLIP_TABLE,
  HALVES,
  LETTER_TABLE,
  OVER_SEEDS,
  PERCENTAGE_CHANGE,
  PROPORTION,
  RECOMMENDATION,
  SCORE_EVIDENCE,
  VERDICT,
} from "./_estimate_schemas.ts";

/** What a study measures: text-to-SQL, multiple choice, general text. */
export const GAUGES = ["sql", "mmlu", "prose"] as const;

/** One of the measures of a study. */
export type Gauge = typeof GAUGES[number];

/** The keys of {@linkcode PairedChange}. */
export const PAIRED_CHANGE_KEYS = {
  /** All that any interval or p-value needs. */
  evidence: EVIDENCE,
  /** The word that both 95 % intervals allow. */
  verdict: VERDICT,
};

/** A paired change of one measure, `tuned - base` on the same examples. */
export interface PairedChange<E extends Evidence = Evidence>
  extends RecordOf<typeof PAIRED_CHANGE_KEYS> {
  /** All that any interval or p-value needs. */
  readonly evidence: E;
}

const PAIRED_CHANGE = z.strictObject(PAIRED_CHANGE_KEYS);

/** The keys of {@linkcode ScoreChange}. */
export const SCORE_CHANGE_KEYS = {
  ...PAIRED_CHANGE_KEYS,
  evidence: SCORE_EVIDENCE,
  /** McNemar's mid-p, two-sided, examples as the unit. */
  midP: z.number().min(0).max(1),
  /** The change relative to the base score (0.1 is 10 % more); `null` where the base has none right. */
  percent: PERCENTAGE_CHANGE.nullable(),
};

/** A paired change of an accuracy. */
export interface ScoreChange extends RecordOf<typeof SCORE_CHANGE_KEYS> {}

const SCORE_CHANGE = z.strictObject(SCORE_CHANGE_KEYS);
const PRIOR_FREE = z.strictObject({ evidence: SCORE_EVIDENCE, verdict: VERDICT });

/** How far predictions get: {@linkcode SqlFunnel}. */
export const FUNNEL_KEYS = {
  /** Statements in SQLite's grammar. */
  parses: PROPORTION,
  /** Statements that ended within the limits. */
  runs: PROPORTION,
  /** Statements that match (official reading). */
  right: PROPORTION,
};

/** How far predictions get. */
export interface SqlFunnel extends RecordOf<typeof FUNNEL_KEYS> {}

/** The keys of {@linkcode WrittenScores}. */
export const WRITTEN_SCORE_KEYS = {
  /** Right letters; no letter counts as wrong. */
  accuracy: PROPORTION,
  /** By log-probability on the same questions. */
  byLogProbability: PROPORTION,
  /** Completions in which there is no letter of an option. */
  noLetter: COUNT,
};

/** Multiple choice by the letter that the model writes, on the questions that were asked so. */
export interface WrittenScores extends RecordOf<typeof WRITTEN_SCORE_KEYS> {}

/** The keys of {@linkcode LetterScores}. */
export const LETTER_SCORE_KEYS = {
  /** Which letters were chosen. Of the questions with the most common number of options. */
  letters: LETTER_TABLE,
  /** Accuracy with the letter prior taken off, each question by the prior of all others. */
  priorFree: PROPORTION,
  /** The mean probability of the right letter, normalised over the letters. */
  rightProbability: z.number().min(0).max(1),
  /** The mean Brier score over all letters, 0 to 2, lower is better. */
  brier: z.number().min(0).max(2),
  /** Of the chosen letter's probability; absent with fewer than 20 questions. */
  calibration: CALIBRATION.exactOptional(),
  /** The answers that the model writes, where they were asked for. */
  written: z.strictObject(WRITTEN_SCORE_KEYS).exactOptional(),
};

/** Multiple choice as more than a count of right answers. */
export interface LetterScores extends RecordOf<typeof LETTER_SCORE_KEYS> {}

/** The keys of {@linkcode ProseScores}. */
export const PROSE_SCORE_KEYS = {
  /** Passages scored. */
  passages: z.int().min(1),
  /** Tokens scored. */
  tokens: z.int().min(1),
  /** Nats a token, each passage counting the same. */
  nats: z.number().min(0),
  /** Nats a token by kind of passage. */
  byKind: z.record(TEXT, z.number().min(0)),
};

/** How well a variant predicts general text. Lower is better. */
export interface ProseScores extends RecordOf<typeof PROSE_SCORE_KEYS> {}

/** The keys of {@linkcode LetterChanges}. */
export const LETTER_CHANGE_KEYS = {
  /** Which letters the answers moved from and to, as "A" to "J". */
  flips: FLIP_TABLE,
  /** The change with the letter prior taken off. */
  priorFree: PRIOR_FREE,
  /** The rest of the raw change: what comes from choosing letters otherwise. */
  habit: PAIRED_CHANGE,
  /** Whether both 95 % intervals of the habit exclude 0. */
  habitShown: z.boolean(),
  /** Whether the raw and the prior-free change are given different words. */
  disagree: z.boolean(),
  /** Of the mean probability of the right letter. */
  rightProbability: PAIRED_CHANGE,
  /** Of the mean Brier score; lower is better. */
  brier: PAIRED_CHANGE,
  /** Of the answers that the model writes; absent where they were not asked for. */
  written: SCORE_CHANGE.exactOptional(),
};

/** What a variant chose otherwise than the base model did, and how much of a change is a habit. */
export interface LetterChanges extends RecordOf<typeof LETTER_CHANGE_KEYS> {}

const BY_GROUP = z.record(TEXT, SCORE_CHANGE);

const SQL_COMPARISON = z.strictObject({
  /** By reading, over all scored examples; databases are the clusters. */
  overall: each(READINGS, SCORE_CHANGE),
  /** Official reading, by difficulty; levels without an example are left out. */
  byHardness: BY_GROUP,
  /** Statements that run. */
  runs: SCORE_CHANGE,
  /** What predictions came to before and after, by status or class of error. */
  flips: FLIP_TABLE,
  /** Official reading, by the number of examples shown where it is not the study's own. */
  byShots: BY_GROUP.exactOptional(),
});

const MMLU_COMPARISON = z.strictObject({
  /** Over all scored questions; subjects are the clusters. */
  overall: SCORE_CHANGE,
  /** By category. */
  byCategory: BY_GROUP,
  /** The change of what is known above guessing. */
  aboveChance: ABOVE_CHANCE,
  /** What the log-probabilities of the letters say; absent where they were not kept. */
  letters: z.strictObject(LETTER_CHANGE_KEYS).exactOptional(),
});

const PROSE_COMPARISON = z.strictObject({
  /** In nats a token; topics are the clusters; above 0 is worse. */
  overall: PAIRED_CHANGE,
  /** By kind of passage. */
  byKind: z.record(TEXT, PAIRED_CHANGE),
});

/** The keys of {@linkcode Comparison}: each measure that both answered. */
export const COMPARISON_KEYS = {
  sql: SQL_COMPARISON.exactOptional(),
  mmlu: MMLU_COMPARISON.exactOptional(),
  prose: PROSE_COMPARISON.exactOptional(),
};

/** A variant against another one on the same examples: the base model, or the first of a pair. */
export interface Comparison extends RecordOf<typeof COMPARISON_KEYS> {}

/** The keys of {@linkcode PlannedNeed}. */
export const PLANNED_NEED_KEYS = {
  /** The planned share of items that flip, or the variance of a passage's change in squared nats. */
  flipShare: z.number().gt(0),
  /** The planned factor by which clusters raise the variance. */
  designEffect: z.number().min(1),
  /** Items at the level of one path. */
  items: z.int().min(1),
};

/** How many paired items it takes to exclude a loss. */
export interface PlannedNeed extends RecordOf<typeof PLANNED_NEED_KEYS> {}

/** The keys of {@linkcode SweepPlan}. */
export const PLAN_KEYS = {
  /** When it was written, ISO 8601. */
  written: TEXT,
  /** Whether answers of tuned variants lay in its folder already: then it fixes nothing beforehand. */
  afterAnswers: z.literal(true).exactOptional(),
  /** The measure of what is known that a loss is one of. */
  gauge: z.enum(["mmlu", "prose"]),
  /** The loss that is not to be tolerated, in the unit of the gauge. */
  delta: z.number().gt(0),
  /** The chance of recommending a variant that loses `delta` or more. */
  alpha: z.number().gt(0).lt(1),
  /** The seed of the halves. */
  seed: COUNT,
  /** One recipe and checkpoint each, with variants in ascending order of the scale. */
  paths: z.array(z.strictObject({ name: TEXT, variants: z.array(TEXT) })),
  /** The databases to choose by and to confirm on. */
  halves: HALVES,
  /** Variants whose changes overall are the primary claims, adjusted together. */
  primary: z.array(TEXT),
  /** Items that a delta needs at planned shares of flips. */
  needs: z.array(z.strictObject(PLANNED_NEED_KEYS)),
};

/** What is written down before an answer of a tuned variant is read. */
export interface SweepPlan extends RecordOf<typeof PLAN_KEYS> {}

/** The keys of {@linkcode VariantPair}. */
export const VARIANT_PAIR_KEYS = {
  /** The one that changes are counted from. */
  first: TEXT,
  /** The one that words are of. */
  second: TEXT,
  comparison: z.strictObject(COMPARISON_KEYS),
  /** Holm's p-values over all pairs, by measure. */
  adjustedP: z.strictObject({
    sql: z.number().exactOptional(),
    mmlu: z.number().exactOptional(),
    prose: z.number().exactOptional(),
  }),
};

/** Two tuned variants compared directly, by pairing. */
export interface VariantPair extends RecordOf<typeof VARIANT_PAIR_KEYS> {}

/** The keys of {@linkcode RecipeOverSeeds}. */
export const OVER_SEEDS_KEYS = {
  /** The name of the recipe in the config. */
  recipe: TEXT,
  /** The seeds of its trainings. */
  seeds: z.array(COUNT),
  /** By measure; 5 seeds are needed for a sentence about the recipe. */
  changes: z.strictObject({
    sql: OVER_SEEDS.exactOptional(),
    mmlu: OVER_SEEDS.exactOptional(),
    prose: OVER_SEEDS.exactOptional(),
  }),
};

/** A recipe over its training seeds. */
export interface RecipeOverSeeds extends RecordOf<typeof OVER_SEEDS_KEYS> {}

/** The keys of {@linkcode StudyClaim}. */
export const STUDY_CLAIM_KEYS = { ...CLAIM_KEYS, variant: TEXT, gauge: z.enum(GAUGES) };

/** A claim that the plan names, adjusted by Holm over all of them. */
export interface StudyClaim extends RecordOf<typeof STUDY_CLAIM_KEYS> {}

/** The keys of {@linkcode StudyFindings}. */
export const FINDING_KEYS = {
  /** The claims that the plan names. */
  claims: z.array(z.strictObject(STUDY_CLAIM_KEYS)),
  /** The recipes compared with each other. */
  pairs: z.array(z.strictObject(VARIANT_PAIR_KEYS)),
  /** Recipes that were trained with several seeds. */
  seeds: z.array(z.strictObject(OVER_SEEDS_KEYS)),
  /** How the change of general text goes with that of multiple choice, over the variants. */
  proseAndMmlu: CORRELATION.exactOptional(),
  /** The recommended variant, or why there is none; absent where no tuned variant is a step. */
  recommendation: RECOMMENDATION.exactOptional(),
};

/** What a study says beyond its single variants. */
export interface StudyFindings extends RecordOf<typeof FINDING_KEYS> {}
