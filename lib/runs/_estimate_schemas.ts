import { z } from "zod";
import { COUNT, type Problem, TEXT, together } from "../ground/mod.ts";
import type {
  AdjustedClaim,
  Calibration,
  ChanceTest,
  ChangeAboveChance,
  ClusteredMean,
  Correlation,
  CrossedSeeds,
  Evidence,
  FlipTable,
  Interval,
  LetterTable,
  MeanEvidence,
  PercentageChange,
  Proportion,
  Recommendation,
  ScoreEvidence,
  Verdict,
} from "../stats/mod.ts";

// What lib/stats finds, as it is read again out of a file. Each is held to the type there.

const NUMBER = z.number();
const SHARE = z.number().min(0).max(1);

/** What rounding may add to a number. */
const ROUNDING = 1e-9;

/** Both ends of an interval. */
export const INTERVAL: z.ZodType<Interval> = together(
  z.tuple([NUMBER, NUMBER]),
  ([low, high]) => low > high ? { rule: "an interval, the lower end first" } : undefined,
);

/** A share of successes; its parts agree. */
export const PROPORTION: z.ZodType<Proportion> = together(
  z.strictObject({
    n: z.int().min(1),
    successes: COUNT,
    mean: SHARE,
    stderr: z.number().min(0),
    ci95: INTERVAL,
  }),
  ({ n, successes, mean, ci95: [low, high] }): Problem | undefined => {
    if (successes > n) return { rule: "a proportion with successes <= n" };
    if (Math.abs(mean - successes / n) > ROUNDING) {
      return { rule: "a proportion whose mean is successes / n" };
    }
    if (low < -ROUNDING || high > 1 + ROUNDING) {
      return { path: ["ci95"], rule: "an interval within 0 and 1" };
    }
    return mean < low - ROUNDING || mean > high + ROUNDING
      ? { path: ["ci95"], rule: `an interval that has the mean ${mean} in it` }
      : undefined;
  },
);

/** A test against guessing. */
export const CHANCE: z.ZodType<ChanceTest> = z.strictObject({
  above: z.boolean(),
  pValue: SHARE,
  chance: SHARE,
});

/** A mean with clusters as the unit. */
export const CLUSTERED: z.ZodType<Omit<ClusteredMean, "mean">> = z.strictObject({
  clusters: z.int().min(2),
  stderr: z.number().min(0),
  ci95: INTERVAL,
});

const SPREAD = { stderr: z.number().min(0), degrees: z.number().gt(0) };
const CLUSTER_SPREAD = z.strictObject({ clusters: z.int().min(2), ...SPREAD });

const SCORE = together(
  z.strictObject({
    kind: z.literal("score"),
    n: z.int().min(1),
    gained: COUNT,
    lost: COUNT,
    difference: z.number().min(-1).max(1),
    clustered: CLUSTER_SPREAD.exactOptional(),
  }),
  ({ n, gained, lost, difference }) =>
    gained + lost > n || Math.abs(difference - (gained - lost) / n) > ROUNDING
      ? { rule: "a comparison of n pairs whose difference is (gained - lost) / n" }
      : undefined,
);

/** Evidence of an accuracy; its parts agree. */
export const SCORE_EVIDENCE: z.ZodType<ScoreEvidence> = SCORE;

const MEAN = z.strictObject({
  kind: z.literal("mean"),
  n: z.int().min(2),
  difference: NUMBER,
  better: z.enum(["higher", "lower"]),
  plain: z.strictObject(SPREAD),
  clustered: CLUSTER_SPREAD.exactOptional(),
});

/** Evidence of a mean. */
export const MEAN_EVIDENCE: z.ZodType<MeanEvidence> = MEAN;

/** Evidence of either kind. */
export const EVIDENCE: z.ZodType<Evidence> = z.discriminatedUnion("kind", [SCORE, MEAN]);

const OUTCOME = z.enum(["gain", "loss", "loss_excluded", "no_difference_shown"]);

/** What may be said of a difference; its intervals have it in them. */
export const VERDICT: z.ZodType<Verdict> = together(
  z.strictObject({
    outcome: OUTCOME,
    difference: NUMBER,
    ci95: INTERVAL.exactOptional(),
    plainCi95: INTERVAL.exactOptional(),
    clusteredCi95: INTERVAL.exactOptional(),
    worst: NUMBER.exactOptional(),
    pValue: SHARE,
    lossExcluded: z.boolean(),
    pLossExcluded: SHARE,
  }),
  (verdict) => {
    const { difference } = verdict;
    const beside = (["ci95", "plainCi95", "clusteredCi95"] as const).find((key) => {
      const [low, high] = verdict[key] ?? [difference, difference];
      return difference < low - ROUNDING || difference > high + ROUNDING;
    });
    return beside && {
      path: [beside],
      rule: `an interval that has the difference ${difference} in it`,
    };
  },
);

