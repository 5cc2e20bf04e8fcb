import assert from "node:assert/strict";
import { STUDY } from "../testing/study_fixture.ts";
import { SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { barRows, needed, overallChange, spokenRows, spokenVariants } from "./study_lookup.ts";

Deno.test("spokenVariants() are those of the plan's claims, else the plain ones, else all", () => {
  assert.deepEqual(spokenVariants(STUDY), ["all-linear", "qv"]);
  const changes = STUDY.changes.map(({ adjusted: _, ...row }) => row);
  assert.deepEqual(spokenVariants({ ...STUDY, changes }), ["all-linear", "qv"]);
  const tradeOff = STUDY.tradeOff.filter(({ variant, origin }) => variant !== origin.source);
  assert.deepEqual(spokenVariants({ tradeOff, changes }), tradeOff.map(({ variant }) => variant));
});

Deno.test("spokenRows() are those of the base model and of the variants that sentences are about", () => {
  const shown = spokenRows(STUDY, STUDY.letters).map(({ variant }) => variant);
  assert.deepEqual(shown, ["base", "all-linear", "qv"]);
});

Deno.test("barRows() are those of the base, the recommended variant and the plan's first, four at most", () => {
  const names = (rows: Parameters<typeof barRows>[0]): string[] =>
    barRows(rows, [{ variant: "base" }, ...rows.tradeOff]).map(({ variant }) => variant);
  assert.deepEqual(names(STUDY), ["base", "all-linear@0.5", "all-linear", "qv"]);
  assert.deepEqual(names({ ...sweep(SWEEP), changes: [] }), [
    "base",
    "qv-lr2e-4",
    "all-linear-lr2e-4",
    "all-linear-lr2e-4/2of3@0.75",
  ]);
});

Deno.test("overallChange() finds what was measured, and needed() names what was not", () => {
  assert.equal(overallChange(STUDY, "brier", "qv")?.group, "all");
  assert.equal(overallChange(STUDY, "brier", "none"), undefined);
  assert.throws(() => needed(undefined, 'sql for "qv"'), {
    name: "RangeError",
    message: 'Cannot state a finding as there is no row of sql for "qv"',
  });
});
