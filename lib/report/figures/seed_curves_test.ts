import assert from "node:assert/strict";
import { assertGolden } from "../testing/golden.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { LARGE_SWEEP, SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { seedFigure } from "./seed_curves.ts";

const SEEDS = STUDY.seeds.map((row) => ({ ...row, recipe: "all-linear-lr2e-4" }));

Deno.test("seedFigure() draws recipes of several seeds over their scales as its golden copy", () => {
  assertGolden("seed_curves", () => seedFigure({ ...sweep(SWEEP), seeds: SEEDS })!);
});

Deno.test("seedFigure() has a hollow mark for each further seed and measure", () => {
  for (const size of [SWEEP, LARGE_SWEEP]) {
    const svg = seedFigure({ ...sweep(size), seeds: SEEDS })!;
    const hollow = [...svg.matchAll(/<g aria-label="dot" fill="white"[^>]*>([\s\S]*?)<\/g>/g)]
      .map(([, marks]) => marks!.match(/<path/g)!.length);
    assert.deepEqual(hollow, [1, 2, 3].map(() => size.seeds - 1));
  }
});

Deno.test("seedFigure() draws nothing where no recipe has further seeds", () => {
  assert.equal(seedFigure({ ...sweep(SWEEP), seeds: [] }), undefined);
  assert.equal(seedFigure({ ...sweep({ ...SWEEP, seeds: 1 }), seeds: SEEDS }), undefined);
});
