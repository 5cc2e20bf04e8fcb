import type { Evidence } from "./evidence.ts";
import type { Halves } from "./split_halves.ts";
import type { Verdict } from "./verdict.ts";

/** One recipe and checkpoint with the scales of its adapter. */
export interface RecommendationPath {
  /** The path's name. */
  readonly name: string;
  /** Names of variants, the smallest scale first, each in one path only. */
  readonly variants: readonly string[];
}

/** What is written down before an answer of a tuned variant is read. */
export interface RecommendationPlan {
  /** The loss that is not to be tolerated, > 0, in the unit of the `knowledge` evidence. */
  readonly delta: number;
  /** The chance of recommending a variant that loses `delta` or more, 0.05 by default. */
  readonly alpha?: number;
  /** The seed of the halves. */
  readonly seed: number;
  /** All paths, in the order in which ties are broken. */
  readonly paths: readonly RecommendationPath[];
}

/** What a tuned variant answered. */
export interface VariantResult {
  /** The variant's name, as in a path. */
  readonly name: string;
  /** Its change of knowledge against the base model, on all items. */
  readonly knowledge: Evidence;
  /** Whether it was right, one entry a question of the task. */
  readonly right: readonly boolean[];
}

/** The answers of a study, the task's ones in one order for all variants. */
export interface RecommendationData {
  /** The database of each question of the task. */
  readonly databases: readonly string[];
  /** Whether the base model was right. */
  readonly base: readonly boolean[];
  /** All variants that a path names. */
  readonly variants: readonly VariantResult[];
}

/** One step of a path. */
export interface PathStep {
  /** The variant's name. */
  readonly variant: string;
  /** Whether it was tested: all before it passed. */
  readonly tested: boolean;
  /** Whether a loss of `delta` or more is excluded at the path's level. */
  readonly passed: boolean;
  /** The largest loss left open at the path's level, as a difference; left out if untested or unknown. */
  readonly worst?: number;
}

/** How a study's search for a variant to recommend ended. */
export type RecommendationOutcome =
  | "recommended"
  | "none_passed"
  | "not_confirmed"
  | "too_few_databases";

/** What `recommend` found: data for a sentence, and no sentence. */
export interface Recommendation {
  /** How the search ended. */
  readonly outcome: RecommendationOutcome;
  /** The one-sided level of a path, `alpha / paths`. */
  readonly level: number;
  /** The databases to choose by and to confirm on. */
  readonly halves: Halves;
  /** Every path with all of its steps. */
  readonly paths: readonly { readonly name: string; readonly steps: readonly PathStep[] }[];
  /** The variants that passed, in the order of the paths, with their score on the choose half. */
  readonly passed: readonly {
    readonly variant: string;
    readonly right: number;
    readonly n: number;
  }[];
  /** The variant with the best score on the choose half; left out if none passed. */
  readonly chosen?: string;
  /** Its change of the task on the confirm half, which was read for it alone. */
  readonly gain?: Verdict;
  /**
   * What it would take. If none passed: items of knowledge for the first step that needs the fewest,
   * if it truly loses what it was seen to lose; left out if all of them lose `delta` or more. If the
   * gain was not confirmed: questions of the confirm half for the gain that the choose half shows,
   * which is the best of several, and so too large on average.
   */
  readonly neededExamples?: number;
}
