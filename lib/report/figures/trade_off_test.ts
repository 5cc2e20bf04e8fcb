import assert from "node:assert/strict";
import { readSummary } from "../../runs/mod.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { figureTexts } from "../testing/figure_texts.ts";
import { assertGolden } from "../testing/golden.ts";
import { crowded, PLAIN, STUDY } from "../testing/study_fixture.ts";
import { LARGE_SWEEP, SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { curvePoints } from "./curve_marks.ts";
import { tradeOffFigure, tradeOffGauges } from "./trade_off/trade_off_figure.ts";
import { tradeOffLabels } from "./trade_off/trade_off_labels.ts";
import { frontLine } from "./trade_off/trade_off_lines.ts";
import {
  isBaseOnFront,
  type TradeOffPoint,
  tradeOffPoints,
  type TradeOffRows,
} from "./trade_off/trade_off_points.ts";
import { nearDomain, tradeOffScales, wholeDomain } from "./trade_off/trade_off_scales.ts";

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

Deno.test("tradeOffFigure() draws a sweep of 50 variants, and a part in large, as its golden copies", () => {
  assertGolden("trade_off_sweep", () => tradeOffFigure(sweep(SWEEP)));
  const { tradeOff } = sweep(SWEEP);
  const near = {
    ...STUDY,
    tradeOff: tradeOff.filter(({ origin }) => origin.source !== "all-linear-lr1e-3"),
  };
  assert.doesNotMatch(tradeOffFigure(near), /stretched/, "all variants are near");
  assertGolden("trade_off_panels", () => tradeOffFigure(sweep(LARGE_SWEEP), { gauge: "prose" }));
});

Deno.test("tradeOffFigure() says how a part of it is stretched, and how many variants are outside", () => {
  const texts = (svg: string): string =>
    figureTexts(svg).map(({ text }) => text.replaceAll("\u00a0", " ")).join(" ");
  const points = tradeOffPoints(sweep(LARGE_SWEEP).tradeOff, "prose");
  const [low, high] = nearDomain(points, { gauge: "prose", tolerated: undefined })!;
  const whole = wholeDomain(points, "x", { gauge: "prose" });
  const panels = texts(tradeOffFigure(sweep(LARGE_SWEEP), { gauge: "prose" }));
  const [, times, outside] = /its x axis stretched ([\d.]+) times; outside of it: (\d+) variants\./
    .exec(panels)!;
  assert.equal(Number(outside), points.filter(({ x }) => x < low || x > high).length);
  // the second panel is wider too
  assert.ok(Number(times) > (whole[1] - whole[0]) / (high - low), `${times}`);
  assert.ok(panels.includes("all variants") && panels.includes("the shaded part"));
  assert.doesNotMatch(texts(tradeOffFigure(STUDY)), /stretched|shaded/);
});

Deno.test("nearDomain() holds the base model, the front and what is recommended, and is worth it", () => {
  for (const size of [SWEEP, LARGE_SWEEP]) {
    for (const gauge of ["mmlu", "prose"] as const) {
      const points = tradeOffPoints(sweep(size).tradeOff, gauge);
      const near = nearDomain(points, { gauge, tolerated: undefined });
      const whole = wholeDomain(points, "x", { gauge });
      if (near === undefined) continue;
      assert.ok(2 * (near[1] - near[0]) <= whole[1] - whole[0]);
      const held = [0, ...points.filter((one) => one.front || one.recommended).map(({ x }) => x)];
      assert.ok(held.every((x) => x > near[0] && x < near[1]), `${gauge} ${held}`);
    }
  }
  const few = tradeOffPoints(STUDY.tradeOff, "prose");
  assert.equal(nearDomain(few, { gauge: "prose", tolerated: undefined }), undefined);
});

Deno.test("tradeOffFigure() says what its labels mean, of those that it has alone", () => {
  const notes = (rows: TradeOffRows): string =>
    figureTexts(tradeOffFigure(rows)).map(({ text }) => text).join(" ");
  assert.match(
    notes(STUDY),
    /×0\.5: the adapter at 0\.5 of its scale; 1\/2: after 1\/2 of the training; #43: seed 43\./,
  );
  const scaled = { ...STUDY, tradeOff: STUDY.tradeOff.filter(({ origin }) => !origin.checkpoint) };
  assert.match(notes(scaled), /×0\.5: the adapter at 0\.5 of its scale; #43: seed 43\./);
  assert.doesNotMatch(notes(PLAIN), /of its scale|of the training/);
});

Deno.test("tradeOffLabels() covers no point and no other label, however many variants there are", () => {
  for (const size of [SWEEP, LARGE_SWEEP]) {
    for (const gauge of ["mmlu", "prose"] as const) {
      const points = tradeOffPoints(sweep(size).tradeOff, gauge);
      const x = gauge === "mmlu" ? [-8, 4] as const : [-0.01, 0.1] as const;
      const scales = tradeOffScales(x, [-4, 28], { x0: 42, x1: 328, y0: 24, y1: 324 });
      const labels = tradeOffLabels({ all: points, gauge, kind: "many", scales });
      const texts = labels.map(({ text }) => text);
      assert.ok(texts.includes("base") && texts.includes("2/3 ×0.75"), texts.join(", "));
      for (const [i, { text, box, point: own }] of labels.entries()) {
        for (const other of labels.slice(i + 1)) {
          const apart = box.x1 <= other.box.x0 || other.box.x1 <= box.x0 ||
            box.y1 <= other.box.y0 || other.box.y1 <= box.y0;
          assert.ok(apart, `"${text}" and "${other.text}"`);
        }
        // the recommended one and the base model have a label even where no place is free
        if (text === "base" || own?.recommended) continue;
        const away = (point: TradeOffPoint): number => {
          const [left, top] = [scales.toX(point.x), scales.toY(point.y)];
          const [dx, dy] = [
            Math.max(box.x0 - left, 0, left - box.x1),
            Math.max(box.y0 - top, 0, top - box.y1),
          ];
          return Math.hypot(dx, dy);
        };
        for (const point of points) {
          assert.ok(away(point) > 0, `${text} covers ${point.variant}`);
          if (point.source !== own!.source) continue;
          assert.ok(away(point) >= away(own!), `${text} is nearer to ${point.variant}`);
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
  // what is said to readers who cannot see it has the words that the changes may be given
  const drawn = svg.replace(/<title>[^<]*<\/title>/, "");
  assert.doesNotMatch(drawn, /\b(?:gain|loss|lost|gained|forgot)/i);
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

Deno.test("tradeOffFigure() says among what the front is one, where a further seed may be better", () => {
  const texts = (rows: TradeOffRows): string =>
    figureTexts(tradeOffFigure(rows)).map(({ text }) => text).join("|");
  assert.match(texts(sweep(SWEEP)), /\|Pareto front \(filled\): no first seed is better on both\|/);
  const first = sweep(SWEEP).tradeOff.filter(({ variant }) => !/#4[34]/.test(variant));
  assert.match(
    texts({ ...STUDY, tradeOff: first }),
    /\|Pareto front \(filled\): nothing here is better on both\|/,
  );
});

Deno.test("tradeOffLabels() keeps the base model's name off the lines, and others near their marks", () => {
  for (const name of ["sample", "qwen_coder_0_5b", "qwen_coder_1_5b"]) {
    const file = new URL(`../../../results/recorded/${name}/summary.json`, import.meta.url);
    const { tradeOff } = summaryRows(readSummary(file.pathname));
    for (const gauge of ["mmlu", "prose"] as const) {
      const all = tradeOffPoints(tradeOff, gauge);
      const x = nearDomain(all, { gauge, tolerated: undefined }) ??
        wholeDomain(all, "x", { gauge });
      const frame = { x0: 42, x1: 328, y0: 24, y1: 324 };
      const scales = tradeOffScales(x, wholeDomain(all, "y", { gauge: "sql" }), frame);
      const kind = all.length > 12 ? "many" : "few";
      const labels = tradeOffLabels({ all, gauge, kind, scales });
      const base = labels.find(({ text }) => text === "base")!.box;
      const corners = frontLine(all, gauge, scales).map(({ x, y }) => [
        scales.toX(x),
        scales.toY(y),
      ]);
      for (const [i, [left, top]] of corners.slice(1).entries()) {
        const [fromX, fromY] = corners[i]!;
        const apart = Math.max(left!, fromX!) <= base.x0 || Math.min(left!, fromX!) >= base.x1 ||
          Math.max(top!, fromY!) <= base.y0 || Math.min(top!, fromY!) >= base.y1;
        assert.ok(apart, `${name}, ${gauge}: "base" lies on the front`);
      }
      for (const { text, box, point } of labels) {
        if (point === undefined || point.recommended || kind === "few") continue;
        const [left, top] = [scales.toX(point.x), scales.toY(point.y)];
        const dx = Math.max(box.x0 - left, 0, left - box.x1);
        const dy = Math.max(box.y0 - top, 0, top - box.y1);
        assert.ok(Math.hypot(dx, dy) <= 14, `${name}, ${gauge}: "${text}" is far from its mark`);
      }
    }
  }
});

Deno.test("tradeOffPoints() and curvePoints() have no interval where there are too few clusters", () => {
  const row = STUDY.tradeOff.find(({ mmlu, sql }) => mmlu && sql)!;
  assert(row.mmlu!.evidence.kind === "score" && row.mmlu!.evidence.clustered);
  const { evidence } = row.mmlu!;
  const clustered = { ...evidence.clustered!, clusters: 3 };
  const mmlu = { ...row.mmlu!, evidence: { ...evidence, gained: 0, lost: 0, clustered } };
  const few = { ...row, mmlu: { ...mmlu, outcome: "no_difference_shown" as const } };
  const ends = (one: typeof row): boolean[] => {
    const [point] = tradeOffPoints([one], "mmlu");
    return [point?.xEnds !== undefined, point?.yEnds !== undefined];
  };
  assert.deepEqual(ends(row), [true, true]);
  assert.deepEqual(ends(few), [false, true]);
  assert.equal(curvePoints([{ row: few, x: 1 }], "mmlu")[0]?.ends, undefined);
  assert(curvePoints([{ row, x: 1 }], "mmlu")[0]?.ends);
});
