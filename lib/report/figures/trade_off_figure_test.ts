import assert from "node:assert/strict";
import { CROWDED_POINTS, POINTS } from "../testing/study_fixture.ts";
import { assertGolden } from "../testing/golden.ts";
import { AT_CHANCE_NOTE, tradeOffFigure } from "./trade_off_figure.ts";

Deno.test("tradeOffFigure() draws three variants, one of them at chance, as its golden copy", () => {
  assertGolden(
    "trade_off",
    () => tradeOffFigure(POINTS, { model: "SmolLM2-135M-Instruct", label: "sample" }),
  );
});

Deno.test("tradeOffFigure() keeps crowded labels apart, as its golden copy", () => {
  assertGolden(
    "trade_off_crowded",
    () => tradeOffFigure(CROWDED_POINTS, { model: "mistralai/Mistral-7B-Instruct-v0.3" }),
  );
});

Deno.test("tradeOffFigure() draws one variant without any difference", () => {
  const zero = { n: 10, mean: 0, ci95: [0, 0] } as const;
  assertGolden(
    "trade_off_zero",
    () => tradeOffFigure([{ variant: "none", sqlGain: zero, mmluLoss: zero, mmluAtChance: false }]),
  );
});

Deno.test("tradeOffFigure() says n, the label, and what an open circle means", () => {
  const svg = tradeOffFigure(POINTS, { label: "sample" });
  assert.ok(svg.includes("n = 96 SQL and 150 MMLU questions (sample)."));
  assert.ok(svg.includes(`>${AT_CHANCE_NOTE}<`));
  const measurable = tradeOffFigure(POINTS.filter((point) => !point.mmluAtChance));
  assert.ok(!measurable.includes(AT_CHANCE_NOTE));
  assert.ok(!measurable.includes("sample"));
});

Deno.test("tradeOffFigure() writes a name with markup or a fixed space as XML text", () => {
  const points = POINTS.slice(0, 1).map((point) => ({ ...point, variant: "<b>&r\u00a016" }));
  const svg = tradeOffFigure(points);
  assert.ok(svg.includes("&lt;b&gt;&amp;r\u00a016"));
  assert.ok(!svg.includes("<b>"));
});

Deno.test("tradeOffFigure() refuses no points, a name twice, and a number that is not finite", () => {
  assert.throws(() => tradeOffFigure([]), RangeError);
  assert.throws(() => tradeOffFigure([...POINTS, ...POINTS]), /"q\/v, lr 2e-4" is there twice/);
  const broken = POINTS.map((point) => ({ ...point, sqlGain: { ...point.sqlGain, mean: NaN } }));
  assert.throws(() => tradeOffFigure(broken), /must be finite: current value is NaN/);
});
