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

import { type Summary, writeSummary } from "../../runs/mod.ts";
import { ANSWER_KINDS, type AnswerKind, rowsOf } from "../measures/answer_kinds.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { flippedExamples } from "../numbers/flips.ts";
import type { StudyFolder } from "../study_folder.ts";

/** The file of each kind of answers. */
const ANSWER_FILES = Object.fromEntries(
  ANSWER_KINDS.map((kind) => [kind, `${kind}.jsonl`]),
) as Readonly<Record<AnswerKind, string>>;

/** The files that every finished study writes, below its results folder, beside its figures. */
export const RESULT_FILES = {
  summary: "summary.json",
  table: "summary.md",
  ...ANSWER_FILES,
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
  for (const kind of ANSWER_KINDS) {
    const rows = answers.flatMap((variant) =>
      rowsOf(kind).write(variant).map((row) =>
        "variant" in row ? row : { variant: variant.name, ...row }
      )
    );
    writeAtomic(path(kind), toLines(rows));
  }
  const [base, ...tuned] = answers;
  writeAtomic(
    path("flips"),
    toLines(tuned.flatMap((variant) => flippedExamples(base!, variant))),
  );
  writeAtomic(path("failures"), failures);
  for (const [file, text] of Object.entries(summaryTexts(summary))) {
    writeAtomic(`${folder.root}/${file}`, text);
  }
  writeSummary(path("summary"), summary);
}

function toLines(records: readonly object[]): string {
  return records.map((record) => JSON.stringify(record) + "\n").join("");
}
