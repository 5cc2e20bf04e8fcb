/**
 * Tables, figures and data frames: pure functions from rows to text, readers of results only.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tradeOffFigure } from "./mod.ts";
 *
 * const svg = tradeOffFigure([{
 *   variant: "all-linear",
 *   sqlGain: { n: 96, mean: 0.27, ci95: [0.18, 0.36] },
 *   mmluLoss: { n: 150, mean: 0.02, ci95: [-0.03, 0.07] },
 *   mmluAtChance: false,
 * }], { model: "SmolLM2-135M-Instruct", label: "sample" });
 * assert.ok(svg.startsWith("<svg"));
 * ```
 *
 * @module
 */

export { accuracyBars, type AccuracyBarsOptions } from "./accuracy_bars.ts";
export { baselineFinding } from "./baseline_finding.ts";
export { bestVariant } from "./best_variant.ts";
export { type CutCounts, cutCounts, cutNotes, cutText } from "./cut_text.ts";
export { type Displayable, showFigure, showMarkdown, showText } from "./display.ts";
export { examplesTable } from "./examples_table.ts";
export {
  formatBounds,
  formatChange,
  formatCount,
  formatDifference,
  formatEstimate,
  formatNats,
  formatPercent,
  formatPValue,
  formatSigned,
} from "./format_numbers.ts";
export {
  accuracyFrame,
  chanceFrame,
  changesFrame,
  countsFrame,
  differencesFrame,
  lossFrame,
} from "./frames.ts";
export type { Frame } from "./_frame.ts";
export { lossCurves, type LossCurvesOptions } from "./loss_curves.ts";
export { lossRows } from "./loss_rows.ts";
export {
  type Alignment,
  type MarkdownCell,
  type MarkdownColumn,
  markdownTable,
} from "./markdown_table.ts";
export { markdownText } from "./markdown_text.ts";
export { mmluFinding } from "./mmlu_finding.ts";
export { type ExampleKind, pickExamples, type PickExamplesOptions } from "./pick_examples.ts";
export { provenanceFacts } from "./provenance_facts.ts";
export type {
  AccuracyRow,
  ChanceRow,
  ChangeRow,
  CountRow,
  CoverageRow,
  DifferenceRow,
  ExampleAnswer,
  ExampleRow,
  LossRow,
  Measure,
  PairedEstimate,
  StudyRows,
  TradeOffPoint,
  TrainingRow,
  VariantRows,
} from "./rows.ts";
export { shortTable } from "./short_table.ts";
export { sqlFinding } from "./sql_finding.ts";
export { factsFrame, recipesFrame, trainingFrame } from "./study_frames.ts";
export { summaryRows, tradeOffPoints, variantRows } from "./summary_rows.ts";
export {
  accuracyTable,
  countsTable,
  differencesTable,
  studyTable,
  summaryTable,
} from "./summary_table.ts";
export { tradeOffFinding } from "./trade_off_finding.ts";
export { AT_CHANCE_NOTE, tradeOffFigure, type TradeOffOptions } from "./trade_off_figure.ts";
export { trainingFinding } from "./training_finding.ts";
