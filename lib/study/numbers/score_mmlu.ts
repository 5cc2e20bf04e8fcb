import type { ChoiceScore, LetterScores, MmluScores } from "../../runs/mod.ts";
import {
  aboveChance,
  calibration,
  letterBrierScores,
  letterProbabilities,
  letterTable,
  priorFreeChoices,
  proportion,
  rightLetterProbabilities,
} from "../../stats/mod.ts";
import type { MmluAnswer } from "../answers/letters.ts";
import { clustered, fromEntries, mean, share } from "./groups.ts";

/** Fewer questions than this have no calibration: two a bin. */
const CALIBRATED = 20;

/** Multiple-choice accuracy, and what the log-probabilities of the letters say. */
export function scoreMmlu(answers: readonly MmluAnswer[]): MmluScores {
  const categories = [...new Set(answers.map(({ category }) => category))];
  return {
    overall: scoreChoices(answers),
    byCategory: fromEntries(
      categories,
      (category) => scoreChoices(answers.filter((answer) => answer.category === category)),
    ),
    ...letterScores(answers),
    ...clustered(answers.map((l) => l.correct), answers.map((l) => l.subject)),
  };
}

/** Options of a question whose log-probabilities were not kept: MMLU's. */
const OPTIONS = 4;

/** The accuracy that guessing gives: the mean of one over the number of options. */
export function chanceOf(answers: readonly MmluAnswer[]): number {
  return mean(answers.map(({ logProbs }) => 1 / (logProbs.length || OPTIONS)));
}

function scoreChoices(answers: readonly MmluAnswer[]): ChoiceScore {
  const right = answers.filter(({ correct }) => correct).length;
  return {
    accuracy: proportion(right, answers.length),
    chance: aboveChance(right, answers.length, { chance: chanceOf(answers) }),
  };
}

function letterScores(answers: readonly MmluAnswer[]): { readonly letters?: LetterScores } {
  if (!haveLogProbs(answers)) return {};
  const logProbs = answers.map((answer) => answer.logProbs);
  const gold = answers.map(({ answer }) => answer);
  const common = mostCommonOptions(answers);
  const alike = answers.filter((answer) => answer.logProbs.length === common);
  const confidence = logProbs.map((row) => Math.max(...letterProbabilities(row)));
  const right = answers.map(({ correct }) => correct);
  return {
    letters: {
      letters: letterTable(
        alike.map(({ chosen }) => chosen),
        alike.map(({ answer }) => answer),
        { options: common },
      ),
      priorFree: share(priorFreeRight(answers)),
      rightProbability: mean(rightLetterProbabilities(logProbs, gold)),
      brier: mean(letterBrierScores(logProbs, gold)),
      ...(answers.length >= CALIBRATED && { calibration: calibration(confidence, right) }),
      ...writtenScores(answers),
    },
  };
}

/** Whether every answer has its log-probabilities: results recorded long ago have not. */
export function haveLogProbs(answers: readonly MmluAnswer[]): boolean {
  return answers.length > 0 && answers.every(({ logProbs }) => logProbs.length > 0);
}

/** Whether each answer is right with the letter prior of all other questions taken off. */
export function priorFreeRight(answers: readonly MmluAnswer[]): boolean[] {
  const choices = priorFreeChoices(answers.map(({ logProbs }) => logProbs));
  return choices.map(({ choice }, i) => choice === answers[i]!.answer);
}

function mostCommonOptions(answers: readonly MmluAnswer[]): number {
  const counts = Map.groupBy(answers, ({ logProbs }) => logProbs.length);
  return [...counts].sort((a, b) => b[1].length - a[1].length || a[0] - b[0])[0]![0];
}

function writtenScores(answers: readonly MmluAnswer[]): Pick<LetterScores, "written"> {
  const asked = answers.filter(({ written }) => written !== undefined);
  if (asked.length === 0) return {};
  return {
    written: {
      accuracy: share(asked.map(({ written, answer }) => written === answer)),
      byLogProbability: share(asked.map(({ correct }) => correct)),
      noLetter: asked.filter(({ written }) => written === null).length,
    },
  };
}
