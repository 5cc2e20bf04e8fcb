/**
 * Tables, figures, data frames and sentences: pure functions from rows to text, readers of results
 * only. A word on a change is its verdict's, and stands only where both of its intervals allow it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lossCurves } from "./mod.ts";
 *
 * const svg = lossCurves([{ variant: "qv", step: 1, lossNats: 2.5 }], { title: "Training loss" });
 * assert.ok(svg.startsWith("<svg"));
 * ```
 *
 * @module
 */
export * from "./light.ts";
export { browserChange, type ChangePlace } from "./browser/browser_change.ts";
export {
  type BrowserChange,
  type BrowserChoices,
  type BrowserData,
  type BrowserLetters,
  type BrowserOutcome,
  type BrowserQuestion,
  type BrowserSql,
  type BrowserSqlAnswers,
  NO_LETTER,
  NO_OUTCOME,
  NOT_ASKED,
} from "./browser/browser_data.ts";
export { browserPage } from "./browser/browser_page.ts";
export { joinScripts } from "./browser/client_script.ts";
export { htmlText } from "./browser/html_text.ts";
export { PAGE_PARTS, type PageParts } from "./browser/page_parts.ts";
export type {
  ChangeWords,
  ListedVariant,
  PageFacts,
  ShownResult,
  UnscoredQuestions,
} from "./browser/format.ts";
export { type ChoiceAnswer, type ChoiceExample, choicesText } from "./examples/choices_text.ts";
export { examplesTable } from "./examples/examples_table.ts";
export { failuresText } from "./examples/failures_text.ts";
export {
  type ExampleKind,
  pickExamples,
  type PickExamplesOptions,
} from "./examples/pick_examples.ts";
export {
  type FailureKind,
  type Failures,
  pickFailures,
  type PickFailuresOptions,
} from "./examples/pick_failures.ts";
export {
  claimsJunit,
  type JunitOptions,
  type QuestionCase,
  questionsJunit,
  UNDECIDED,
  type Undecided,
} from "./exports/junit.ts";
export { type CardFacts, type CardScore, modelCard } from "./exports/model_card.ts";
export {
  accuracyBars,
  type AccuracyBarsOptions,
  errorClassBars,
  letterBars,
} from "./figures/accuracy_bars.ts";
export { calibrationFigure } from "./figures/calibration_figure.ts";
export { checkpointFigure, scaleFigure } from "./figures/change_curves.ts";
export { changePanels } from "./figures/change_panels.ts";
export { changePoints, type ChangePointsOptions } from "./figures/change_points.ts";
export { lossCurves, type LossCurvesOptions } from "./figures/loss_curves.ts";
export { modelsFigure, type ModelStudy } from "./figures/models_figure.ts";
export { seededRecipes, seedPointsFigure, type SeedPointsRows } from "./figures/seed_points.ts";
export type { FigureWords, Say } from "./figures/series.ts";
export { type FigureDescription, INK, PALETTE, renderPlot } from "./figures/svg.ts";
export { recipeScalesFigure } from "./figures/recipe_scales.ts";
export {
  tradeOffFigure,
  tradeOffGauges,
  type TradeOffOptions,
} from "./figures/trade_off/trade_off_figure.ts";
export type { KnowledgeGauge, TradeOffRows } from "./figures/trade_off/trade_off_points.ts";
export { baselineFinding } from "./findings/baseline_finding.ts";
export { fewAnswersNotes } from "./findings/caution_notes.ts";
export { letterSentences } from "./findings/letter_sentences.ts";
export { mmluFinding } from "./findings/mmlu_finding.ts";
export { proseFinding } from "./findings/prose_finding.ts";
export { correlationFinding, pairsFinding, seedsFinding } from "./findings/recipe_findings.ts";
export { recommendationFinding } from "./findings/recommendation_finding.ts";
export { sqlFinding } from "./findings/sql_finding.ts";
export { tradeOffFinding } from "./findings/trade_off_finding.ts";
export { trainingFinding } from "./findings/training_finding.ts";
export { divergenceNote, unstableNote } from "./findings/unstable_notes.ts";
export {
  display,
  type Displayable,
  JUPYTER_DISPLAY,
  showFigure,
  showFrame,
  showMarkdown,
  showRows,
  showText,
} from "./frames/display.ts";
export type { Frame } from "./frames/frame.ts";
export {
  accuracyFrame,
  chanceFrame,
  countsFrame,
  flipsFrame,
  proseFrame,
} from "./frames/frames.ts";
export { factsFrame, recipesFrame, trainingFrame } from "./frames/study_frames.ts";
export {
  type AnsweredChoice,
  type CalibrationRow,
  calibrationRows,
} from "./rows/calibration_rows.ts";
export { MOST_PAGES, unwarrantedText } from "./paper/check_paper.ts";
export { type CompiledPaper, compilePaper } from "./paper/compile_paper.ts";
export type { MissingLetter } from "./paper/font_letters.ts";
export { FIGURE_FONT } from "./paper/font_files.ts";
export { isFigure, type PaperFigure, paperFigure } from "./paper/paper_figures.ts";
export type { PaperInputs, PromptTurn } from "./paper/paper_inputs.ts";
export { type PaperVariants, paperVariants } from "./paper/paper_variants.ts";
export {
  checkPaperMeasures,
  escapedLetters,
  PAPER_LANGUAGES,
  writePaper,
} from "./paper/write_paper.ts";
export type { ExampleAnswer, ExampleRow, ResultTable } from "./rows/example_types.ts";
export { changeRows } from "./rows/change_rows.ts";
export { type ChoiceShots, choiceShots } from "./rows/choice_shots.ts";
export { shotsName } from "./rows/groups.ts";
export type { ChangeContext } from "./rows/change_rows.ts";
export type { AboveChanceRow, ChanceRow, LetterRow } from "./rows/choice_rows.ts";
export type {
  AccuracyRow,
  Adjustment,
  ChangeRow,
  ClassRow,
  CountRow,
  CoverageRow,
  FlipsRow,
  GaugeChanges,
  GaugeTitles,
  GeneralRow,
  Measure,
  PairRow,
  ProseRow,
  SeedPairRow,
  SeedRow,
  StepResult,
  StudyRows,
  TradeOffRow,
  VariantRows,
} from "./rows/row_types.ts";
export type { LossRow, TrainingRow, UnstableRow } from "./rows/training_types.ts";
export { unscoredText } from "./measures/sql.ts";
export { barRows, spokenRows } from "./rows/study_lookup.ts";
export { recommendedVariant } from "./rows/trade_off_rows.ts";
export { ANY_DATA_TITLES, sharedTitles } from "./rows/shared_titles.ts";
export {
  GAUGE_TITLES,
  generalRow,
  type StudyFacts,
  summaryRows,
  variantRows,
} from "./rows/summary_rows.ts";
export { accuracyTable } from "./tables/accuracy_table.ts";
export { type RepeatedRow, repetitionTable } from "./tables/repetition_table.ts";
export { shortChangesTable, tradeOffTable } from "./tables/change_table.ts";
export { tablesByUnit } from "./tables/change_parts.ts";
export { CLUSTER_NOTE, clusterTable } from "./tables/cluster_table.ts";
export { aboveChanceTable, lettersTable, proseTable } from "./tables/letter_table.ts";
export { closingText } from "./tables/closing_text.ts";
export { nextStep } from "./findings/next_step.ts";
export { FEWEST_PLANNED, planText, type PlanTextOptions } from "./tables/plan_text.ts";
export { provenanceFacts } from "./tables/provenance_facts.ts";
export { shortTable } from "./tables/short_table.ts";
export { briefTable, summaryTable } from "./tables/summary_table.ts";
export { type CutCounts, cutText } from "./words/cut_text.ts";
export type { Language } from "./words/unwarranted.ts";
export {
  changeSentence,
  INTERVAL_NOTE,
  UNADJUSTED_NOTE,
  type WordedChange,
} from "./words/verdict_words.ts";
