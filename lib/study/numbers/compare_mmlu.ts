import type { Comparison, LetterChanges, PairedChange } from "../../runs/mod.ts";
import {
  changeAboveChance,
  flipTable,
  letterBrierScores,
  letterHabit,
  letterName,
  rightLetterProbabilities,
  verdict,
} from "../../stats/mod.ts";
import type { MmluAnswer } from "../answers/letters.ts";
import { clustersOf, compare, fromEntries, type Paired } from "./groups.ts";
import { meanChange, scoreChange } from "./paired_change.ts";
import { chanceOf, haveLogProbs, priorFreeRight } from "./score_mmlu.ts";

/** Multiple choice of two variants, paired by question. */
export function compareMmlu(
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
