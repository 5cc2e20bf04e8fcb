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
export { type Displayable, showFigure, showMarkdown } from "./display.ts";
export {
  formatDifference,
  formatEstimate,
  formatPercent,
  formatPValue,
  formatSigned,
} from "./format_numbers.ts";
export {
  accuracyFrame,
  changesFrame,
  countsFrame,
  differencesFrame,
  type Frame,
  lossFrame,
} from "./frames.ts";
export { lossCurves, type LossCurvesOptions } from "./loss_curves.ts";
export { lossRows } from "./loss_rows.ts";
export { type Alignment, type MarkdownColumn, markdownTable } from "./markdown_table.ts";
export type {
  AccuracyRow,
  ChanceRow,
  ChangeRow,
  CountRow,
  CoverageRow,
  DifferenceRow,
  LossRow,
  Measure,
  PairedEstimate,
  StudyRows,
  TradeOffPoint,
} from "./rows.ts";
export { summaryRows, tradeOffPoints } from "./summary_rows.ts";
export {
  accuracyTable,
  countsTable,
  differencesTable,
  studyTable,
  summaryTable,
} from "./summary_table.ts";
export { AT_CHANCE_NOTE, tradeOffFigure, type TradeOffOptions } from "./trade_off_figure.ts";
