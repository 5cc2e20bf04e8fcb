import { pairScores } from "../../prose/mod.ts";
import {
  type Comparison,
  type LetterChanges,
  type PairedChange,
  type ScoreChange,
} from "../../runs/mod.ts";
import { HARDNESS_LEVELS, READINGS } from "../../sql/mod.ts";
import {
  alignById,
  type AlignedPair,
  changeAboveChance,
  flipTable,
  letterBrierScores,
  letterHabit,
  letterName,
  rightLetterProbabilities,
  verdict,
} from "../../stats/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import type { MmluAnswer, VariantAnswers } from "./answers.ts";
import { meanChange, scoreChange } from "./paired_change.ts";
import { chanceOf, haveLogProbs, priorFreeRight, runs } from "./score_variant.ts";

/** The losses that are not to be tolerated, each in the unit of its measure. */
export interface Tolerances {
  /** Of multiple choice, a share. */
  readonly mmlu?: number;
  /** Of general text, nats a token. */
  readonly prose?: number;
}

type Paired<T> = readonly AlignedPair<T, T>[];

/**
 * Compares a variant with another one, example by example: every measure that both answered.
 *
 * @param base The one that changes are counted from: the base model, or the first of two recipes.
 * @throws {RangeError} If the two did not answer the same examples.
 */
export function compareVariants(
  base: VariantAnswers,
  tuned: VariantAnswers,
  tolerances: Tolerances = {},
): Comparison {
  return {
    ...(base.verdicts.length > 0 && { sql: compareSql(base, tuned) }),
    ...(base.letters.length > 0 && {
      mmlu: compareMmlu(alignById(base.letters, tuned.letters), tolerances.mmlu),
    }),
    ...(base.prose.length > 1 && { prose: compareProse(base, tuned, tolerances.prose) }),
  };
}

function compareSql(base: VariantAnswers, tuned: VariantAnswers): NonNullable<Comparison["sql"]> {
  const pairs = alignById(base.verdicts, tuned.verdicts);
  const levels = HARDNESS_LEVELS.filter((level) =>
    pairs.some((pair) => pair.base.hardness === level)
  );
  const shots = Object.keys(base.byShots ?? {}).filter((count) => tuned.byShots?.[count]);
  return {
    overall: fromEntries(READINGS, (reading) => compare(pairs, (v) => v[reading], dbOf)),
    byHardness: fromEntries(
      levels,
      (level) => compare(pairs.filter((pair) => pair.base.hardness === level), right, dbOf),
    ),
    runs: compare(pairs, runs, dbOf),
    flips: flipTable(pairs.map((pair) => ({
      from: outcome(pair.base),
      to: outcome(pair.tuned),
      rightBefore: pair.base.official,
      rightAfter: pair.tuned.official,
    }))),
    ...(shots.length > 0 && {
      byShots: fromEntries(
        shots,
        (count) => compare(alignById(base.byShots![count]!, tuned.byShots![count]!), right, dbOf),
      ),
    }),
  };
}

/** What a completion came to in one word: right, the class of its error, or its status. */
export function outcome({ official, status, errorClass }: SqlVerdict): string {
  if (official) return "right";
  return status === "mismatch" || status === "sql_error" ? errorClass ?? status : status;
}

function right({ official }: SqlVerdict): boolean {
  return official;
}

function dbOf({ dbId }: SqlVerdict): string {
  return dbId;
}

function compareMmlu(
  pairs: Paired<MmluAnswer>,
  delta: number | undefined,
): NonNullable<Comparison["mmlu"]> {
  const base = pairs.map((pair) => pair.base);
  const tuned = pairs.map((pair) => pair.tuned);
  const clusters = clustersOf(pairs, ({ subject }) => subject);
  const categories = [...new Set(base.map(({ category }) => category))];
  const options = { ...clusters, ...(delta === undefined ? {} : { delta }) };
  return {
    overall: scoreChange(base.map(correct), tuned.map(correct), options),
    byCategory: fromEntries(categories, (category) =>
      compare(
        pairs.filter((pair) => pair.base.category === category),
        correct,
        ({ subject }) => subject,
      )),
    aboveChance: changeAboveChance(base.map(correct), tuned.map(correct), {
      ...clusters,
      chance: chanceOf(base),
    }),
    ...(pairs.length > 1 && haveLogProbs(base) && haveLogProbs(tuned) && {
      letters: compareLetters(pairs, clusters),
    }),
  };
}

