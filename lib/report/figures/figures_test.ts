import assert from "node:assert/strict";
import { NO_LOSS_LOG } from "../rows/training_types.ts";
import { figureTexts } from "../testing/figure_texts.ts";
import { assertGolden } from "../testing/golden.ts";
import { LOSS_ROWS, PLAIN, shownOf, STUDY } from "../testing/study_fixture.ts";
import { LARGE_SWEEP, SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { accuracyBars, errorClassBars, letterBars } from "./accuracy_bars.ts";
import type { StudyRows } from "../rows/row_types.ts";
import type { CalibrationRow } from "../rows/calibration_rows.ts";
import { calibrationFigure } from "./calibration_figure.ts";
import { checkpointFigure, scaleFigure } from "./change_curves.ts";
import { changePanels } from "./change_panels.ts";
import { changePoints } from "./change_points.ts";
import { groupedBars } from "./grouped_bars.ts";
import { lossCurves } from "./loss_curves.ts";
import { recipeScalesFigure } from "./recipe_scales.ts";

Deno.test("scaleFigure() draws every measure over the scales as its golden copy", () => {
  assertGolden("scale_curves", () => scaleFigure(STUDY)!);
  assert.equal(scaleFigure(PLAIN), undefined);
});

Deno.test("scaleFigure() draws finished adapters alone where there are many paths", () => {
  const svg = scaleFigure(sweep(LARGE_SWEEP))!;
  assert.match(svg, /Finished adapters only/);
  assert.equal(svg.match(/of 3</), null);
  assert.doesNotMatch(scaleFigure(STUDY)!, /Finished adapters only/);
});

Deno.test("recipeScalesFigure() draws a row of panels a recipe as its golden copy", () => {
  assertGolden("recipe_scales", () => recipeScalesFigure(sweep(SWEEP))!);
  const svg = recipeScalesFigure(sweep(LARGE_SWEEP))!;
  for (const name of ["dora-lr2e-4", "finished adapter", "checkpoint 1 of 3"]) {
    assert.ok(svg.includes(`>${name}<`), name);
  }
  assert.equal(recipeScalesFigure(PLAIN), undefined);
});

Deno.test("checkpointFigure() draws every measure over a training as its golden copy", () => {
  assertGolden("checkpoint_curves", () => checkpointFigure(STUDY)!);
  assert.equal(checkpointFigure(PLAIN), undefined);
});

Deno.test("accuracyBars() draws hardness, and categories with the chance line, as golden copies", () => {
  const rows = shownOf(STUDY.accuracy);
  const of = (measure: string): typeof rows => rows.filter((row) => row.measure === measure);
  assertGolden("accuracy_sql", () => accuracyBars(of("sql"), { title: "SQL", label: "made up" }));
  assertGolden("accuracy_mmlu", () => accuracyBars(of("mmlu"), { title: "MMLU", chance: 0.25 }));
});

Deno.test("accuracyBars() refuses no rows, two rows for one bar, and what is no share", () => {
  const rows = shownOf(STUDY.accuracy).filter(({ measure }) => measure === "sql");
  assert.throws(() => accuracyBars([], { title: "none" }), RangeError);
  assert.throws(
    () => accuracyBars([...rows, ...rows], { title: "twice" }),
    /"base" has two rows for "easy"/,
  );
  assert.throws(() => accuracyBars([{ ...rows[0]!, mean: 1.2 }], { title: "much" }), RangeError);
});

Deno.test("errorClassBars() and letterBars() draw before and after as golden copies", () => {
  assertGolden("error_classes", () => errorClassBars(shownOf(STUDY.classes), { title: "errors" }));
  assertGolden("letters", () => letterBars(shownOf(STUDY.letters), { title: "letters" }));
});

Deno.test("changePoints() draws kinds of text and categories as golden copies", () => {
  const rows = shownOf(STUDY.changes);
  const prose = rows.filter(({ measure }) => measure === "prose");
  const mmlu = rows.filter(({ measure }) => measure === "mmlu");
  assertGolden("change_prose", () => changePoints(prose, { title: "text", of: "general text" }));
  assertGolden("change_mmlu", () => changePoints(mmlu, { title: "MMLU", of: "MMLU" }));
  assert.throws(() => changePoints([...prose, ...mmlu], { title: "both", of: "x" }), RangeError);
  assert.throws(() => changePoints([], { title: "none", of: "x" }), RangeError);
});

Deno.test("changePoints() draws no interval where tables say that there are too few clusters", () => {
  const [row] = STUDY.changes.filter(({ measure, group }) => measure === "mmlu" && group !== "all");
  assert(row?.evidence.kind === "score" && row.evidence.clustered);
  const clustered = { ...row.evidence.clustered, clusters: 2 };
  const few = { ...row, evidence: { ...row.evidence, gained: 0, lost: 0, clustered } };
  const drawn = (one: typeof row): string => changePoints([one], { title: "MMLU", of: "MMLU" });
  assert.match(drawn(few), /Without a line: too few clusters for one\./);
  assert.doesNotMatch(drawn(row), /too few clusters/);
  const interval = /stroke-width="1\.75"[^>]*>\s*<line/;
  assert.match(drawn(row), interval);
  assert.doesNotMatch(drawn(few), interval);
});

Deno.test("changePanels() draws a panel a measure with words and the tolerated loss as its golden copy", () => {
  const shown = shownOf(STUDY.tradeOff);
  const names = shown.map(({ variant }) => variant);
  assertGolden("change_panels", () => changePanels(STUDY, names));
  const texts = figureTexts(changePanels(STUDY, names)).map(({ text }) => text);
  const words = {
    gain: /: gain$/,
    loss: /: loss(?:, one of [\d.]+ excluded)?$/,
    no_difference_shown: /: no difference shown$/,
    loss_excluded: /: loss of [\d.]+ excluded$/,
  };
  const changes = shown.flatMap(({ sql, mmlu, prose }) => [sql, mmlu, prose].filter((one) => one));
  for (const outcome of Object.keys(words) as (keyof typeof words)[]) {
    assert.equal(
      texts.filter((text) => words[outcome].test(text)).length,
      changes.filter((change) => change!.outcome === outcome).length,
      outcome,
    );
  }
  assert.throws(() => changePanels(STUDY, []), RangeError);
  assert.throws(() => changePanels(STUDY, ["base"]), /"base": it is no tuned variant/);
});

Deno.test("groupedBars() draws no line at 0 or at a reference through the heading of a group", () => {
  const rows = ["one", "a heading that is longer than names (n = 12)", "two"].flatMap((group) =>
    ["a", "b"].map((variant) => ({ group, variant, value: 40, text: "40" }))
  );
  const options = { title: "t", axis: "x", notes: [], reference: 25 } as const;
  for (const marks of ["bars", "points"] as const) {
    const svg = groupedBars(rows, { ...options, marks });
    const heads = figureTexts(svg).filter(({ text }) => /^(one|two|a heading)/.test(text));
    assert.equal(heads.length, 3);
    const rules = svg.split('aria-label="rule"').slice(1).map((part) => part.split("</g>")[0]!);
    const uprights = rules.flatMap((part) =>
      [...part.matchAll(/x1="(.*?)" x2="(.*?)" y1="(.*?)" y2="(.*?)"/g)]
        .filter(([, x1, x2]) => x1 === x2)
        .map(([, , , y1, y2]) => [Number(y1), Number(y2)] as const)
    );
    // both lines, beside the bars of each group
    assert.equal(uprights.length, 6);
    for (const { box } of heads) {
      assert.ok(uprights.every(([from, to]) => box.y1 <= from || box.y0 >= to));
    }
  }
});

Deno.test("calibrationFigure() draws variants beside the base model as its golden copy", () => {
  const rows = ["base", "qv", "all-linear-lr2e-4/2of3@0.75"].flatMap((variant, at) =>
    Array.from({ length: 10 }, (_, i): CalibrationRow => {
      const mean = 0.3 + 0.06 * i;
      const confidence = 0.28 + (0.05 + 0.01 * at) * i;
      return {
        variant,
        n: 90,
        confidence,
        mean,
        ci95: [mean - 0.1, mean + 0.1],
      };
    })
  );
  const options = { title: "calibration", label: "made up" };
  assertGolden("calibration", () => calibrationFigure(rows, options));
  const alone = calibrationFigure(rows.slice(0, 10), options).replaceAll("\u00a0", " ");
  assert.match(alone, /n = 900</);
  assert.match(alone, />questions each. Data: made up\.</);
  assert.doesNotMatch(alone, />tuned</);
  const note = "The tables' calibration error has 10 bins.";
  assert.ok(!alone.replaceAll(/<[^>]+>\s*/g, " ").includes(note));
  const few = calibrationFigure(rows.slice(0, 3), options).replaceAll("\u00a0", " ");
  const said = few.replaceAll(/<[^>]+>\s*/g, " ").replaceAll(/\s+/g, " ");
  assert.match(said, /3 bins of equal count, lines: 95 % intervals; n = 270 questions each\./);
  assert.ok(said.includes(note), said);
  const low = rows.slice(0, 3).map((row) => ({ ...row, mean: 0.3, ci95: [0.2, 0.4] as const }));
  const ticks = (svg: string): string[] =>
    figureTexts(svg).map(({ text }) => text).filter((text) => /^\d+$/.test(text));
  assert.deepEqual(ticks(calibrationFigure(low, options)).toSorted(), [
    "0",
    "0",
    "25",
    "25",
    "50",
    "50",
  ]);
  assert.ok(ticks(alone).includes("100"));
  assert.throws(() => calibrationFigure([], options), RangeError);
  assert.throws(() => calibrationFigure([{ ...rows[0]!, confidence: 1.2 }], options), RangeError);
});

Deno.test("lossCurves() draws two curves, told apart by dashes, as its golden copy", () => {
  assertGolden("loss_curves", () => lossCurves(LOSS_ROWS, { title: "Training loss" }));
});

Deno.test("lossCurves() draws a single step, and says which variants were trained elsewhere", () => {
  const one = [{ variant: "q/v", step: 1, lossNats: 2 }];
  const drawn = lossCurves(one, { title: "One" });
  assert.ok(drawn.includes("q/v: 2.000 nats a token at step 1"));
  // a line of one mark would show nothing
  assert.match(drawn, /<g aria-label="dot"/);
  for (const marks of [one, []]) {
    const svg = lossCurves(marks, { title: "Loss", elsewhere: ["theirs", "others"] });
    assert.ok(svg.includes(`>theirs: ${NO_LOSS_LOG}<`));
    assert.ok(svg.includes(`>others: ${NO_LOSS_LOG}<`));
    assert.doesNotMatch(svg, /NaN|Infinity/);
  }
});

Deno.test("lossCurves() draws the means of blocks of a long log, and says so", () => {
  const long = Array.from({ length: 600 }, (_, i) => ({
    variant: "q/v",
    step: i + 1,
    // each block of ten has the mean 2
    lossNats: i % 10 === 0 ? 11 : 1,
  }));
  const svg = lossCurves(long, { title: "Long" });
  assert.match(svg, /Curves: means of 10 marks of the log each/);
  const [, path] = /<g aria-label="line"[\s\S]*?<path d="M([^"]+)"/.exec(svg)!;
  const heights = path!.split("L").map((place) => place.split(",")[1]);
  assert.deepEqual([heights.length, new Set(heights).size], [60, 1]);
  assert.doesNotMatch(lossCurves(LOSS_ROWS, { title: "Short" }), /means of/);
});

