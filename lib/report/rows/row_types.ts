/**
 * The rows that tables, figures, frames and sentences are made of.
 *
 * A row is one number with all that is needed to read it: what was measured, on which variant, on
 * how many examples, and its intervals. Proportions are in 0..1 everywhere, general text is in nats
 * a token; percent and percentage points are made at the moment of printing.
 *
 * @module
 */
import type {
  Gauge,
  RecipeOverSeeds,
  StudyFindings,
  SweepPlan,
  VariantOrigin,
} from "../../runs/mod.ts";
import type {
  Evidence,
  FlipTable,
  Interval,
  Outcome,
  PercentageChange,
  Verdict,
} from "../../stats/mod.ts";
import type { AboveChanceRow, ChanceRow, LetterRow } from "./choice_rows.ts";
import type { UnstableRow } from "./training_types.ts";

/**
 * What a change is of: one of the three gauges, statements that run (`runs`), and what the letters'
 * log-probabilities say beside the accuracy of multiple choice.
 *
 * - `prior_free`: accuracy with the letter prior taken off; `habit`: the rest of the raw change;
 * - `right_probability`: the mean probability of the right letter; `brier`: the mean Brier score;
 * - `written`: accuracy by the letter that the model writes.
 */
export type Measure =
  | Gauge
  | "runs"
  | "prior_free"
  | "habit"
  | "right_probability"
  | "brier"
  | "written";

/** What the data of each gauge are called in tables, figures and sentences, such as "MMLU". */
export type GaugeTitles = Readonly<Record<Gauge, string>>;

/** The accuracy of one variant on one group of examples. */
export interface AccuracyRow {
  /** What was measured: text-to-SQL, or multiple choice. */
  readonly measure: Gauge;
  /** The model as it is named in every table: "base", or the name of a tuned variant. */
  readonly variant: string;
  /** A hardness level ("easy" .. "extra"), a category, a reading, a step of the funnel, or "all". */
  readonly group: string;
  /** Examples answered correctly, of {@linkcode AccuracyRow.n}. */
  readonly successes: number;
  /** Examples scored. */
  readonly n: number;
  /** `successes / n`, in 0..1. */
  readonly mean: number;
  /** 95 % interval of the mean, in 0..1. */
  readonly ci95: Interval;
  /**
   * Of SQL over all examples: completions that ended at the token limit. Absent for groups, for
   * multiple choice, and where it was not counted.
   */
  readonly cut?: number;
  /** Those of them that ended inside their reasoning part. */
  readonly cutInReasoning?: number;
}

/** A paired change, `tuned - base` on the same examples, with the word that it may be given. */
export interface ChangeRow {
  /** What was measured. */
  readonly measure: Measure;
  /** The variant's name. */
  readonly variant: string;
  /** A hardness level, a category, a kind of text, a number of shots, a reading, or "all". */
  readonly group: string;
  /** Counts and spreads; `n` is the number of pairs. */
  readonly evidence: Evidence;
  /** Both 95 % intervals, and what they alone allow. */
  readonly verdict: Verdict;
  /** The word that may be given: of a claim that is adjusted, what is left of it then. */
  readonly outcome: Outcome;
  /** Of a claim that was adjusted for others (Holm); all other claims are marked as unadjusted. */
  readonly adjusted?: Adjustment;
  /** The loss that is not to be tolerated, in the unit of the measure; absent without one. */
  readonly delta?: number;
  /**
   * Whether a loss of `delta` or more is excluded, whatever the outcome: of a claim that is adjusted,
   * after that too. Absent where it is not, or there is no `delta`.
   */
  readonly lossExcluded?: true;
  /** McNemar's mid-p, two-sided; of accuracies only. */
  readonly midP?: number;
  /** The change relative to the base score; `null` where the base has none right. */
  readonly percent?: PercentageChange | null;
}

/** What Holm's procedure made of a claim. */
export interface Adjustment {
  /** The adjusted two-sided p-value against "no difference". */
  readonly p: number;
  /** How many claims were adjusted together. */
  readonly claims: number;
}

/** Two tuned variants compared directly, by pairing; the word is of the second one. */
export interface PairRow extends ChangeRow {
  /** The one that the change is counted from. */
  readonly first: string;
}

/** A recipe's change over its training seeds. */
export interface SeedRow {
  /** The recipe's name in the config. */
  readonly recipe: string;
  /** What was measured. */
  readonly measure: Gauge;
  /** What was found. */
  readonly change: NonNullable<RecipeOverSeeds["changes"][Gauge]>;
}

/** The difference of two recipes, seed by seed; the word is of `recipe`. */
export interface SeedPairRow extends SeedRow {
  /** The recipe that the difference is counted from. */
  readonly against: string;
  /** The word after the adjustment for all pairs. */
  readonly outcome: Outcome;
  /** What the adjustment made of it; absent where there is one pair alone. */
  readonly adjusted?: Adjustment;
}

/** Verdicts of one variant counted by status, the raw record of a SQL run. */
export interface CountRow {
  /** The variant's name. */
  readonly variant: string;
  /** A verdict status such as "match" or "sql_error". */
  readonly status: string;
  /** How many of them. */
  readonly count: number;
  /** Examples judged. */
  readonly n: number;
  /** Completions that ended at the token limit, whatever their status; absent where not counted. */
  readonly cut?: number;
}

