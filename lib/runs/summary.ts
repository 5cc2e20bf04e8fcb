import { z } from "zod";
import { COUNT, type RecordOf, SHA256, TEXT, textOfForm, together } from "../ground/mod.ts";
import { HARDNESS_LEVELS, READINGS, VERDICT_STATUSES } from "../sql/mod.ts";
import { each } from "./_each.ts";
import { CHANCE, CLUSTERED, PROPORTION } from "./_estimate_schemas.ts";
import { ADAPTER_SETTINGS } from "./adapter_settings.ts";
import {
  COMPARISON_KEYS,
  FINDING_KEYS,
  FUNNEL_KEYS,
  LETTER_SCORE_KEYS,
  PLAN_KEYS,
  PROSE_SCORE_KEYS,
} from "./numbers.ts";
import { STUDY } from "./study_config.ts";
import { ORIGIN_KEYS } from "./variant_origin.ts";

/** The form of `summary.json`; raised when a reader of the last form would misread it. */
export const SCHEMA_VERSION = 2;

/** What is measured and how; raised by every fix that moves a number. */
export const TASK_VERSION = 2;

const HASHES = z.record(TEXT, SHA256);

const READING_SCORES = each(READINGS, PROPORTION);

/** The keys of {@linkcode SqlScores}. */
export const SQL_SCORE_KEYS = {
  /** By reading, over all scored examples. */
  overall: READING_SCORES,
  /** By difficulty and reading; levels without an example are left out. */
  byHardness: each(HARDNESS_LEVELS, READING_SCORES.exactOptional()),
  /** How many predictions came to what (official reading); sums to n. */
  byStatus: each(VERDICT_STATUSES, COUNT),
  /** How many wrong predictions first depart from their gold where, the most frequent first. */
  byClass: z.record(TEXT, COUNT),
  /** How far predictions get. */
  funnel: z.strictObject(FUNNEL_KEYS),
  /** Predictions that match (official reading). */
  success: COUNT,
  /** All others. */
  failure: COUNT,
  /** Completions that ended at the token limit. */
  cut: COUNT,
  /** Those of them that ended inside their reasoning part. */
  cutInReasoning: COUNT,
  /** Official accuracy with databases as clusters; left out with fewer than two. */
  clustered: CLUSTERED.exactOptional(),
};

/** Execution accuracy. */
export interface SqlScores extends RecordOf<typeof SQL_SCORE_KEYS> {}

const SQL = together(z.strictObject(SQL_SCORE_KEYS), (scores) => {
  const { byStatus, success, failure, cut, cutInReasoning, overall } = scores;
  const { n, successes } = overall.official;
  const counted = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  if (counted !== n || success !== successes || success + failure !== n) {
    return {
      rule: `scores whose counts sum to n = ${n} with ${successes} successes`,
      value: { byStatus, success, failure },
    };
  }
  return cut > n || cutInReasoning > cut
    ? {
      rule: `scores with cutInReasoning <= cut <= n = ${n}`,
      value: { cut, cutInReasoning },
    }
    : undefined;
});

/** The keys of {@linkcode ChoiceScore}. */
export const CHOICE_SCORE_KEYS = {
  /** Right answers. */
  accuracy: PROPORTION,
  /** Whether that is above guessing. */
  chance: CHANCE,
};

/** An accuracy and whether it is above guessing. */
export interface ChoiceScore extends RecordOf<typeof CHOICE_SCORE_KEYS> {}

/** The keys of {@linkcode MmluScores}. */
export const MMLU_SCORE_KEYS = {
  /** Over all scored questions. */
  overall: z.strictObject(CHOICE_SCORE_KEYS),
  /** By category, in the order in which they are reported. */
  byCategory: z.record(TEXT, z.strictObject(CHOICE_SCORE_KEYS)),
  /** What the log-probabilities of the letters say; absent where they were not kept. */
  letters: z.strictObject(LETTER_SCORE_KEYS).exactOptional(),
  /** Overall accuracy with subjects as clusters; left out with fewer than two. */
  clustered: CLUSTERED.exactOptional(),
};

/** Multiple-choice accuracy. */
export interface MmluScores extends RecordOf<typeof MMLU_SCORE_KEYS> {}

