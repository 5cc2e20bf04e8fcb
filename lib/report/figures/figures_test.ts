import assert from "node:assert/strict";
import { NO_LOSS_LOG } from "../rows/training_types.ts";
import { assertGolden } from "../testing/golden.ts";
import { crowded, LOSS_ROWS, shownOf, STUDY } from "../testing/study_fixture.ts";
import { LARGE_SWEEP, SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { accuracyBars, errorClassBars, letterBars } from "./accuracy_bars.ts";
import type { CalibrationRow } from "../rows/calibration_rows.ts";
import { calibrationFigure } from "./calibration_figure.ts";
import { checkpointFigure, scaleFigure } from "./change_curves.ts";
import { changePoints } from "./change_points.ts";
import { lossCurves } from "./loss_curves.ts";
import { modelsFigure } from "./models_figure.ts";
import { recipeScalesFigure } from "./recipe_scales.ts";
import { tradeOffFigure, tradeOffGauges, tradeOffNearFigure } from "./trade_off_figure.ts";
import { tradeOffLabels } from "./trade_off_labels.ts";
import { isBaseOnFront, tradeOffPoints } from "./trade_off_points.ts";

const PLAIN = {
  ...STUDY,
  tradeOff: STUDY.tradeOff.filter(({ variant, origin }) => variant === origin.source).map((
    row,
  ) => ({
    ...row,
    origin: { source: row.origin.source },
  })),
};

Deno.test("tradeOffFigure() draws the front, the paths and the recommended variant as its golden copy", () => {
  assertGolden("trade_off", () => tradeOffFigure(STUDY));
});

Deno.test("tradeOffFigure() draws general text, where less is better, as its golden copy", () => {
  assertGolden("trade_off_prose", () => tradeOffFigure(STUDY, { gauge: "prose" }));
});

Deno.test("tradeOffFigure() draws two variants and sixty as their golden copies", () => {
  assertGolden("trade_off_two", () => tradeOffFigure(PLAIN));
  assertGolden("trade_off_sixty", () => tradeOffFigure(crowded(60)));
});

Deno.test("tradeOffFigure() draws a sweep of 50 variants, and what is near, as its golden copies", () => {
  assertGolden("trade_off_sweep", () => tradeOffFigure(sweep(SWEEP)));
  const prose = { gauge: "prose" } as const;
  assertGolden("trade_off_near", () => tradeOffNearFigure(sweep(LARGE_SWEEP), prose)!);
  assert.match(tradeOffNearFigure(sweep(LARGE_SWEEP), prose)!, /94 variants, 9 of/);
  assert.equal(tradeOffNearFigure(STUDY), undefined, "few variants");
  const { tradeOff } = sweep(SWEEP);
  const near = {
    ...STUDY,
    tradeOff: tradeOff.filter(({ origin }) => origin.source !== "all-linear-lr1e-3"),
  };
  assert.equal(tradeOffNearFigure(near), undefined, "no variant is outside");
});

Deno.test("tradeOffLabels() covers no point and no other label, however many variants there are", () => {
  const margin = { top: 24, right: 12, bottom: 40, left: 42 };
  for (const size of [SWEEP, LARGE_SWEEP]) {
    for (const gauge of ["mmlu", "prose"] as const) {
      const points = tradeOffPoints(sweep(size).tradeOff, gauge);
      const x = gauge === "mmlu" ? [-8, 4] as const : [-0.01, 0.1] as const;
      const scales = { x, y: [-4, 28] as const, margin, frameHeight: 300 };
      const labels = tradeOffLabels(points, scales);
      const texts = labels.map(({ text }) => text);
      assert.ok(texts.includes("base") && texts.includes("2/3 ×0.75"), texts.join(", "));
      for (const [i, { text, box }] of labels.entries()) {
        for (const other of labels.slice(i + 1)) {
          const apart = box.x1 <= other.box.x0 || other.box.x1 <= box.x0 ||
            box.y1 <= other.box.y0 || other.box.y1 <= box.y0;
          assert.ok(apart, `"${text}" and "${other.text}"`);
        }
        for (const point of points) {
          const left = margin.left + (point.x - x[0]) / (x[1] - x[0]) * (340 - 42 - 12);
          const top = margin.top + 300 * (28 - point.y) / 32;
          const covered = left > box.x0 && left < box.x1 && top > box.y0 && top < box.y1;
          // the recommended one and the base model have a label even where no place is free
          assert.ok(
            !covered || text === "base" || text === "2/3 ×0.75",
            `${text}: ${point.variant}`,
          );
        }
      }
    }
  }
});

Deno.test("tradeOffPoints() leaves further seeds out of the front, however lucky one is", () => {
  const rows = sweep(SWEEP);
  const lucky = rows.tradeOff.map((row) => {
    const { sql, variant } = row;
    return variant !== "all-linear-lr2e-4#44" ? row : {
      ...row,
      sql: { ...sql!, verdict: { ...sql!.verdict, difference: 0.9 } },
    };
  });
  const points = tradeOffPoints(lucky, "mmlu");
  const seeds = points.filter(({ furtherSeed }) => furtherSeed).map(({ variant }) => variant);
  assert.deepEqual(seeds, ["all-linear-lr2e-4#43", "all-linear-lr2e-4#44"]);
  assert.deepEqual(
    points.map(({ front }) => front),
    tradeOffPoints(rows.tradeOff, "mmlu").map(({ front }) => front),
  );
});

Deno.test("tradeOffPoints() has on the front what nothing is better than on both axes", () => {
  for (const gauge of ["mmlu", "prose"] as const) {
    const sign = gauge === "prose" ? -1 : 1;
    const points = tradeOffPoints(crowded(60).tradeOff, gauge);
    const places = [...points, { x: 0, y: 0 }];
    for (const { x, y, front } of points) {
      const better = places.filter((other) => sign * (other.x - x) > 0 && other.y > y);
      if (front) assert.deepEqual(better, []);
      else assert.ok(places.some((other) => sign * (other.x - x) >= 0 && other.y >= y));
    }
    assert.ok(points.some(({ front }) => front) && points.some(({ front }) => !front));
  }
  // both lose something, so that nothing is better than the base model on that axis
  assert.equal(isBaseOnFront(tradeOffPoints(PLAIN.tradeOff, "mmlu"), "mmlu"), true);
  assert.equal(isBaseOnFront(tradeOffPoints(STUDY.tradeOff, "mmlu"), "mmlu"), false);
});

Deno.test("tradeOffGauges() names the measures that it can be drawn against", () => {
  const without = (gauge: "sql" | "mmlu" | "prose"): typeof STUDY.tradeOff =>
    STUDY.tradeOff.map(({ [gauge]: _, ...row }) => row);
  assert.deepEqual(tradeOffGauges(STUDY), ["mmlu", "prose"]);
  assert.deepEqual(tradeOffGauges({ tradeOff: without("mmlu") }), ["prose"]);
  assert.deepEqual(tradeOffGauges({ tradeOff: without("sql") }), []);
  assert.throws(() => tradeOffFigure({ ...STUDY, tradeOff: without("sql") }), /needs a point/);
  assert.match(
    tradeOffFigure({ ...STUDY, tradeOff: without("mmlu") }),
    /Change on general text \(nats a token\), ← better/,
  );
});

Deno.test("tradeOffFigure() says units, n, the tolerated loss and the data, and claims nothing", () => {
  const svg = tradeOffFigure(STUDY).replaceAll("\u00a0", " ");
  for (
    const text of [
      "Change on text-to-SQL (points), better ↑",
      "Change on MMLU (points), better →",
      "tolerated: 3.0 points",
      "n = 240 questions (y), 900 questions (x); 9 variants. Data:",
      "made up.",
    ]
  ) assert.ok(svg.includes(`>${text}<`), text);
  assert.doesNotMatch(svg, /\b(?:gain|loss|lost|gained|forgot)/i);
});

Deno.test("tradeOffFigure() draws a variant without intervals, and refuses a name twice", () => {
  const [first] = STUDY.tradeOff;
  const { ci95: _, ...verdict } = first!.mmlu!.verdict;
  const bare = { ...first!, mmlu: { ...first!.mmlu!, verdict } };
  assert.doesNotMatch(tradeOffFigure({ ...STUDY, tradeOff: [bare] }), /NaN|undefined/);
  assert.throws(
    () => tradeOffFigure({ ...STUDY, tradeOff: [first!, first!] }),
    /"all-linear@0\.5" is there twice/,
  );
  const broken = { ...first!, mmlu: { ...first!.mmlu!, verdict: { ...verdict, difference: NaN } } };
  assert.throws(() => tradeOffFigure({ ...STUDY, tradeOff: [broken] }), /must be finite: .* NaN/);
});

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

Deno.test("calibrationFigure() draws variants beside the base model as its golden copy", () => {
  const rows = ["base", "qv", "all-linear-lr2e-4/2of3@0.75"].flatMap((variant, at) =>
    Array.from({ length: 10 }, (_, i): CalibrationRow => {
      const mean = 0.3 + 0.06 * i;
      const confidence = 0.28 + (0.05 + 0.01 * at) * i;
      return {
        variant,
        n: 90,
        confidence,
        successes: 90 * mean,
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
  assert.throws(() => calibrationFigure([], options), RangeError);
  assert.throws(() => calibrationFigure([{ ...rows[0]!, confidence: 1.2 }], options), RangeError);
});

Deno.test("modelsFigure() draws three models beside each other as its golden copy", () => {
  const none = {
    ...STUDY,
    tradeOff: STUDY.tradeOff.map((row) => ({ ...row, recommended: false })),
  };
  const studies = [
    { name: "0.5B", rows: STUDY },
    { name: "1.5B", rows: { ...STUDY, tradeOff: sweep(SWEEP).tradeOff.slice(0, 12) } },
    { name: "Qwen2.5-Coder-7B", rows: none },
  ];
  assertGolden("models", () => modelsFigure(studies, "mmlu"));
  const prose = modelsFigure(studies.slice(0, 1), "prose");
  assert.match(
    prose,
    /0.5B, all-linear@0.5: text-to-SQL 37.5 % → 52.1 % \(n = 240\), general text/,
  );
  assert.match(prose, /2\.618 → 2\.630 nats a token \(n = 60\)/);
  assert.match(
    modelsFigure(studies, "mmlu"),
    /7B, none recommended: text-to-SQL 37.5 % \(n = 240\)/,
  );
  assert.throws(() => modelsFigure([], "mmlu"), RangeError);
  assert.throws(() => modelsFigure([studies[0]!, studies[0]!], "mmlu"), /two models .* "0.5B"/);
  const bare = { name: "bare", rows: { ...STUDY, tradeOff: [] } };
  assert.throws(() => modelsFigure([bare], "mmlu"), /"bare" as no variant/);
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
  assert.doesNotMatch(lossCurves(LOSS_ROWS, { title: "Two" }), /aria-label="dot"/);
  for (const marks of [one, []]) {
    const svg = lossCurves(marks, { title: "Loss", elsewhere: ["theirs", "others"] });
    assert.ok(svg.includes(`>theirs: ${NO_LOSS_LOG}<`));
    assert.ok(svg.includes(`>others: ${NO_LOSS_LOG}<`));
    assert.doesNotMatch(svg, /NaN|Infinity/);
  }
});

Deno.test("lossCurves() refuses no rows and a loss that is not finite", () => {
  assert.throws(() => lossCurves([], { title: "none" }), RangeError);
  assert.throws(
    () => lossCurves([{ variant: "q/v", step: 3, lossNats: NaN }], { title: "broken" }),
    /loss of "q\/v" at step 3/,
  );
});

Deno.test("every text of a figure is printed at 7 points or more at a column's width", () => {
  const column = 8.5 / 2.54 * 72;
  const all = [
    tradeOffFigure(crowded(60)),
    scaleFigure(STUDY)!,
    recipeScalesFigure(sweep(LARGE_SWEEP))!,
  ];
  for (const svg of all) {
    const [, width] = /viewBox="0 0 ([\d.]+) /.exec(svg)!;
    const sizes = [...svg.matchAll(/font-size="([\d.]+)(?:px)?"|font-size: ([\d.]+)px/g)]
      .map(([, attribute, style]) => Number(attribute ?? style));
    assert.ok(sizes.length > 1);
    assert.ok(Math.min(...sizes) * column / Number(width) >= 7, `${Math.min(...sizes)}`);
  }
});