Deno.test("lossCurves() refuses no rows and a loss that is not finite", () => {
  assert.throws(() => lossCurves([], { title: "none" }), RangeError);
  assert.throws(
    () => lossCurves([{ variant: "q/v", step: 3, lossNats: NaN }], { title: "broken" }),
    /loss of "q\/v" at step 3/,
  );
});

Deno.test("scaleFigure() shows the curves near 0 in a panel of their own where others leave no room", () => {
  const { tradeOff, ...study } = sweep(SWEEP);
  const far = (by: number): StudyRows => ({
    ...study,
    tradeOff: tradeOff.map((row) => {
      const { verdict } = row.prose!;
      const times = row.origin.source === "all-linear-lr1e-3" ? by : 1;
      const [low, high] = verdict.ci95!;
      const ci95 = [times * low, times * high] as const;
      const moved = { ...verdict, difference: times * verdict.difference, ci95 };
      return { ...row, prose: { ...row.prose!, verdict: moved } };
    }),
  });
  assert.doesNotMatch(scaleFigure(far(0.1))!, /general text, stretched/);
  const svg = scaleFigure(far(8))!;
  const [, times] = /general text, stretched (\d+) times/.exec(svg)!;
  assert.ok(Number(times) >= 4, `${times}`);
  // what leaves the panel is cut at its edges
  const lines = [...svg.matchAll(/<g aria-label="line"[^>]*>\s*<path d="M([^"]+)"/g)]
    .map(([, path]) => path!.split("L").map((place) => Number(place.split(",")[1])));
  const [last] = lines.slice(-2);
  const heading = figureTexts(svg).find(({ text }) => text.includes("stretched"))!.box;
  assert.ok(lines.length > 6 && last!.length < 5, "a line that leaves has fewer points");
  assert.ok(lines.slice(-4).flat().every((y) => y >= heading.y0), `${lines.slice(-4)}`);
});
