import type { MmluQuestion } from "../mmlu/mod.ts";
import {
  type Change,
  type ChoiceComparison,
  type ChoiceScore,
  HARDNESS_LEVELS,
  type MmluSample,
  type MmluScores,
  SQL_MODES,
  SQL_STATUSES,
  type SqlMode,
  type SqlScores,
  type UnjudgedExample,
  type VariantSummary,
  type VersusBase,
} from "../runs/mod.ts";
import {
  aboveChance,
  alignById,
  type AlignedPair,
  clusteredMean,
  holm,
  type PairedDifference,
  pairedDifference,
  percentageChange,
  type Proportion,
  proportion,
  smallestDetectableDifference,
} from "../stats/mod.ts";
import type { SqlVerdict } from "./judge_samples.ts";

/** What one variant answered: judged SQL and scored letters, each for the same examples in the same order. */
export interface VariantAnswers {
  /** "base" or the recipe's name. */
  readonly name: string;
  readonly verdicts: readonly SqlVerdict[];
  readonly letters: readonly MmluAnswer[];
  /** Examples that no variant has a verdict on, through a fault of the data; none when left out. */
  readonly unjudged?: readonly UnjudgedExample[];
}

/**
 * Variants with verdicts on the same examples: one that could not be judged for
 * a variant (a gold that ran into its time limit once) counts for none.
 */
export function judgedAlike(answers: readonly VariantAnswers[]): VariantAnswers[] {
  const all = answers.flatMap(({ unjudged = [] }) => unjudged);
  const unjudged = [...new Map(all.map((example) => [example.id, example])).values()];
  const left = new Set(unjudged.map(({ id }) => id));
  return answers.map((variant) => ({
    ...variant,
    verdicts: variant.verdicts.filter(({ id }) => !left.has(id)),
    unjudged,
  }));
}

/** One answered multiple-choice question. */
export interface MmluAnswer {
  readonly id: string;
  readonly subject: string;
  readonly category: string;
  /** Index of the letter with the highest log-probability. */
  readonly chosen: number;
  readonly correct: boolean;
}

/** Guessing one of four letters. */
const CHANCE = 0.25;

/** Takes the letter with the highest log-probability as the answer; the first one on a tie. */
export function answerLetters(
  questions: readonly MmluQuestion[],
  samples: readonly MmluSample[],
): MmluAnswer[] {
  return alignById(questions, samples).map(({ id, base: question, tuned: sample }) => {
    const chosen = sample.logProbs.indexOf(Math.max(...sample.logProbs));
    const { subject, category, answer } = question;
    return { id, subject, category, chosen, correct: chosen === answer };
  });
}

/**
 * All numbers of a study's variants, each with its n and interval; the tuned
 * ones compared with the base model example by example.
 *
 * @param answers The base model's first.
 */
export function summarizeVariants(answers: readonly VariantAnswers[]): VariantSummary[] {
  const [base] = answers;
  if (!base) throw new RangeError("Cannot summarize a study without answers");
  return answers.map((variant) => ({
    name: variant.name,
    sql: scoreSql(variant.verdicts),
    mmlu: scoreMmlu(variant.letters),
    ...(variant === base ? {} : { versusBase: compareWithBase(base, variant) }),
  }));
}

/** How many completions ended at the token limit, and how many of these inside their reasoning part. */
export function countCut(
  verdicts: readonly SqlVerdict[],
): { readonly cut: number; readonly cutInReasoning: number } {
  return {
    cut: verdicts.filter(({ finishReason }) => finishReason === "length").length,
    cutInReasoning: verdicts.filter(({ cutInReasoning }) => cutInReasoning).length,
  };
}

function scoreSql(verdicts: readonly SqlVerdict[]): SqlScores {
  const success = verdicts.filter(({ official }) => official).length;
  const levels = HARDNESS_LEVELS.filter((level) => verdicts.some((v) => v.hardness === level));
  const statusCount = (status: string): number =>
    verdicts.filter((verdict) => verdict.status === status).length;
  return {
    overall: byMode(verdicts),
    byHardness: fromEntries(
      levels,
      (level) => byMode(verdicts.filter((v) => v.hardness === level)),
    ),
    byStatus: fromEntries(SQL_STATUSES, statusCount),
    success,
    failure: verdicts.length - success,
    ...countCut(verdicts),
    ...clustered(verdicts.map((v) => v.official), verdicts.map((v) => v.dbId)),
  };
}

