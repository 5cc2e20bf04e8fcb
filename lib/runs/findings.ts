import { z } from "zod";
import { COUNT, type RecordOf, TEXT } from "../ground/mod.ts";
import { each } from "./_each.ts";
import {
  CLAIM_KEYS,
  CORRELATION,
  HALVES,
  OVER_SEEDS,
  RECOMMENDATION,
} from "./_estimate_schemas.ts";
import { COMPARISON_KEYS, GAUGES, KNOWLEDGE_GAUGES } from "./measures/measures.ts";

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
  gauge: z.enum(KNOWLEDGE_GAUGES),
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
  adjustedP: each(GAUGES, z.number().exactOptional()),
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
  changes: each(GAUGES, OVER_SEEDS.exactOptional()),
};

/** A recipe over its training seeds. */
export interface RecipeOverSeeds extends RecordOf<typeof OVER_SEEDS_KEYS> {}

/** The keys of {@linkcode SeedPair}. */
export const SEED_PAIR_KEYS = {
  ...OVER_SEEDS_KEYS,
  /** The recipe that changes are counted from. */
  against: TEXT,
  /** Holm's p-values over all pairs, by measure. */
  adjustedP: each(GAUGES, z.number().exactOptional()),
};

/** Two recipes compared seed by seed: trainings of the same seed are paired. Words are of `recipe`. */
export interface SeedPair extends RecordOf<typeof SEED_PAIR_KEYS> {}

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
  /** These compared with each other, those with two common seeds or more; absent without a pair. */
  seedPairs: z.array(z.strictObject(SEED_PAIR_KEYS)).exactOptional(),
  /** How the change of general text goes with that of multiple choice, over the variants. */
  proseAndMmlu: CORRELATION.exactOptional(),
  /** The recommended variant, or why there is none; absent where no tuned variant is a step. */
  recommendation: RECOMMENDATION.exactOptional(),
};

/** What a study says beyond its single variants. */
export interface StudyFindings extends RecordOf<typeof FINDING_KEYS> {}
