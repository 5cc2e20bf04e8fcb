import assert from "node:assert/strict";
import { SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { scaleFigure } from "./change_curves.ts";

Deno.test("scaleFigure() draws curves that are 0 throughout beside one that is not", () => {
  const { tradeOff, ...study } = sweep(SWEEP);
  const still = tradeOff.map((row) => {
    if (row.origin.source === "all-linear-lr1e-3") return row;
    const { ci95: _ci95, ...verdict } = row.prose!.verdict;
    return { ...row, prose: { ...row.prose!, verdict: { ...verdict, difference: 0 } } };
  });
  const svg = scaleFigure({ ...study, tradeOff: still })!;
  assert.match(svg, /general text, stretched \d+ times/);
  assert.doesNotMatch(svg, /NaN|Infinity/);
});
