import {
  checkpointFigure,
  recipeScalesFigure,
  scaleFigure,
  summaryRows,
  summaryTable,
  tradeOffFigure,
  tradeOffGauges,
  type UnstableRow,
} from "../../report/mod.ts";
import { existsSync, statSync } from "node:fs";
import { readTextFile, writeAtomic } from "../../ground/mod.ts";

import { GAUGE_SCALES, type StudyConfig, type Summary, writeSummary } from "../../runs/mod.ts";
import { ANSWER_KINDS, type AnswerKind, rowsOf } from "../measures/answer_kinds.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { readLimits } from "./limits.ts";
import { flippedExamples } from "../numbers/flips.ts";
import { unstableTrainings } from "../training/unstable_training.ts";
import type { StudyFolder } from "../study_folder.ts";

/** The file of each kind of answers. */
const ANSWER_FILES = Object.fromEntries(
  ANSWER_KINDS.map((kind) => [kind, `${kind}.jsonl`]),
) as Readonly<Record<AnswerKind, string>>;

/** The files that finished studies write, below their results folder, beside their figures. */
export const RESULT_FILES = {
  summary: "summary.json",
  table: "summary.md",
  ...ANSWER_FILES,
  flips: "flips.jsonl",
  failures: "failures.md",
} as const;

/** One of {@linkcode RESULT_FILES}. */
export type ResultFile = keyof typeof RESULT_FILES;

/**
 * Those of {@linkcode RESULT_FILES} that a finished study has. Of a measure that it does not ask it
 * has no file: an empty one says that it was asked and has no row.
 */
export function resultFiles({ measures }: Pick<StudyConfig, "measures">): readonly ResultFile[] {
  const asked = new Set<string>(measures.map((gauge) => MEASURES[gauge].rows.file));
  const isWritten: Partial<Record<ResultFile, boolean>> = {
    ...Object.fromEntries(ANSWER_KINDS.map((kind) => [kind, asked.has(kind)])),
    // answers that are right or wrong
    flips: measures.some((gauge) => GAUGE_SCALES[gauge].unit === "points"),
    failures: measures.includes("sql"),
  };
  return (Object.keys(RESULT_FILES) as ResultFile[]).filter((file) => isWritten[file] ?? true);
}

/** What a study's texts say beside its summary's numbers. */
export interface BesideNumbers {
  /** What the numbers do not tell, in English. */
  readonly limits?: readonly string[];
  /** The trainings that were unstable. */
  readonly unstable?: readonly UnstableRow[];
}

/**
 * Reads what a study's texts say beside its summary's numbers: its limits, and what its loss logs
 * tell of its trainings.
 *
 * @param folder The study's results, or a recording of them.
 * @throws {UsageError} If the limits or a log cannot be read.
 */
export function besideNumbers(summary: Summary, folder: string): Required<BesideNumbers> {
  return { limits: readLimits(folder).en, unstable: unstableTrainings(summary, folder) };
}

/**
 * The texts that a summary makes, by file name: the same bytes for the same summary. Figures that
 * the study has nothing to show in are left out.
 */
export function summaryTexts(
  summary: Summary,
  beside: BesideNumbers = {},
): Readonly<Record<string, string>> {
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
  return { [RESULT_FILES.table]: summaryTable(summary, beside), ...Object.fromEntries(drawn) };
}

/**
 * The texts of a folder that are missing, or others than its summary and what lies beside it make.
 *
 * @param folder The study's results, or a recording of them.
 * @throws {UsageError} If the limits, a loss log or a text cannot be read.
 */
export function changedTexts(summary: Summary, folder: string): [file: string, text: string][] {
  return Object.entries(summaryTexts(summary, besideNumbers(summary, folder))).filter(
    ([file, text]) => {
      const path = `${folder}/${file}`;
      return !existsSync(path) || readTextFile(path) !== text;
    },
  );
}

/**
 * Writes a study's numbers, table, figures and per-example outcomes, each whole or not at all. What of
 * {@linkcode RESULT_FILES} it does not ask is taken away where it is there and empty.
 *
 * @throws {UsageError} If the limits or a loss log beside them cannot be read; then nothing is written.
 */
export function writeResults(
  folder: StudyFolder,
  summary: Summary,
  answers: readonly VariantAnswers[],
  failures: string,
): void {
  const beside = besideNumbers(summary, folder.root);
  const path = (file: ResultFile): string => `${folder.root}/${RESULT_FILES[file]}`;
  const files = resultFiles(summary.config);
  const [base, ...tuned] = answers;
  const texts: Partial<Record<ResultFile, () => string>> = {
    ...Object.fromEntries(ANSWER_KINDS.map((kind) => [kind, () => answerLines(kind, answers)])),
    flips: () => toLines(tuned.flatMap((variant) => flippedExamples(base!, variant))),
    failures: () => failures,
  };
  for (const [file, text] of Object.entries(texts) as [ResultFile, () => string][]) {
    if (files.includes(file)) writeAtomic(path(file), text());
    else if (isEmpty(path(file))) Deno.removeSync(path(file));
  }
  for (const [file, text] of Object.entries(summaryTexts(summary, beside))) {
    writeAtomic(`${folder.root}/${file}`, text);
  }
  writeSummary(path("summary"), summary);
}

function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}

function answerLines(kind: AnswerKind, answers: readonly VariantAnswers[]): string {
  return toLines(
    answers.flatMap((variant) =>
      rowsOf(kind).write(variant).map((row) =>
        "variant" in row ? row : { variant: variant.name, ...row }
      )
    ),
  );
}

function toLines(records: readonly object[]): string {
  return records.map((record) => JSON.stringify(record) + "\n").join("");
}
