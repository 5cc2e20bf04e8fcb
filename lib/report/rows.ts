/**
 * The rows that tables, figures and frames are made of.
 *
 * A row is one number with all that is needed to read it: what was measured, on which variant, on
 * how many examples, and its 95 % interval. Proportions are in 0..1 everywhere; percent and
 * percentage points are made at the moment of printing.
 *
 * @module
 */

/** The two things a study measures. */
export type Measure = "sql" | "mmlu";

/** The accuracy of one variant on one group of examples. */
export interface AccuracyRow {
  readonly measure: Measure;
  /** The model as it is named in every table: "base", or the name of a LoRA configuration. */
  readonly variant: string;
  /** A hardness level ("easy" .. "extra"), an MMLU category, or "all". */
  readonly group: string;
  /** Examples answered correctly, of {@linkcode AccuracyRow.n}. */
  readonly successes: number;
  /** Examples scored. */
  readonly n: number;
  /** `successes / n`, in 0..1. */
  readonly mean: number;
  /** 95 % interval of the mean, in 0..1. */
  readonly ci95: readonly [number, number];
  /**
   * Of SQL over all examples: completions that ended at the token limit. Absent for groups, for
   * multiple choice, and where it was not counted.
   */
  readonly cut?: number;
  /** Those of them that ended inside their reasoning part. */
  readonly cutInReasoning?: number;
}

/** How much a variant differs from the base model on the same examples, as `tuned - base`. */
export interface DifferenceRow {
  readonly measure: Measure;
  readonly variant: string;
  readonly group: string;
  /** Pairs: examples that both models answered. */
  readonly n: number;
  /** Mean of the paired differences, in -1..1. */
  readonly mean: number;
  /** 95 % interval of the mean, in -1..1. */
  readonly ci95: readonly [number, number];
  /** Examples that only the base model answered correctly. */
  readonly lost: number;
  /** Examples that only the tuned model answered correctly. */
  readonly gained: number;
  /** Two-sided exact McNemar p-value. */
  readonly pValue: number;
  /** {@linkcode DifferenceRow.pValue} after Holm's correction over the groups of the measure. */
  readonly holmP?: number;
  /** The interval with databases or subjects, not examples, as the independent unit. */
  readonly clusteredCi95?: readonly [number, number];
  /** The smallest difference that would probably be found, in 0..1; `null` where none would. */
  readonly smallestDetectable?: number | null;
}

/** The relative change of an accuracy, or the reason why there is none. */
export interface ChangeRow {
  readonly measure: Measure;
  readonly variant: string;
  readonly group: string;
  /** `(tuned - base) / base`, where the base model scored above chance. */
  readonly change:
    | { readonly kind: "relative"; readonly mean: number; readonly ci95: readonly [number, number] }
    | { readonly kind: "at_chance" }
    | { readonly kind: "base_zero" };
}

/** Verdicts of one variant counted by status, the raw record of a SQL run. */
export interface CountRow {
  readonly variant: string;
  /** A verdict status such as "match" or "sql_error". */
  readonly status: string;
  readonly count: number;
  /** Examples judged. */
  readonly n: number;
  /** Completions that ended at the token limit, whatever their status; absent where not counted. */
  readonly cut?: number;
}

/** Whether a variant's accuracy on multiple choice says more than guessing would. */
export interface ChanceRow {
  readonly variant: string;
  readonly group: string;
  /** The accuracy of guessing, in 0..1. */
  readonly chance: number;
  /** One-sided exact binomial p-value. */
  readonly pValue: number;
  readonly verdict: "above chance" | "at chance";
}

/** How many examples of a measure were asked for, and how many of them could be scored. */
export interface CoverageRow {
  readonly measure: Measure;
  readonly asked: number;
  readonly scored: number;
  /** What could not be scored and why, in words; empty where everything was. */
  readonly missing: string;
}

/** One mark of the training loss. */
export interface LossRow {
  readonly variant: string;
  /** Optimizer steps taken. */
  readonly step: number;
  /** Mean cross-entropy of the completion tokens since the last mark, in nats a token. */
  readonly lossNats: number;
}

/** One variant in the trade-off figure: gained on SQL against lost on MMLU. */
export interface TradeOffPoint {
  readonly variant: string;
  /** Paired difference `tuned - base` of SQL execution accuracy, in -1..1. */
  readonly sqlGain: PairedEstimate;
  /** Paired difference `base - tuned` of MMLU accuracy, in -1..1: positive means lost. */
  readonly mmluLoss: PairedEstimate;
  /** True where the base model's MMLU is not above chance, so that no loss can be measured. */
  readonly mmluAtChance: boolean;
}

/** A mean over pairs with its 95 % interval. */
export interface PairedEstimate {
  readonly n: number;
  readonly mean: number;
  readonly ci95: readonly [number, number];
}

/** All rows of one study, as a summary yields them. */
export interface StudyRows {
  /** The base model's name. */
  readonly model: string;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string;
  /** The base model first, then the variants; groups in their natural order, "all" last. */
  readonly accuracy: readonly AccuracyRow[];
  /** SQL accuracy over all examples by reading of "the rows agree": the group is the reading. */
  readonly readings: readonly AccuracyRow[];
  readonly differences: readonly DifferenceRow[];
  readonly changes: readonly ChangeRow[];
  /** Verdicts of SQL by status. */
  readonly counts: readonly CountRow[];
  /** MMLU against guessing. */
  readonly chance: readonly ChanceRow[];
  readonly coverage: readonly CoverageRow[];
}

/** The rows that need no whole study: some variants, the base model first. */
export type VariantRows = Omit<StudyRows, "coverage">;

/** What variants wrote for one text-to-SQL question. */
export interface ExampleRow {
  readonly id: string;
  readonly dbId: string;
  readonly hardness: string;
  readonly question: string;
  /** The gold statement. */
  readonly gold: string;
  /** One entry a variant, in the order of the study. */
  readonly answers: readonly ExampleAnswer[];
}

/** What one variant wrote for a question, and what it came to. */
export interface ExampleAnswer {
  readonly variant: string;
  /** The statement that was judged, or the whole completion where there is none in it. */
  readonly text: string;
  /** The verdict's status in the official reading. */
  readonly status: string;
  /** One line on why it is no match. */
  readonly why?: string;
}

/** What stands where an adapter that was not trained here would have its losses. */
export const NO_LOSS_LOG = "trained elsewhere: no loss log";

/** What one training run did. */
export interface TrainingRow {
  readonly variant: string;
  /** Optimizer steps taken. */
  readonly steps: number;
  /** Tokens seen, prompts included. */
  readonly tokens: number;
  readonly seconds: number;
  /** Loss of the first mark, in nats a token. */
  readonly firstLossNats: number;
  /** Mean of the last `n` logged losses, in nats a token; one loss alone has no interval. */
  readonly lastLossNats: {
    readonly n: number;
    readonly mean: number;
    readonly ci95?: readonly [number, number];
  };
}