/** The keys of {@linkcode VariantSummary}. */
export const VARIANT_KEYS = {
  /** "base", or a name that no other variant has. */
  name: TEXT,
  /** Which weights it is. */
  origin: z.strictObject(ORIGIN_KEYS),
  /** Text-to-SQL under the study's own prompt. */
  sql: SQL.exactOptional(),
  /** Text-to-SQL by the number of examples shown where it is not the study's own. */
  sqlByShots: z.record(TEXT, SQL).exactOptional(),
  /** Multiple choice. */
  mmlu: z.strictObject(MMLU_SCORE_KEYS).exactOptional(),
  /** General text. */
  prose: z.strictObject(PROSE_SCORE_KEYS).exactOptional(),
  /** The comparison with the base model; left out for the base model itself. */
  versusBase: z.strictObject(COMPARISON_KEYS).exactOptional(),
};

/** The scores of one variant: each measure that the study has. */
export interface VariantSummary extends RecordOf<typeof VARIANT_KEYS> {}

const VARIANTS = together(z.array(z.strictObject(VARIANT_KEYS)).min(1), (variants) => {
  for (const [i, { name, versusBase }] of variants.entries()) {
    if ((name === "base") !== (i === 0)) {
      return { path: [i, "name"], rule: '"base" first and only there' };
    }
    if ((versusBase === undefined) !== (i === 0)) {
      const rule = i === 0 ? "left out for the base model" : "there for every tuned variant";
      return { path: [i, "versusBase"], rule };
    }
  }
  return undefined;
});

/** The keys of {@linkcode SuiteCounts}. */
export const SUITE_COUNT_KEYS = {
  /** What the data is called in tables and figures, such as "MMLU". */
  title: TEXT,
  /** Examples that the config selects. */
  asked: COUNT,
  /** Examples with a score: the n of every overall number. */
  scored: COUNT,
  /** Examples that could not be scored because data is missing. */
  missing: COUNT,
};

/** `asked = scored + missing`. */
export interface SuiteCounts extends RecordOf<typeof SUITE_COUNT_KEYS> {}

/** The keys of {@linkcode MissingDatabaseCount}. */
export const MISSING_DATABASE_KEYS = {
  /** The database's name. */
  dbId: TEXT,
  /** How many of the examples asked for are on it. */
  examples: z.int().min(1),
};

/** A database without a file. */
export interface MissingDatabaseCount extends RecordOf<typeof MISSING_DATABASE_KEYS> {}

/** The keys of {@linkcode UnjudgedExample}. */
export const UNJUDGED_KEYS = {
  /** The example's id, such as `dev-12`. */
  id: TEXT,
  /** Its database. */
  dbId: TEXT,
  /** Whether its gold statement fails or its database cannot be read. */
  status: z.enum(["gold_failed", "bad_database"]),
  /** One line on what is wrong. */
  message: TEXT,
};

/** An example that no prediction can be judged on. */
export interface UnjudgedExample extends RecordOf<typeof UNJUDGED_KEYS> {}

function summing<S extends z.ZodType<SuiteCounts>>(schema: S): S {
  return together(
    schema,
    ({ asked, scored, missing }) =>
      asked === scored + missing ? undefined : { rule: "counts with asked = scored + missing" },
  );
}

/** The keys of {@linkcode SummaryCounts}. */
export const SUMMARY_COUNT_KEYS = {
  /** Text-to-SQL. */
  sql: summing(z.strictObject({
    ...SUITE_COUNT_KEYS,
    /** Examples shown in every prompt. */
    shots: COUNT,
    /** Databases of the scored examples. */
    databases: COUNT,
    /** Databases without a file, whose examples could not be scored. */
    missingDatabases: z.array(z.strictObject(MISSING_DATABASE_KEYS)),
    /** Asked examples without a verdict through a fault of the data; left out where there are none. */
    unjudged: z.array(z.strictObject(UNJUDGED_KEYS)).exactOptional(),
  })).exactOptional(),
  /** Multiple choice. */
  mmlu: summing(z.strictObject({ ...SUITE_COUNT_KEYS, subjects: COUNT })).exactOptional(),
  /** Passages of general text. */
  prose: summing(z.strictObject({ ...SUITE_COUNT_KEYS, topics: COUNT })).exactOptional(),
};

