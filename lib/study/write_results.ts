import { summaryTable, tradeOffFigure, tradeOffPoints } from "../report/mod.ts";
import { writeAtomic } from "../ground/mod.ts";

import type { ProseScore } from "../prose/mod.ts";
import { type Summary, writeSummary } from "../runs/mod.ts";
import type { MmluAnswer, VariantAnswers } from "./numbers/answers.ts";
import { type FlippedExample, flippedExamples } from "./numbers/flips.ts";
import type { StudyFolder } from "./study_folder.ts";

/** The files that a finished study writes, below its results folder. */
export const RESULT_FILES = {
  summary: "summary.json",
  table: "summary.md",
  figure: "trade_off.svg",
  verdicts: "verdicts.jsonl",
  letters: "letters.jsonl",
  prose: "prose.jsonl",
  flips: "flips.jsonl",
} as const;

/** The texts that a summary makes: the same bytes for the same summary. */
export function summaryTexts(summary: Summary): Readonly<Record<"table" | "figure", string>> {
  const { config, label } = summary;
  const points = tradeOffPoints(summary);
  return {
    table: summaryTable(summary),
    figure: tradeOffFigure(points, { model: config.model.id, ...(label ? { label } : {}) }),
  };
}

/** Writes a study's numbers, table, figure and per-example outcomes, each whole or not at all. */
export function writeResults(
  folder: StudyFolder,
  summary: Summary,
  answers: readonly VariantAnswers[],
): void {
  const path = (file: keyof typeof RESULT_FILES): string => `${folder.root}/${RESULT_FILES[file]}`;
  const { table, figure } = summaryTexts(summary);
  const all = <T>(list: (variant: VariantAnswers) => readonly T[]): string =>
    toLines(
      answers.flatMap((variant) =>
        list(variant).map((record) => ({ variant: variant.name, ...record }))
      ),
    );
  writeAtomic(path("verdicts"), toLines(answers.flatMap(verdictRecords)));
  writeAtomic(path("letters"), all(({ letters }) => letters.map(letterRecord)));
  writeAtomic(path("prose"), all(({ prose }) => prose.map(proseRecord)));
  const [base, ...tuned] = answers;
  writeAtomic(
    path("flips"),
    toLines(tuned.flatMap((variant) => [...flippedExamples(base!, variant)].map(asRecord))),
  );
  writeAtomic(path("table"), table);
  writeAtomic(path("figure"), figure);
  writeSummary(path("summary"), summary);
}

/** Verdicts without their time, which differs from run to run; by shots where they are not the own. */
function verdictRecords({ verdicts, byShots = {} }: VariantAnswers): Record<string, unknown>[] {
  const others = Object.entries(byShots).flatMap(([shots, judged]) =>
    judged.map((verdict) => ({ shots: Number(shots), ...verdict }))
  );
  return [...verdicts, ...others].map(({ elapsedMs: _elapsedMs, ...verdict }) => verdict);
}

/** So many decimals of a log-probability or of nats are kept: what a reader can make use of. */
const DECIMALS = 1e4;

function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}

function letterRecord({ logProbs, ...answer }: MmluAnswer): Record<string, unknown> {
  return { ...answer, logProbs: logProbs.map(rounded) };
}

function proseRecord({ nats, ...score }: ProseScore): Record<string, unknown> {
  return { ...score, nats: rounded(nats) };
}

function asRecord(flip: FlippedExample): Record<string, unknown> {
  return { ...flip };
}

function toLines(records: readonly Readonly<Record<string, unknown>>[]): string {
  return records.map((record) => JSON.stringify(record) + "\n").join("");
}
