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
export { bestVariant } from "./best_variant.ts";
export { type CutCounts, cutCounts, cutNotes, cutText } from "./cut_text.ts";
export { accuracyBars, type AccuracyBarsOptions } from "./figures/accuracy_bars.ts";
export { lossCurves, type LossCurvesOptions } from "./figures/loss_curves.ts";
export { INK, PALETTE, renderPlot } from "./figures/svg.ts";
export {
  AT_CHANCE_NOTE,
  tradeOffFigure,
  type TradeOffOptions,
} from "./figures/trade_off_figure.ts";
export { baselineFinding } from "./findings/baseline_finding.ts";
export { mmluFinding } from "./findings/mmlu_finding.ts";
export { sqlFinding } from "./findings/sql_finding.ts";
export { tradeOffFinding } from "./findings/trade_off_finding.ts";
export { trainingFinding } from "./findings/training_finding.ts";
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
export { markdownText } from "./markdown_text.ts";
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
export { type Displayable, showFigure, showMarkdown, showText } from "./tables/display.ts";
export { examplesTable } from "./tables/examples_table.ts";
export type { Frame } from "./tables/frame.ts";
export {
  accuracyFrame,
  chanceFrame,
  changesFrame,
  countsFrame,
  differencesFrame,
  lossFrame,
} from "./tables/frames.ts";
export { lossRows } from "./tables/loss_rows.ts";
export {
  type Alignment,
  type MarkdownCell,
  type MarkdownColumn,
  markdownTable,
} from "./tables/markdown_table.ts";
export {
  type ExampleKind,
  pickExamples,
  type PickExamplesOptions,
} from "./tables/pick_examples.ts";
export { provenanceFacts } from "./tables/provenance_facts.ts";
export { shortTable } from "./tables/short_table.ts";
export { factsFrame, recipesFrame, trainingFrame } from "./tables/study_frames.ts";
export { summaryRows, tradeOffPoints, variantRows } from "./tables/summary_rows.ts";
export {
  accuracyTable,
  countsTable,
  differencesTable,
  studyTable,
  summaryTable,
} from "./tables/summary_table.ts";
