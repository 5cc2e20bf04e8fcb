import {
  checkpointFigure,
  recipeScalesFigure,
  scaleFigure,
  summaryRows,
  summaryTable,
  tradeOffFigure,
  tradeOffGauges,
} from "../../report/mod.ts";
import { writeAtomic } from "../../ground/mod.ts";

import type { ProseScore } from "../../prose/mod.ts";
import { type Summary, writeSummary } from "../../runs/mod.ts";
import type { MmluAnswer, VariantAnswers } from "../numbers/answers.ts";
import { type FlippedExample, flippedExamples } from "../numbers/flips.ts";
import type { StudyFolder } from "../study_folder.ts";

/** The files that every finished study writes, below its results folder, beside its figures. */
export const RESULT_FILES = {
  summary: "summary.json",
  table: "summary.md",
  verdicts: "verdicts.jsonl",
  letters: "letters.jsonl",
  prose: "prose.jsonl",
  flips: "flips.jsonl",
  failures: "failures.md",
} as const;

/**
 * The texts that a summary makes, by file name: the same bytes for the same summary. Figures that
 * the study has nothing to show in are left out.
 */
export function summaryTexts(summary: Summary): Readonly<Record<string, string>> {
  const rows = summaryRows(summary);
  const figures = {
    ...Object.fromEntries(
      tradeOffGauges(rows).map((gauge, i) => [
        i === 0 ? "trade_off.svg" : `trade_off_${gauge}.svg`,
        tradeOffFigure(rows, { gauge }),
      ]),
    ),
    "scales.svg": scaleFigure(rows),
    // without checkpoints it would say the same once more
    "scales_by_recipe.svg": rows.tradeOff.some(({ origin }) => origin.checkpoint)
      ? recipeScalesFigure(rows)
      : undefined,
    "checkpoints.svg": checkpointFigure(rows),
  };
  const drawn = Object.entries(figures).flatMap(([file, svg]) => svg ? [[file, svg] as const] : []);
  return { [RESULT_FILES.table]: summaryTable(summary), ...Object.fromEntries(drawn) };
}

/** Writes a study's numbers, table, figures and per-example outcomes, each whole or not at all. */
export function writeResults(
  folder: StudyFolder,
  summary: Summary,
  answers: readonly VariantAnswers[],
  failures: string,
): void {
  const path = (file: keyof typeof RESULT_FILES): string => `${folder.root}/${RESULT_FILES[file]}`;
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
  writeAtomic(path("failures"), failures);
  for (const [file, text] of Object.entries(summaryTexts(summary))) {
    writeAtomic(`${folder.root}/${file}`, text);
  }
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
