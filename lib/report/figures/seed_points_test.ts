import assert from "node:assert/strict";
import type { SeedRow, TradeOffRow } from "../rows/row_types.ts";
import { figureTexts, overlappingTexts, textsOutside } from "../testing/figure_texts.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { seededRecipes, seedPointsFigure, type SeedPointsRows } from "./seed_points.ts";

const RECIPES = ["one", "two"] as const;
const [LIKE] = STUDY.tradeOff;

/** Five seeds of a recipe, and variants of it that are no finished adapter at full scale. */
function variantsOf(source: string): TradeOffRow[] {
  const row = (seed: number, more: object = {}): TradeOffRow => ({
    ...LIKE!,
    variant: `${source}#${seed}${JSON.stringify(more)}`,
    origin: { source, scale: 1, seed, ...more },
    recommended: false,
  });
  return [
    ...[42, 43, 44, 45, 46].map((seed) => row(seed)),
    row(42, { scale: 0.5 }),
    row(42, { checkpoint: { index: 1, of: 3 } }),
  ];
}

const ROWS: SeedPointsRows = {
  ...STUDY,
  tradeOff: RECIPES.flatMap(variantsOf),
  seeds: RECIPES.flatMap((recipe) => {
    const [{ recipe: first }] = STUDY.seeds as readonly [SeedRow, ...SeedRow[]];
    return STUDY.seeds.filter((row) => row.recipe === first).map((row) => ({ ...row, recipe }));
  }),
};

Deno.test("seedPointsFigure() draws one open mark a seed, and names the recipes and their means", () => {
  const svg = seedPointsFigure(ROWS, RECIPES, "prose");
  const groups = [...svg.matchAll(/<g aria-label="dot"[^>]*>([\s\S]*?)<\/g>/g)]
    .map(([, marks]) => marks!.match(/<(?:circle|path)/g)?.length);
  assert.equal(groups.filter((count) => count === 5).length, RECIPES.length);
  const texts = figureTexts(svg).map(({ text }) => text);
  for (const name of RECIPES) {
    assert.equal(texts.filter((text) => text === name).length, 2, name);
    assert.ok(texts.some((text) => text.startsWith(`${name}, mean of`)), name);
  }
  assert.deepEqual(textsOutside(svg), []);
  assert.deepEqual(overlappingTexts(svg), []);
  assert.match(svg, /Bars cross at the/);
});

Deno.test("seedPointsFigure() says of a mean of fewer than 5 seeds that they are too few", () => {
  const of = (speaksOfRecipe: boolean): SeedPointsRows => ({
    ...ROWS,
    seeds: ROWS.seeds.map((row) => ({ ...row, change: { ...row.change, speaksOfRecipe } })),
  });
  assert.match(seedPointsFigure(of(false), RECIPES, "mmlu"), /too few for a word on the recipe/);
  assert.doesNotMatch(seedPointsFigure(of(true), RECIPES, "mmlu"), /too few/);
});

Deno.test("seedPointsFigure() refuses no recipe, one twice, and one without a mean over seeds", () => {
  assert.throws(() => seedPointsFigure(ROWS, [], "mmlu"), RangeError);
  assert.throws(() => seedPointsFigure(ROWS, ["one", "one"], "mmlu"), /"one" twice/);
  assert.throws(() => seedPointsFigure(ROWS, ["three"], "mmlu"), /"three" as it has no mean/);
});

Deno.test("seededRecipes() has the recipes with a mean on both axes", () => {
  assert.deepEqual(seededRecipes(ROWS, "mmlu"), [...RECIPES]);
  const seeds = ROWS.seeds.filter(({ recipe, measure }) => recipe === "one" || measure !== "mmlu");
  assert.deepEqual(seededRecipes({ seeds }, "mmlu"), ["one"]);
});
