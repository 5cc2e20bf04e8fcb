import assert from "node:assert/strict";
import { paperFigure, sayIn } from "../paper/paper_figures.ts";
import type { CalibrationRow } from "../rows/calibration_rows.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { figureTexts, overlappingTexts, textsOutside } from "../testing/figure_texts.ts";
import { crowded, LOSS_ROWS, PLAIN, shownOf, STUDY } from "../testing/study_fixture.ts";
import { LARGE_SWEEP, SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { accuracyBars, errorClassBars, letterBars } from "./accuracy_bars.ts";
import { calibrationFigure } from "./calibration_figure.ts";
import { checkpointFigure, scaleFigure } from "./change_curves.ts";
import { changePanels } from "./change_panels.ts";
import { changePoints } from "./change_points.ts";
import { lossCurves } from "./loss_curves.ts";
import { modelsFigure } from "./models_figure.ts";
import { recipeScalesFigure } from "./recipe_scales.ts";
import { seedFigure } from "./seed_curves.ts";
import { seededRecipes, seedPointsFigure } from "./seed_points.ts";
import type { FigureWords } from "./series.ts";
import { tradeOffFigure } from "./trade_off/trade_off_figure.ts";

const SEEDS = STUDY.seeds.map((row) => ({ ...row, recipe: "all-linear-lr2e-4" }));
const STUDIES: readonly StudyRows[] = [STUDY, PLAIN, crowded(60), sweep(SWEEP), sweep(LARGE_SWEEP)];

/** The figures that a paper has, of every study. */
function paperFigures(words: FigureWords = {}): readonly string[] {
  return STUDIES.flatMap((rows) => [
    tradeOffFigure(rows, { gauge: "mmlu", ...words }),
    tradeOffFigure(rows, { gauge: "prose", ...words }),
    scaleFigure(rows, words),
    checkpointFigure(rows, words),
    seedFigure({ ...rows, seeds: SEEDS }, words),
  ]).filter((svg) => svg !== undefined);
}

/** Those that notebooks and tools have besides. */
function otherFigures(): readonly string[] {
  const of = <Row extends { readonly measure: string; readonly variant: string }>(
    rows: readonly Row[],
    measure: string,
  ): Row[] => shownOf(rows).filter((row) => row.measure === measure);
  const title = "figure";
  const options = { title, label: "made up" };
  const calibration = ["base", "qv", "all-linear-lr2e-4/2of3@0.75"].flatMap((variant) =>
    [0.2, 0.5, 0.9].map((mean): CalibrationRow => ({
      variant,
      n: 90,
      confidence: mean,
      mean,
      ci95: [mean - 0.1, mean + 0.1],
    }))
  );
  const models = [1, 2, 3, 4].map((i) => ({ name: `Qwen2.5-Coder-${i}B`, rows: STUDY }));
  return [
    ...STUDIES.flatMap((rows) => recipeScalesFigure(rows) ?? []),
    accuracyBars(of(STUDY.accuracy, "sql"), options),
    accuracyBars(of(STUDY.accuracy, "mmlu"), { ...options, chance: 0.25 }),
    errorClassBars(shownOf(STUDY.classes), options),
    letterBars(shownOf(STUDY.letters), options),
    ...["sql", "mmlu", "prose"].map((measure) =>
      changePoints(of(STUDY.changes, measure), { ...options, of: "general text" })
    ),
    ...STUDIES.map((rows) =>
      changePanels(rows, rows.tradeOff.slice(0, 4).map(({ variant }) => variant))
    ),
    calibrationFigure(calibration, options),
    lossCurves(LOSS_ROWS, { title, elsewhere: ["theirs"] }),
    modelsFigure(models, "mmlu"),
    modelsFigure(models.slice(0, 1), "prose"),
    seedPointsFigure(STUDY, seededRecipes(STUDY, "mmlu"), "mmlu"),
    seedPointsFigure(STUDY, seededRecipes(STUDY, "prose"), "prose"),
  ];
}

const NAMES = STUDIES.flatMap(({ tradeOff }) =>
  tradeOff.flatMap(({ variant, origin }) => [variant, origin.source])
);
/** What the texts of a figure are drawn with, without the rims behind them. */
const RIMS = /<g[^>]* fill="white" stroke="white"[^>]*>[\s\S]*?<\/g>/g;
const FIGURES: readonly string[] = [
  ...paperFigures(),
  ...otherFigures(),
  ...paperFigures({ captioned: true }),
  ...paperFigures({ say: sayIn("pt", NAMES) }).map((svg) =>
    paperFigure(svg, { language: "pt", names: NAMES }).svg.replaceAll(RIMS, "")
  ),
];

Deno.test("no text of a figure covers another one, in either language", () => {
  for (const svg of FIGURES) assert.deepEqual(overlappingTexts(svg), [], titleOf(svg));
});

Deno.test("no text of a figure leaves it, in either language", () => {
  for (const svg of FIGURES) assert.deepEqual(textsOutside(svg), [], titleOf(svg));
});

Deno.test("every text of a figure is printed at 7 points or more at a column's width", () => {
  const column = 8.5 / 2.54 * 72;
  for (const svg of FIGURES) {
    const [, width] = /viewBox="0 0 ([\d.]+) /.exec(svg)!;
    const sizes = figureTexts(svg).map(({ size }) => size);
    assert.ok(sizes.length > 1);
    assert.ok(Math.min(...sizes) * column / Number(width) >= 7, `${Math.min(...sizes)}`);
  }
});

Deno.test("every figure of numbers has their unit, and of how many examples they are", () => {
  for (const svg of [...paperFigures(), ...otherFigures()]) {
    const texts = figureTexts(svg).map(({ text }) => text.replaceAll("\u00a0", " ")).join("\n");
    assert.match(texts, /points|nats a token|\(%\)/, titleOf(svg));
    // of a training its steps are on the axis
    assert.match(texts, /n = [\d ]+|\d+\/\d+|Optimizer step/, titleOf(svg));
  }
});

Deno.test("every figure with bars says what they are", () => {
  for (const svg of paperFigures()) {
    const texts = figureTexts(svg).map(({ text }) => text.replaceAll("\u00a0", " ")).join(" ");
    assert.match(
      texts,
      /the wider of two 95 % intervals \(by examples, by clusters\)/,
      titleOf(svg),
    );
  }
});

Deno.test("a figure with a caption leaves out what bars and labels are, and has its numbers all the same", () => {
  for (const svg of paperFigures({ captioned: true })) {
    const texts = figureTexts(svg).map(({ text }) => text.replaceAll("\u00a0", " ")).join(" ");
    assert.doesNotMatch(texts, /Bars|intervals|the adapter at|unadjusted/, titleOf(svg));
    assert.match(texts, /n = [\d ]+/, titleOf(svg));
  }
  assert.ok(
    paperFigures({ captioned: true }).some((svg) => svg.includes("Finished adapters only")),
  );
});

Deno.test("figureTexts() sees texts that cover each other or leave the figure", () => {
  const svg = (x: number): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" font-size="10">` +
    `<g transform="translate(10,20)"><text y="0.32em">one</text></g>` +
    `<g text-anchor="end"><text y="0.32em" transform="translate(${x},20)">two</text></g></svg>`;
  assert.deepEqual(overlappingTexts(svg(40)), [["one", "two"]]);
  assert.deepEqual(overlappingTexts(svg(60)), []);
  assert.deepEqual(textsOutside(svg(101)), ["two"]);
  assert.deepEqual(textsOutside(svg(15)), ["two"]);
  assert.deepEqual(textsOutside(svg(60)), []);
});

function titleOf(svg: string): string {
  return /<title>([^<]*)/.exec(svg)?.[1] ?? "";
}
