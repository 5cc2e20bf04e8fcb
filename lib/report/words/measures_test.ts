import assert from "node:assert/strict";
import { GAUGE_TITLES } from "../rows/summary_rows.ts";
import {
  betterOf,
  changeBounds,
  changeNumber,
  changeWithUnit,
  gaugeText,
  lossText,
  measureName,
} from "./measures.ts";

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