/** How many of a variant's wrong statements first depart from their gold in one way. */
export interface ClassRow {
  /** The variant's name. */
  readonly variant: string;
  /** A class of error such as "join". */
  readonly errorClass: string;
  /** How many of them. */
  readonly count: number;
  /** Examples judged, right ones included. */
  readonly n: number;
}

/** Where a variant's answers moved to. */
export interface FlipsRow {
  /** The variant's name. */
  readonly variant: string;
  /** The moves, the most frequent first. */
  readonly flips: FlipTable<string>;
}

/** How well a variant predicts general text. */
export interface ProseRow {
  /** The variant's name. */
  readonly variant: string;
  /** A kind of text, or "all". */
  readonly group: string;
  /** Nats a token, lower is better. */
  readonly nats: number;
}

/** How many examples of a measure were asked for and scored, and what they are spread over. */
export interface CoverageRow {
  /** What was measured. */
  readonly measure: Gauge;
  /** Examples that the config selects. */
  readonly asked: number;
  /** Examples with a score. */
  readonly scored: number;
  /** Databases, subjects or topics: the clusters of the intervals. */
  readonly clusters: number;
  /** Examples shown in every prompt, or the most where prompts differ; absent if not known. */
  readonly shots?: number;
  /** The fewest, where prompts differ. */
  readonly fewestShots?: number;
  /** What could not be scored and why, in words; empty where everything was. */
  readonly missing: string;
}

/** What became of a variant as a step of its path: `untested` after the first that did not pass. */
export type StepResult = "passed" | "not passed" | "untested";

/** The change of each measure; those that were not measured are absent. */
export type GaugeChanges = { readonly [G in Gauge]?: ChangeRow };

/** One tuned variant in the trade-off: its changes over all examples. */
export interface TradeOffRow extends GaugeChanges {
  /** The variant's name. */
  readonly variant: string;
  /** Which weights it is. */
  readonly origin: VariantOrigin;
  /** Absent where it is no step of a path, or there is no plan. */
  readonly step?: StepResult;
  /** Whether it is the one that is recommended. */
  readonly recommended: boolean;
}

/** The rows that need no whole study: some variants, the base model first. */
export interface VariantRows {
  /** The base model's name. */
  readonly model: string;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string;
  /** What the data of each gauge are called. */
  readonly titles: GaugeTitles;
  /** The base model first, then the variants; groups in their natural order, "all" last. */
  readonly accuracy: readonly AccuracyRow[];
  /** SQL over all examples by reading of "the rows agree": the group is the reading. */
  readonly readings: readonly AccuracyRow[];
  /** SQL over all examples by the number of examples shown, where there are several. */
  readonly shots: readonly AccuracyRow[];
  /** How far SQL gets: the group is "parses", "runs" or "right". */
  readonly funnel: readonly AccuracyRow[];
  /** Verdicts of SQL by status. */
  readonly counts: readonly CountRow[];
  /** Wrong SQL by class of error. */
  readonly classes: readonly ClassRow[];
  /** Where SQL verdicts moved to. */
  readonly sqlFlips: readonly FlipsRow[];
  /** Multiple choice against guessing. */
  readonly chance: readonly ChanceRow[];
  /** The change above guessing, one a tuned variant. */
  readonly aboveChance: readonly AboveChanceRow[];
  /** What the log-probabilities of the letters say, one a variant. */
  readonly letters: readonly LetterRow[];
  /** Where letters moved to. */
  readonly letterFlips: readonly FlipsRow[];
  /** General text by kind. */
  readonly prose: readonly ProseRow[];
  /** Every change of every variant against the base model. */
  readonly changes: readonly ChangeRow[];
  /** One a tuned variant. */
  readonly tradeOff: readonly TradeOffRow[];
}

/** A training on general records beside the train split. */
export interface GeneralRow {
  /** The training's name. */
  readonly recipe: string;
  /** General records of an epoch. */
  readonly records: number;
  /** The base model's answers that they are drawn from; absent in older summaries. */
  readonly answers?: number;
}

/** All rows of one study, as a summary yields them. */
export interface StudyRows extends VariantRows {
  /** How many examples there are of each measure. */
  readonly coverage: readonly CoverageRow[];
  /** What was written down before an answer of a tuned variant was read. */
  readonly plan: SweepPlan;
  /** The recipes compared with each other. */
  readonly pairs: readonly PairRow[];
  /** Recipes over their training seeds. */
  readonly seeds: readonly SeedRow[];
  /** Recipes with several seeds, compared with each other seed by seed. */
  readonly seedPairs: readonly SeedPairRow[];
  /** The trainings that had general records, each recipe's seeds apart. */
  readonly general: readonly GeneralRow[];
  /** The trainings whose losses rose far above those of their beginning; the summary has none. */
  readonly unstable: readonly UnstableRow[];
  /** The recommended variant, or why there is none; absent where no variant is a step of a path. */
  readonly recommendation?: NonNullable<StudyFindings["recommendation"]>;
  /** How the changes of general text and of multiple choice go together. */
  readonly proseAndMmlu?: NonNullable<StudyFindings["proseAndMmlu"]>;
}