function byMode(verdicts: readonly SqlVerdict[]): Record<SqlMode, Proportion> {
  return fromEntries(
    SQL_MODES,
    (mode) => proportion(verdicts.filter((verdict) => verdict[mode]).length, verdicts.length),
  );
}

function scoreMmlu(letters: readonly MmluAnswer[]): MmluScores {
  return {
    overall: scoreChoices(letters),
    byCategory: fromEntries(
      categories(letters),
      (category) => scoreChoices(letters.filter((letter) => letter.category === category)),
    ),
    ...clustered(letters.map((l) => l.correct), letters.map((l) => l.subject)),
  };
}

function scoreChoices(letters: readonly MmluAnswer[]): ChoiceScore {
  const right = letters.filter(({ correct }) => correct).length;
  return {
    accuracy: proportion(right, letters.length),
    chance: aboveChance(right, letters.length, { chance: CHANCE }),
  };
}

function compareWithBase(base: VariantAnswers, tuned: VariantAnswers): VersusBase {
  const sql = alignById(base.verdicts, tuned.verdicts);
  const mmlu = alignById(base.letters, tuned.letters);
  const official = compare(sql, (verdict) => verdict.official, (verdict) => verdict.dbId);
  const levels = HARDNESS_LEVELS.filter((level) =>
    sql.some((pair) => pair.base.hardness === level)
  );
  const groups = categories(base.letters);
  const byCategory = groups.map((category) =>
    compareChoices(mmlu.filter((pair) => pair.base.category === category))
  );
  const adjusted = holm(byCategory.map(({ difference }) => difference.mcnemarExactP));
  return {
    sql: {
      overall: fromEntries(
        SQL_MODES,
        (mode) => compare(sql, (verdict) => verdict[mode], (verdict) => verdict.dbId),
      ),
      byHardness: fromEntries(
        levels,
        (level) =>
          compare(
            sql.filter((pair) => pair.base.hardness === level),
            (verdict) => verdict.official,
          ),
      ),
      change: relativeChange(sql, (verdict) => verdict.official),
      smallestDetectable: detectable(official),
    },
    mmlu: {
      overall: compareChoices(mmlu),
      byCategory: Object.fromEntries(
        groups.map((category, i) => [category, { ...byCategory[i]!, holmP: adjusted[i]! }]),
      ),
    },
  };
}

function compareChoices(pairs: readonly AlignedPair<MmluAnswer, MmluAnswer>[]): ChoiceComparison {
  const difference = compare(pairs, (answer) => answer.correct, (answer) => answer.subject);
  return {
    difference,
    change: relativeChange(pairs, (answer) => answer.correct, CHANCE),
    smallestDetectable: detectable(difference),
  };
}

function compare<T>(
  pairs: readonly AlignedPair<T, T>[],
  right: (record: T) => boolean,
  cluster?: (record: T) => string,
): PairedDifference {
  const clusters = cluster && pairs.map(({ base }) => cluster(base));
  return pairedDifference(
    pairs.map(({ base }) => right(base)),
    pairs.map(({ tuned }) => right(tuned)),
    clusters && new Set(clusters).size > 1 ? { clusters } : {},
  );
}

function relativeChange<T>(
  pairs: readonly AlignedPair<T, T>[],
  right: (record: T) => boolean,
  chance?: number,
): Change {
  const base = pairs.map((pair) => right(pair.base));
  const tuned = pairs.map((pair) => right(pair.tuned));
  const change = percentageChange(base, tuned, chance === undefined ? {} : { chance });
  if (change) return { kind: "relative", mean: change.change, ci95: change.ci95 };
  return { kind: chance === undefined ? "base_zero" : "at_chance" };
}

function detectable({ n, gained, lost }: PairedDifference): number | null {
  return smallestDetectableDifference(n, (gained + lost) / n) ?? null;
}

function clustered(
  right: readonly boolean[],
  clusters: readonly string[],
): Pick<SqlScores, "clustered"> {
  const found = clusteredMean(right.map(Number), clusters);
  if (!found) return {};
  const [low, high] = found.ci95;
  const { clusters: count, stderr } = found;
  return { clustered: { clusters: count, stderr, ci95: [Math.max(0, low), Math.min(1, high)] } };
}

function categories(letters: readonly MmluAnswer[]): string[] {
  return [...new Set(letters.map(({ category }) => category))];
}

function fromEntries<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}
