import assert from "node:assert/strict";
import { chanceOf, letterCount } from "./mod.ts";

function questions(...sizes: readonly number[]): { readonly choices: readonly string[] }[] {
  return sizes.map((size) => ({ choices: new Array(size).fill("x") }));
}

Deno.test("chanceOf() is 1 / choices for questions of one size, exactly, and the mean for others", () => {
  for (let size = 2; size <= 10; size++) {
    for (const count of [1, 3, 150, 14042]) {
      assert.equal(chanceOf(questions(...new Array(count).fill(size))), 1 / size);
    }
  }
  const mixed = questions(2, 4, 5, 5, 10);
  const twin = mixed.reduce((sum, { choices }) => sum + 1 / choices.length, 0) / mixed.length;
  assert.ok(Math.abs(chanceOf(mixed) - twin) < 1e-15);
  assert.throws(() => chanceOf([]), RangeError);
});

Deno.test("letterCount() is the most choices of a question", () => {
  assert.equal(letterCount(questions(4, 4)), 4);
  assert.equal(letterCount(questions(2, 7, 3)), 7);
  assert.throws(() => letterCount([]), RangeError);
});
