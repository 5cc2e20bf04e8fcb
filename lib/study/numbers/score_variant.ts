import { type CrossEntropy, crossEntropy, type ProseScore } from "../../prose/mod.ts";
import {
  type ChoiceScore,
  type LetterScores,
  type MmluScores,
  type ProseScores,
  type SqlFunnel,
  type SqlScores,
} from "../../runs/mod.ts";
import { HARDNESS_LEVELS, READINGS, VERDICT_STATUSES } from "../../sql/mod.ts";
import {
  aboveChance,
  calibration,
  clusteredMean,
  letterBrierScores,
  letterProbabilities,
  letterTable,
  priorFreeChoices,
  type Proportion,
  proportion,
  rightLetterProbabilities,
} from "../../stats/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import type { MmluAnswer } from "./answers.ts";

/** Fewer questions than this have no calibration: two a bin. */
const CALIBRATED = 20;

/** Execution accuracy of judged completions. */
export function scoreSql(verdicts: readonly SqlVerdict[]): SqlScores {
  const success = verdicts.filter(({ official }) => official).length;
  const levels = HARDNESS_LEVELS.filter((level) => verdicts.some((v) => v.hardness === level));
  const statusCount = (status: string): number =>
    verdicts.filter((verdict) => verdict.status === status).length;
  return {
    overall: byReading(verdicts),
    byHardness: fromEntries(
      levels,
      (level) => byReading(verdicts.filter((v) => v.hardness === level)),
    ),
    byStatus: fromEntries(VERDICT_STATUSES, statusCount),
    byClass: countBy(verdicts.flatMap(({ errorClass }) => errorClass ?? [])),
    funnel: funnel(verdicts),
    success,
    failure: verdicts.length - success,
    ...countCut(verdicts),
    ...clustered(verdicts.map((v) => v.official), verdicts.map((v) => v.dbId)),
  };
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

/** Whether a statement was one of SQLite's grammar. */
export function parses({ status, errorClass }: SqlVerdict): boolean {
  return status !== "no_sql" && errorClass !== "syntax";
}

/** Whether a statement came to an end within the limits. */
export function runs({ status }: SqlVerdict): boolean {
  return status === "match" || status === "mismatch";
}

function funnel(verdicts: readonly SqlVerdict[]): SqlFunnel {
  return {
    parses: share(verdicts.map(parses)),
    runs: share(verdicts.map(runs)),
    right: share(verdicts.map(({ official }) => official)),
  };
}

function byReading(verdicts: readonly SqlVerdict[]): SqlScores["overall"] {
  return fromEntries(READINGS, (reading) => share(verdicts.map((verdict) => verdict[reading])));
}

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

/** Cross-entropy of general text. */
export function scoreProse(scores: readonly ProseScore[]): ProseScores {
  const { passages, tokens, perPassage }: CrossEntropy = crossEntropy(scores);
  const kinds = [...new Set(scores.map(({ kind }) => kind))];
  return {
    passages,
    tokens,
    nats: perPassage,
    byKind: fromEntries(
      kinds,
      (kind) => crossEntropy(scores.filter((score) => score.kind === kind)).perPassage,
    ),
  };
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

function share(right: readonly boolean[]): Proportion {
  return proportion(right.filter(Boolean).length, right.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) =>
    [name, all.length] as const
  );
  return Object.fromEntries(counts.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

function fromEntries<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}
