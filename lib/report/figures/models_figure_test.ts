import assert from "node:assert/strict";
import type { StudyRows } from "../rows/row_types.ts";
import { figureTexts, overlappingTexts, textsOutside } from "../testing/figure_texts.ts";
import { assertGolden } from "../testing/golden.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { modelsFigure } from "./models_figure.ts";

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
    /7B, none recommended; base model: text-to-SQL 37.5 % \(n = 240\)/,
  );
  assert.throws(() => modelsFigure([], "mmlu"), RangeError);
  const bare = { name: "bare", rows: { ...STUDY, tradeOff: [] } };
  assert.throws(() => modelsFigure([bare], "mmlu"), /"bare" as no variant/);
});

Deno.test("modelsFigure() names every finished adapter, in panels however narrow", () => {
  const long = (name: string): string => `${name}-with-a-name-wider-than-a-panel`;
  const rows = {
    ...STUDY,
    tradeOff: STUDY.tradeOff.map((row) => ({
      ...row,
      variant: row.variant.replace(row.origin.source, long),
      origin: { ...row.origin, source: long(row.origin.source) },
      recommended: false,
    })),
  };
  const sources = new Set(rows.tradeOff.map(({ origin }) => origin.source));
  for (const count of [1, 2, 3]) {
    const studies = Array.from({ length: count }, (_, i) => ({ name: `model ${i}`, rows }));
    const svg = modelsFigure(studies, "mmlu");
    const texts = figureTexts(svg).map(({ text }) => text);
    for (const source of sources) assert.ok(texts.includes(source), source);
    assert.deepEqual(textsOutside(svg), []);
    assert.deepEqual(overlappingTexts(svg), []);
  }
});

Deno.test("modelsFigure() has as many panels in a line as leave room for the names above them", () => {
  const rowsOf = (...names: string[]): number => {
    const texts = figureTexts(modelsFigure(names.map((name) => ({ name, rows: STUDY })), "mmlu"));
    return new Set(names.map((name) => texts.find(({ text }) => text === name)!.box.y0)).size;
  };
  assert.equal(rowsOf("0.5B", "1.5B", "7B"), 1);
  assert.equal(rowsOf("0.5B", "1.5B", "Qwen2.5-Coder-7B"), 2);
  assert.equal(rowsOf("a model with a long name of its own", "1.5B", "7B"), 3);
});

Deno.test("modelsFigure() draws a recipe in one style in every panel", () => {
  const swapped = { ...STUDY, tradeOff: STUDY.tradeOff.toReversed() };
  const studies = [{ name: "first", rows: STUDY }, { name: "second", rows: swapped }];
  const svg = modelsFigure(studies, "mmlu");
  const once = modelsFigure(studies.slice(0, 1), "mmlu");
  const legend = (drawn: string): string[] =>
    figureTexts(drawn).map(({ text }) => text).filter((text) =>
      ["all-linear", "qv"].includes(text)
    );
  assert.deepEqual([...new Set(legend(svg))], [...new Set(legend(once))]);
  assert.equal(legend(svg).length, 2);
});

Deno.test("modelsFigure() draws studies of one name in one panel, where they can share it", () => {
  const later = {
    ...STUDY,
    tradeOff: STUDY.tradeOff.map((row) => ({
      ...row,
      variant: `later-${row.variant}`,
      origin: { ...row.origin, source: `later-${row.origin.source}` },
      recommended: false,
    })),
  };
  const both = (second: StudyRows): string =>
    modelsFigure([{ name: "0.5B", rows: STUDY }, { name: "0.5B", rows: second }], "mmlu");
  const texts = figureTexts(both(later)).map(({ text }) => text);
  assert.equal(texts.filter((text) => text === "0.5B").length, 1);
  for (const name of ["qv", "later-qv"]) {
    // beside its mark, and in the legend
    assert.equal(texts.filter((text) => text === name).length, 2, name);
  }
  assert.doesNotMatch(both(later), /none recommended/);
  assert.throws(() => both(STUDY), /"0.5B" in one panel as both have a variant "/);
  assert.throws(() => both({ ...later, model: "other" }), /one panel as "other" is not "/);
  const titles = { ...STUDY.titles, mmlu: "own items" };
  const fewer = later.tradeOff.map((row) => ({
    ...row,
    sql: { ...row.sql!, evidence: { ...row.sql!.evidence, n: 7 } },
  }));
  for (const other of [{ ...later, titles }, { ...later, tradeOff: fewer }]) {
    assert.throws(() => both(other), /one panel as they were asked other questions/);
  }
  assert.throws(() => both({ ...later, tradeOff: [] }), /"0.5B" as no variant/);
});

Deno.test("modelsFigure() sets models apart that were asked other questions", () => {
  const other = { ...STUDY, titles: { ...STUDY.titles, mmlu: "own items" } };
  const studies = [
    { name: "first", rows: other },
    { name: "second", rows: STUDY },
    { name: "third", rows: STUDY },
  ];
  const texts = figureTexts(modelsFigure(studies, "mmlu"));
  const at = (text: string): number => texts.find((one) => one.text === text)!.box.y0;
  assert.equal(at("second"), at("third"));
  assert.ok(at("first") > at("Other questions: text-to-SQL (points), better ↑"));
  assert.ok(at("first") > at("Change on MMLU (points), better →"));
  assert.ok(at("Change on own items (points), better →") > at("first"));
});