/** A change relative to the base score. */
export const PERCENTAGE_CHANGE: z.ZodType<PercentageChange> = z.strictObject({
  change: z.number().min(-1),
  ci95: INTERVAL,
  clusteredCi95: INTERVAL.nullable().exactOptional(),
});

/** A change above guessing. */
export const ABOVE_CHANCE: z.ZodType<ChangeAboveChance> = z.strictObject({
  change: NUMBER.exactOptional(),
  ci95: INTERVAL.nullable(),
  clusteredCi95: INTERVAL.nullable().exactOptional(),
  points: NUMBER,
  pointsCi95: INTERVAL.exactOptional(),
});

/** Moves of answers, by name. */
export const FLIP_TABLE: z.ZodType<FlipTable<string>> = z.strictObject({
  n: COUNT,
  moved: COUNT,
  gained: COUNT,
  lost: COUNT,
  rows: z.array(z.strictObject({
    from: TEXT,
    to: TEXT,
    count: COUNT,
    gained: COUNT,
    lost: COUNT,
    stillWrong: COUNT,
  })),
  largestTargetShare: SHARE,
});

/** Chosen letters. */
export const LETTER_TABLE: z.ZodType<LetterTable> = z.strictObject({
  n: z.int().min(1),
  chosen: z.array(COUNT),
  gold: z.array(COUNT),
  right: COUNT,
  expected: NUMBER,
  sd: NUMBER,
  z: NUMBER,
  kappa: NUMBER,
  pValue: SHARE,
  method: z.enum(["exact", "normal"]),
  entropyBits: NUMBER,
  habit: z.boolean(),
});

/** How well confidences say how often an answer is right. */
export const CALIBRATION: z.ZodType<Calibration> = z.strictObject({
  n: COUNT,
  bins: COUNT,
  ece: NUMBER,
  l2: NUMBER,
  l2Debiased: NUMBER,
  brier: NUMBER,
  reliability: NUMBER,
  resolution: NUMBER,
  uncertainty: NUMBER,
  withinBin: NUMBER,
});

/** A primary claim after the adjustment for all of them. */
export const CLAIM_KEYS = {
  name: TEXT,
  verdict: VERDICT,
  adjustedP: SHARE,
  adjustedPLossExcluded: SHARE,
  outcome: OUTCOME,
};
const _claim: z.ZodType<AdjustedClaim> = z.strictObject(CLAIM_KEYS);

/** A recipe's change over seeds and items, with the word that it may be given. */
export const OVER_SEEDS: z.ZodType<CrossedSeeds & { readonly verdict: Verdict }> = z.strictObject({
  seeds: z.int().min(2),
  items: z.int().min(2),
  mean: NUMBER,
  meanSquares: z.strictObject({ seed: NUMBER, item: NUMBER, rest: NUMBER }),
  varSeed: NUMBER,
  varItem: NUMBER,
  varMean: NUMBER,
  degrees: NUMBER,
  varConservative: NUMBER,
  evidence: MEAN_EVIDENCE,
  ci95: INTERVAL.exactOptional(),
  speaksOfRecipe: z.boolean(),
  verdict: VERDICT,
});

const COEFFICIENT = z.strictObject({ r: NUMBER, ci95: INTERVAL.exactOptional() });

/** How two measures go together. */
export const CORRELATION: z.ZodType<Correlation> = z.strictObject({
  n: COUNT,
  groups: COUNT.exactOptional(),
  pearson: COEFFICIENT,
  spearman: COEFFICIENT,
});

/** Databases in two halves. */
export const HALVES = z.strictObject({ choose: z.array(TEXT), confirm: z.array(TEXT) });

/** The variant that is recommended, or why there is none. */
export const RECOMMENDATION: z.ZodType<Recommendation> = z.strictObject({
  outcome: z.enum(["recommended", "none_passed", "not_confirmed", "too_few_databases"]),
  level: SHARE,
  halves: HALVES,
  paths: z.array(z.strictObject({
    name: TEXT,
    steps: z.array(z.strictObject({
      variant: TEXT,
      tested: z.boolean(),
      passed: z.boolean(),
      worst: NUMBER.exactOptional(),
    })),
  })),
  passed: z.array(z.strictObject({ variant: TEXT, right: COUNT, n: COUNT })),
  chosen: TEXT.exactOptional(),
  gain: VERDICT.exactOptional(),
  neededExamples: z.int().min(1).exactOptional(),
});
