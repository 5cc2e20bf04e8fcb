/** A standard error with its degrees of freedom. */
export interface Spread {
  /** The standard error, >= 0; 0 where nothing varies, which says nothing of the spread. */
  readonly stderr: number;
  /** Its degrees of freedom, > 0. */
  readonly degrees: number;
}

/** A standard error with clusters as the independent unit. */
export interface SpreadOfClusters extends Spread {
  /** How many clusters there are, >= 2. */
  readonly clusters: number;
}

/** What a study knows about the difference of two shares of right answers. */
export interface ScoreEvidence {
  /** Of two shares of right answers. */
  readonly kind: "score";
  /** Examples, each scored for both variants. */
  readonly n: number;
  /** Wrong before, right after. */
  readonly gained: number;
  /** Right before, wrong after. */
  readonly lost: number;
  /** `(gained - lost) / n`. */
  readonly difference: number;
  /** CR2 with Bell and McCaffrey's degrees; left out with fewer than two clusters. */
  readonly clustered?: SpreadOfClusters;
}

/**
 * With so many clusters or fewer no interval is made of their means: on one or two degrees of
 * freedom its width is that of the normal distribution which is supposed, and not seen.
 */
export const FEW_CLUSTERS = 3;

/** Which way a measure gets better: accuracy higher, a loss or a Brier score lower. */
export type Better = "higher" | "lower";

/** What a study knows about the difference of two means of any measure. */
export interface MeanEvidence {
  /** Of two means. */
  readonly kind: "mean";
  /** Examples, each measured for both variants. */
  readonly n: number;
  /** `tuned - base`, in the unit of the measure, whichever way is better. */
  readonly difference: number;
  /** Which way is better. */
  readonly better: Better;
  /** The spread with examples as the independent unit. */
  readonly plain: Spread;
  /** CR2 with Bell and McCaffrey's degrees; left out with fewer than two clusters. */
  readonly clustered?: SpreadOfClusters;
}

/**
 * What is needed for every interval and p-value of a paired difference, at any level, and small
 * enough to be kept in a file.
 */
export type Evidence = ScoreEvidence | MeanEvidence;
