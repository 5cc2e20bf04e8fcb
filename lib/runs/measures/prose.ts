import { z } from "zod";
import { COUNT, type RecordOf, TEXT } from "../../ground/mod.ts";
import { PAIRED_CHANGE } from "../paired_change.ts";
import { SAMPLE_NAME_KEYS, SAMPLE_PROMPT_KEYS } from "../samples.ts";
import { SUITE_COUNT_KEYS } from "../suite_counts.ts";

/** The general text of a study. */
export const PROSE_KEYS = {
  /** A folder or a file of passages; the project's own where it is left out. */
  path: TEXT.default("prose_db/sample"),
  /** How many passages, drawn by seed; `null` for all. */
  limit: z.int().min(2).nullable().default(null),
};

/** The keys of {@linkcode ProseSample}. */
export const PROSE_SAMPLE_KEYS = {
  ...SAMPLE_NAME_KEYS,
  /** The passage's kind. */
  kind: TEXT,
  /** The passage's topic. */
  topic: TEXT,
  ...SAMPLE_PROMPT_KEYS,
  /** Tokens that were scored. */
  tokens: z.int().min(1),
  /** The sum of their negative log-probabilities, nats. */
  nats: z.number().min(0),
};

/** How well a variant predicts one passage. */
export interface ProseSample extends RecordOf<typeof PROSE_SAMPLE_KEYS> {}

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

/** General text, compared: its part of {@linkcode Comparison}. */
export const PROSE_COMPARISON_KEYS = {
  /** In nats a token; topics are the clusters; above 0 is worse. */
  overall: PAIRED_CHANGE,
  /** By kind of passage. */
  byKind: z.record(TEXT, PAIRED_CHANGE),
};

/** How many passages were asked and scored, of how many topics. */
export const PROSE_COUNT_KEYS = { ...SUITE_COUNT_KEYS, topics: COUNT };
