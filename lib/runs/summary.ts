import type {
  ChanceTest,
  ClusteredDifference,
  Interval,
  PairedDifference,
  Proportion,
} from "../stats/mod.ts";
import type { AdapterSettings } from "./adapter_settings.ts";
import type { StudyConfig } from "./study_config.ts";
import type { GitState } from "./git_state.ts";

/** The form of `summary.json`; raised when a reader of the last form would misread it. */
export const SCHEMA_VERSION = 1;

/** What is measured and how; raised by every fix that moves a number. */
export const TASK_VERSION = 2;

/** The three readings of "the rows agree". */
export const SQL_MODES = ["official", "assignment", "strict"] as const;

/** Spider's levels of difficulty, in the order in which they are reported. */
export const HARDNESS_LEVELS = ["easy", "medium", "hard", "extra"] as const;

/** What the execution of a prediction comes to, in the order in which it is reported. */
export const SQL_STATUSES = [
  "match",
  "mismatch",
  "no_sql",
  "sql_error",
  "timeout",
  "too_many_rows",
] as const;

/** A reading of "the rows agree": Spider's script, the bag of rows as written, or the strictest. */
export type SqlMode = typeof SQL_MODES[number];

/** A level of difficulty of a gold statement. */
export type HardnessLevel = typeof HARDNESS_LEVELS[number];

/** What the execution of a prediction came to. */
export type SqlStatus = typeof SQL_STATUSES[number];

/** `results/<run>/summary.json`: every number of a study with its n and interval, and its origin. */
export interface Summary {
  /** The form of this file, {@linkcode SCHEMA_VERSION}. */
  readonly schemaVersion: typeof SCHEMA_VERSION;
  /** What was measured, {@linkcode TASK_VERSION} at the time. Others are not comparable. */
  readonly taskVersion: number;
  /** The study's name. */
  readonly name: string;
  /** Shown wherever a number of the study appears, such as "sample". */
  readonly label?: string;
  /** `configHash` of config and inputs: equal hashes are the same study. */
  readonly configHash: string;
  /** The effective config, flags applied, as `recordedConfig` gives it. */
  readonly config: StudyConfig;
  /** How many examples were asked for and scored. */
  readonly counts: SummaryCounts;
  /** The base model first, then one entry a recipe, in the order of the config. */
  readonly variants: readonly VariantSummary[];
  /** What made the numbers. */
  readonly provenance: Provenance;
}

/** How many examples were asked for and scored, each variant alike. */
export interface SummaryCounts {
  /** Text-to-SQL. */
  readonly sql: SuiteCounts & {
    /** Databases without a file, whose examples could not be scored. */
    readonly missingDatabases: readonly MissingDatabaseCount[];
    /** Asked examples without a verdict through a fault of the data; left out where there are none. */
    readonly unjudged?: readonly UnjudgedExample[];
  };
  /** Multiple choice. */
  readonly mmlu: SuiteCounts;
}

/** `asked = scored + missing`. */
export interface SuiteCounts {
  /** Examples that the config selects. */
  readonly asked: number;
  /** Examples with a score: the n of every overall number. */
  readonly scored: number;
  /** Examples that could not be scored because data is missing. */
  readonly missing: number;
}

/** An example that no prediction can be judged on. */
export interface UnjudgedExample {
  /** The example's id, such as `dev-12`. */
  readonly id: string;
  /** Its database. */
  readonly dbId: string;
  /** Whether its gold statement fails or its database cannot be read. */
  readonly status: "gold_failed" | "bad_database";
  /** One line on what is wrong. */
  readonly message: string;
}

/** A database without a file. */
export interface MissingDatabaseCount {
  /** The database's name. */
  readonly dbId: string;
  /** How many of the examples asked for are on it. */
  readonly examples: number;
}

/** The scores of one variant. */
export interface VariantSummary {
  /** "base" or the recipe's name. */
  readonly name: string;
  /** Text-to-SQL. */
  readonly sql: SqlScores;
  /** Multiple choice. */
  readonly mmlu: MmluScores;
  /** The comparison with the base model; left out for the base model itself. */
  readonly versusBase?: VersusBase;
}

