import assert from "node:assert/strict";
import { GAUGE_TITLES } from "../rows/summary_rows.ts";
import {
  betterOf,
  boundWithUnit,
  changeBounds,
  changeNumber,
  changeWithUnit,
  gaugeText,
  lossText,
  measureName,
} from "./measures.ts";
import { PORTUGUESE } from "./verdict_texts.ts";

const TITLES = { ...GAUGE_TITLES, mmlu: "items" };

Deno.test("changeNumber() has one decimal of points, and three of nats and Brier scores", () => {
  assert.equal(changeNumber(0.0312, "mmlu"), "+3.1");
  assert.equal(changeNumber(-0.0312, "prose"), "\u22120.031");
  assert.equal(changeWithUnit(0.0312, "prose"), "+0.031 nats a token");
  assert.equal(changeWithUnit(0.0312, "brier"), "+0.031");
  assert.throws(() => changeNumber(1.2, "sql"), RangeError);
  assert.throws(() => changeNumber(NaN, "prose"), RangeError);
});

Deno.test("changeBounds() is cut where no share can be, a habit where no two differences can", () => {
  assert.equal(changeBounds([-1.4, 0.2], "sql"), "[\u2212100.0, +20.0]");
  assert.equal(changeBounds([-1.4, 2.5], "habit"), "[\u2212140.0, +200.0]");
  assert.equal(changeBounds([-1.4, 0.2], "prose"), "[\u22121.400, +0.200]");
});

Deno.test("measureName() and gaugeText() have the data's own title, and which way is better", () => {
  assert.equal(measureName("prior_free", TITLES), "items, letter prior taken off");
  assert.equal(gaugeText("prose", TITLES), "general text (lower is better)");
  assert.equal(gaugeText("mmlu", { ...TITLES, mmlu: "<b>" }), "&#60;b&#62;");
  assert.deepEqual([betterOf("prose"), betterOf("brier"), betterOf("habit")], [
    "lower",
    "lower",
    "higher",
  ]);
});

Deno.test("lossText() has the unit of the measure and no sign", () => {
  assert.equal(lossText(0.03, "mmlu"), "3.0 points");
  assert.equal(lossText(0.05, "prose"), "0.050 nats a token");
});

Deno.test("lossText() has as many decimals as the loss was given with", () => {
  const points = [0.00244, 0.0001, 0.0025, 0.029, 1e-7].map((delta) => lossText(delta, "mmlu"));
  assert.deepEqual(points, [
    "0.244 points",
    "0.01 points",
    "0.25 points",
    "2.9 points",
    "0.00001 points",
  ]);
  const nats = [0.0001, 0.0478, 0.9].map((delta) => lossText(delta, "prose"));
  assert.deepEqual(nats, ["0.0001 nats a token", "0.0478 nats a token", "0.900 nats a token"]);
  // more digits than a double has, which no number of decimals would tell
  assert.equal(lossText(1e-300, "prose"), "0.00000000000000000 nats a token");
});

Deno.test("boundWithUnit() prints no bound as large as the loss that it excludes, or larger", () => {
  const of = (worst: number, delta: number, measure: "mmlu" | "prose"): string =>
    boundWithUnit(worst, measure, { delta }).split(" ")[0]!;
  assert.equal(of(0.04995, 0.05, "prose"), "+0.04995");
  assert.equal(of(0.0484, 0.05, "prose"), "+0.048");
  assert.equal(of(-0.00243, 0.00244, "mmlu"), "\u22120.243");
  // one decimal would say 0.3 of what is below 0.26
  assert.equal(of(-0.00257, 0.0026, "mmlu"), "\u22120.257");
  assert.equal(of(-0.02996, 0.03, "mmlu"), "\u22122.996");
  // a gain is no loss, however large
  assert.equal(of(0.03, 0.03, "mmlu"), "+3.0");
  assert.equal(of(-0.05, 0.05, "prose"), "\u22120.050");
  assert.equal(boundWithUnit(-0.02996, "mmlu", { delta: undefined }), "\u22123.0 points");
  assert.equal(
    boundWithUnit(0.04995, "prose", { delta: 0.05, texts: PORTUGUESE }),
    "+0,04995 nat por token",
  );
  for (let i = 1; i < 400; i++) {
    const delta = i / 1000;
    const worst = delta - 10 ** (-2 - i % 9) * delta;
    const loss = Number(lossText(delta, "prose").split(" ")[0]);
    assert.ok(Number(of(worst, delta, "prose")) < loss, `${worst} of ${delta}`);
  }
});
