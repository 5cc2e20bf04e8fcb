import { z } from "zod";
import { COUNT, type Problem, type RecordOf, TEXT } from "../../ground/mod.ts";
import { HARDNESS_LEVELS, READINGS, VERDICT_STATUSES } from "../../sql/mod.ts";
import { each } from "../_each.ts";
import { CLUSTERED, FLIP_TABLE, PROPORTION } from "../_estimate_schemas.ts";
import { BY_GROUP, SCORE_CHANGE } from "../paired_change.ts";
import { COMPLETION_KEYS, SAMPLE_NAME_KEYS, SAMPLE_PROMPT_KEYS } from "../samples.ts";
import { SUITE_COUNT_KEYS } from "../suite_counts.ts";

/** What a prompt shows of a database, at training and at evaluation alike. */
export const SCHEMA_KEYS = {
  /** Whether the foreign keys are listed. */
  foreignKeys: z.boolean().default(true),
  /** How many values of each column are shown: its most frequent ones, cut at 40 characters. */
  cellValues: z.int().min(0).max(5).default(0),
};

/** The text-to-SQL half of a study. */
export const SPIDER_KEYS = {
  /** The folder in Spider's layout; or a `.jsonl` file of one's own questions. */
  path: TEXT,
  /** The SQLite file, or the folder of several, that questions of one's own are on. */
  database: TEXT.exactOptional(),
  /** How many dev questions, drawn by seed; `null` for all. */
  limit: z.int().min(1).nullable().default(null),
  /** Examples shown before each question. */
  shots: z.int().min(0).max(20).default(3),
  /** Where a completion is cut, in tokens. */
  maxNewTokens: z.int().min(1).max(4096).default(64),
  /** When a query is ended, in milliseconds. */
  timeoutMs: z.int().min(1).max(600_000).default(5000),
  /** What a prompt shows of a database; tables, columns and foreign keys if left out. */
  schema: z.strictObject(SCHEMA_KEYS).exactOptional(),
};

/** The keys of {@linkcode SqlSample}. */
export const SQL_SAMPLE_KEYS = {
  ...SAMPLE_NAME_KEYS,
  /** The example's database. */
  dbId: TEXT,
  ...SAMPLE_PROMPT_KEYS,
  ...COMPLETION_KEYS,
};

/** One greedy completion of a text-to-SQL prompt: what the model said, not yet judged. */
export interface SqlSample extends RecordOf<typeof SQL_SAMPLE_KEYS> {}

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

/** What of the scores does not go together, if anything. */
export function sqlScoreProblem(scores: SqlScores): Problem | undefined {
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
}

/** Text-to-SQL, compared: its part of {@linkcode Comparison}. */
export const SQL_COMPARISON_KEYS = {
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
};

/** A database without a file. */
export const MISSING_DATABASE_KEYS = {
  /** The database's name. */
  dbId: TEXT,
  /** How many of the examples asked for are on it. */
  examples: z.int().min(1),
};

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

/** How many questions were asked and scored. */
export const SQL_COUNT_KEYS = {
  ...SUITE_COUNT_KEYS,
  /** Examples shown in every prompt. */
  shots: COUNT,
  /** Databases of the scored examples. */
  databases: COUNT,
  /** Databases without a file, whose examples could not be scored. */
  missingDatabases: z.array(z.strictObject(MISSING_DATABASE_KEYS)),
  /** Asked examples without a verdict through a fault of the data; left out where there are none. */
  unjudged: z.array(z.strictObject(UNJUDGED_KEYS)).exactOptional(),
};