/** Execution accuracy. */
export interface SqlScores {
  /** By reading, over all scored examples. */
  readonly overall: Readonly<Record<SqlMode, Proportion>>;
  /** By difficulty and reading; levels without an example are left out. */
  readonly byHardness: Readonly<
    Partial<Record<HardnessLevel, Readonly<Record<SqlMode, Proportion>>>>
  >;
  /** How many predictions came to what (official reading); sums to n. */
  readonly byStatus: Readonly<Record<SqlStatus, number>>;
  /** Predictions that match (official reading). */
  readonly success: number;
  /** All others. */
  readonly failure: number;
  /** Completions that ended at the token limit; absent in summaries from before it was counted. */
  readonly cut?: number;
  /** Those of them that ended inside their reasoning part. */
  readonly cutInReasoning?: number;
  /** Official accuracy with databases as clusters; left out with fewer than two. */
  readonly clustered?: ClusteredDifference;
}

/** Multiple-choice accuracy. */
export interface MmluScores {
  /** Over all scored questions. */
  readonly overall: ChoiceScore;
  /** By category, in the order in which they are reported. */
  readonly byCategory: Readonly<Record<string, ChoiceScore>>;
  /** Overall accuracy with subjects as clusters; left out with fewer than two. */
  readonly clustered?: ClusteredDifference;
}

/** An accuracy and whether it is above guessing. */
export interface ChoiceScore {
  readonly accuracy: Proportion;
  readonly chance: ChanceTest;
}

/** A variant against the base model, on the same examples. */
export interface VersusBase {
  readonly sql: {
    /** By reading, over all scored examples; clustered by database. */
    readonly overall: Readonly<Record<SqlMode, PairedDifference>>;
    /** Official reading, by difficulty; levels without an example are left out. */
    readonly byHardness: Readonly<Partial<Record<HardnessLevel, PairedDifference>>>;
    /** The relative change of official accuracy. */
    readonly change: Change;
    /** The smallest difference that would probably be found; `null` if none would. */
    readonly smallestDetectable: number | null;
  };
  readonly mmlu: {
    /** Over all scored questions; clustered by subject. */
    readonly overall: ChoiceComparison;
    /** By category. */
    readonly byCategory: Readonly<Record<string, ChoiceComparison & { readonly holmP: number }>>;
  };
}

/** Multiple-choice accuracy against the base model's; `holmP` is the exact p over all categories. */
export interface ChoiceComparison {
  readonly difference: PairedDifference;
  /** The relative change, if the base model is above chance. */
  readonly change: Change;
  /** The smallest difference that would probably be found; `null` if none would. */
  readonly smallestDetectable: number | null;
}

/** A relative change (0.1 is 10 % more), or the reason why there is none. */
export type Change =
  | { readonly kind: "relative"; readonly mean: number; readonly ci95: Interval }
  /** The base model does no better than guessing: no loss can be measured. */
  | { readonly kind: "at_chance" }
  /** The base model has nothing right: no ratio can be taken. */
  | { readonly kind: "base_zero" };

/** What made the numbers. All hashes are SHA-256, 64 hexadecimal digits. */
export interface Provenance {
  /** Hashes of the model's files, by file name. */
  readonly modelFiles: Readonly<Record<string, string>>;
  /** Hashes of each recipe's adapter files, by recipe and file name. */
  readonly adapters: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What each recipe's adapter is by its own config; absent in summaries from before it was kept. */
  readonly adapterSettings?: Readonly<Record<string, AdapterSettings>>;
  /** Versions of the prompts. */
  readonly prompts: { readonly sql: string; readonly mmlu: string };
  /** Hashes of the data files, by name, such as `spider/dev.json`. */
  readonly data: Readonly<Record<string, string>>;
  /** Every seed that something was drawn with, by what was drawn. */
  readonly seeds: Readonly<Record<string, number>>;
  /** Versions of what ran and trained the models, by name; `null` for what is not installed. */
  readonly tools: Readonly<Record<string, string | null>>;
  /** The code's state. */
  readonly git: GitState;
  /** What the models ran on, in words. */
  readonly device: string;
  /** The number format of the computation, such as "float32". */
  readonly dtype: string;
}
