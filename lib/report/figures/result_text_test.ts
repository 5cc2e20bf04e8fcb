import assert from "node:assert/strict";
import { GAUGES } from "../../runs/mod.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { changeNumber } from "../words/measures.ts";
import { scaleFigure } from "./change_curves.ts";
import { namedOf, resultText } from "./result_text.ts";
import { tradeOffFigure } from "./trade_off/trade_off_figure.ts";

Deno.test("namedOf() has what is recommended, and the finished adapter that does worst", () => {
  const item = (x: number, plain = true, recommended = false) => ({ x, plain, recommended });
  const items = [item(2), item(-3), item(-9, false), item(-4, true, true), item(1)];
  assert.deepEqual(namedOf(items, "mmlu").map(({ x }) => x), [-4, -3]);
  assert.deepEqual(namedOf(items, "prose").map(({ x }) => x), [-4, 2]);
  assert.deepEqual(namedOf([items[2]!], "mmlu"), []);
});

Deno.test("resultText() has the numbers and words of the rows themselves", () => {
  const text = resultText(STUDY.tradeOff, STUDY.titles);
  const named = STUDY.tradeOff.filter(({ variant }) => text.includes(`${variant}:`));
  assert.equal(text.split("; ").filter((part) => /^[^:]+: text-to-SQL/.test(part)).length, 2);
  for (const row of [...named, STUDY.tradeOff.find(({ recommended }) => recommended)!]) {
    assert.ok(text.includes(row.variant));
    for (const gauge of GAUGES) {
      const { verdict, outcome } = row[gauge]!;
      const number = changeNumber(verdict.difference, gauge);
      const words = {
        gain: "gain",
        loss: "loss",
        no_difference_shown: "no ",
        loss_excluded: "loss of",
      };
      assert.ok(text.includes(`${STUDY.titles[gauge]} ${number}: ${words[outcome]}`), text);
    }
  }
  assert.equal(resultText([], STUDY.titles), "");
});

Deno.test("a figure says its result in its title, as its rows have it", () => {
  const title = (svg: string): string => /<title>([^<]*)/.exec(svg)![1]!;
  assert.ok(
    title(tradeOffFigure(STUDY)).endsWith(
      `. ${resultText(STUDY.tradeOff, STUDY.titles, ["sql", "mmlu"])}`,
    ),
  );
  assert.match(title(scaleFigure(STUDY)!), /over the scale of the adapter\. .*: text-to-SQL/);
});