/** How many examples were asked for and scored, each variant alike; measures that were asked. */
export interface SummaryCounts extends RecordOf<typeof SUMMARY_COUNT_KEYS> {}

/** The keys of {@linkcode AdapterSource}. */
export const ADAPTER_SOURCE_KEYS = {
  /** Its id on the hub, as the config has it. */
  id: TEXT,
  /** The commit that was taken. */
  commit: textOfForm(/^[0-9a-f]{40}$/, "a commit's full hash"),
  /** The folder that it was read from, as paths are recorded. */
  folder: TEXT,
};

/** Where on the hub an adapter came from. */
export interface AdapterSource extends RecordOf<typeof ADAPTER_SOURCE_KEYS> {}

/** The keys of {@linkcode Provenance}. All hashes are SHA-256, 64 hexadecimal digits. */
export const PROVENANCE_KEYS = {
  /** Hashes of the model's files, by file name. */
  modelFiles: HASHES,
  /** Hashes of each adapter's files, by the name of its training and file name. */
  adapters: z.record(TEXT, HASHES),
  /** What each adapter is by its own config. */
  adapterSettings: z.record(TEXT, ADAPTER_SETTINGS),
  /** Where the adapters of the hub came from, by name; left out where there are none. */
  adapterSources: z.record(TEXT, z.strictObject(ADAPTER_SOURCE_KEYS)).exactOptional(),
  /** Versions of the prompts. */
  prompts: z.strictObject({ sql: TEXT, mmlu: TEXT, prose: TEXT.exactOptional() }),
  /** Hashes of the data files, by name, such as `spider/dev.json`. */
  data: HASHES,
  /** Every seed that something was drawn with, by what was drawn. */
  seeds: z.record(TEXT, COUNT),
  /** Versions of what ran and trained the models, by name; `null` for what is not installed. */
  tools: z.record(TEXT, TEXT.nullable()),
  /** The code's state. */
  git: z.strictObject({
    commit: textOfForm(/^[0-9a-f]{40,64}$/, "a commit's full hash").nullable(),
    dirty: z.boolean().nullable(),
  }),
  /** What the models ran on, in words. */
  device: TEXT,
  /** The number format of the computation, such as "float32". */
  dtype: TEXT,
};

/** What made the numbers. */
export interface Provenance extends RecordOf<typeof PROVENANCE_KEYS> {}

/** The keys of {@linkcode Summary}. */
export const SUMMARY_KEYS = {
  /** The form of this file, {@linkcode SCHEMA_VERSION}. */
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** What was measured, {@linkcode TASK_VERSION} at the time. Others are not comparable. */
  taskVersion: z.int().min(1),
  /** The study's name. */
  name: TEXT,
  /** Shown wherever a number of the study appears, such as "sample". */
  label: TEXT.exactOptional(),
  /** `configHash` of config and inputs: equal hashes are the same study. */
  configHash: SHA256,
  /** The effective config, flags applied, as `recordedConfig` gives it. */
  config: STUDY,
  /** How many examples were asked for and scored. */
  counts: z.strictObject(SUMMARY_COUNT_KEYS),
  /** What was written down before an answer of a tuned variant was read. */
  plan: z.strictObject(PLAN_KEYS),
  /** The base model first, then the tuned variants in the order of the config. */
  variants: VARIANTS,
  /** What the study says beyond its single variants. */
  findings: z.strictObject(FINDING_KEYS),
  /** What made the numbers. */
  provenance: z.strictObject(PROVENANCE_KEYS),
};

/** `results/<run>/summary.json`: every number of a study with its n and interval, and its origin. */
export interface Summary extends RecordOf<typeof SUMMARY_KEYS> {}

/** A whole summary. */
export const SUMMARY = together(
  z.strictObject(SUMMARY_KEYS),
  // a recording's folder is named after it
  ({ name, config }) =>
    name === config.name
      ? undefined
      : { path: ["name"], rule: `the study's name "${config.name}"` },
);
