import { summaryTable, tradeOffFigure, tradeOffPoints } from "../report/mod.ts";
import { writeAtomic } from "../ground/mod.ts";

import { type Summary, writeSummary } from "../runs/mod.ts";
import type { SqlVerdict } from "./judge_samples.ts";
import type { StudyFolder } from "./run_study.ts";
import type { MmluAnswer, VariantAnswers } from "./summarize.ts";

/** The files that a finished study writes, below its results folder. */
export const RESULT_FILES = {
  summary: "summary.json",
  table: "summary.md",
  figure: "trade_off.svg",
  verdicts: "verdicts.jsonl",
  letters: "letters.jsonl",
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
  writeAtomic(path("verdicts"), toLines(answers.flatMap(({ verdicts }) => verdicts.map(recorded))));
  writeAtomic(
    path("letters"),
    toLines(
      answers.flatMap(({ name, letters }) => letters.map((answer) => withVariant(name, answer))),
    ),
  );
  writeAtomic(path("table"), table);
  writeAtomic(path("figure"), figure);
  writeSummary(path("summary"), summary);
}

/** A verdict without its time, which differs from run to run. */
function recorded({ elapsedMs: _elapsedMs, ...verdict }: SqlVerdict): Record<string, unknown> {
  return verdict;
}

function withVariant(variant: string, answer: MmluAnswer): Record<string, unknown> {
  const { id, ...rest } = answer;
  return { id, variant, ...rest };
}

function toLines(records: readonly Readonly<Record<string, unknown>>[]): string {
  return records.map((record) => JSON.stringify(record) + "\n").join("");
}