function correct(answer: MmluAnswer): boolean {
  return answer.correct;
}

function compareLetters(
  pairs: Paired<MmluAnswer>,
  clusters: { readonly clusters?: readonly string[] },
): LetterChanges {
  const base = pairs.map((pair) => pair.base);
  const tuned = pairs.map((pair) => pair.tuned);
  const { priorFree, habit, habitShown, disagree } = letterHabit(
    { raw: base.map(correct), priorFree: priorFreeRight(base) },
    { raw: tuned.map(correct), priorFree: priorFreeRight(tuned) },
    clusters,
  );
  const gold = base.map(({ answer }) => answer);
  const by = (
    measure: (logProbs: readonly (readonly number[])[], gold: readonly number[]) => number[],
    better: "higher" | "lower",
  ): PairedChange =>
    meanChange(
      measure(base.map(({ logProbs }) => logProbs), gold),
      measure(tuned.map(({ logProbs }) => logProbs), gold),
      { ...clusters, better },
    )!;
  const written = pairs.filter((pair) =>
    pair.base.written !== undefined && pair.tuned.written !== undefined
  );
  return {
    flips: flipTable(pairs.map((pair) => ({
      from: letterName(pair.base.chosen),
      to: letterName(pair.tuned.chosen),
      rightBefore: pair.base.correct,
      rightAfter: pair.tuned.correct,
    }))),
    priorFree: { evidence: priorFree, verdict: verdict(priorFree) },
    habit: { evidence: habit, verdict: verdict(habit) },
    habitShown,
    disagree,
    rightProbability: by(rightLetterProbabilities, "higher"),
    brier: by(letterBrierScores, "lower"),
    ...(written.length > 0 && {
      written: compare(
        written,
        (answer) => answer.written === answer.answer,
        ({ subject }) => subject,
      ),
    }),
  };
}

function compareProse(
  base: VariantAnswers,
  tuned: VariantAnswers,
  delta: number | undefined,
): NonNullable<Comparison["prose"]> {
  const pairs = pairScores(base.prose, tuned.prose);
  const kinds = [...new Set(pairs.kinds)];
  const within = (kind?: string): PairedChange | undefined => {
    const keep = pairs.kinds.flatMap((other, i) => kind === undefined || other === kind ? [i] : []);
    return meanChange(keep.map((i) => pairs.base[i]!), keep.map((i) => pairs.tuned[i]!), {
      clusters: keep.map((i) => pairs.clusters[i]!),
      better: "lower",
      ...(kind === undefined && delta !== undefined && { delta }),
    });
  };
  return {
    overall: within()!,
    byKind: Object.fromEntries(kinds.flatMap((kind) => {
      const change = within(kind);
      return change ? [[kind, change]] : [];
    })),
  };
}

function compare<T>(
  pairs: Paired<T>,
  isRight: (record: T) => boolean,
  clusterOf: (record: T) => string,
): ScoreChange {
  return scoreChange(
    pairs.map(({ base }) => isRight(base)),
    pairs.map(({ tuned }) => isRight(tuned)),
    clustersOf(pairs, clusterOf),
  );
}

/** One cluster is handed on too: it has no interval, and so no word. */
function clustersOf<T>(
  pairs: Paired<T>,
  clusterOf: (record: T) => string,
): { readonly clusters: readonly string[] } {
  return { clusters: pairs.map(({ base }) => clusterOf(base)) };
}

function fromEntries<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}
