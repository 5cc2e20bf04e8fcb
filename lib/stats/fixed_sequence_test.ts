import assert from "node:assert/strict";
import { fixedSequence } from "./fixed_sequence.ts";

Deno.test("fixedSequence() looks at nothing behind the first failure", () => {
  const looked: number[] = [];
  function* bounds(): Generator<number> {
    for (const bound of [-0.01, -0.05, -0.01]) {
      looked.push(bound);
      yield bound;
    }
  }
  assert.equal(fixedSequence(bounds(), 0.03), 1);
  assert.deepEqual(looked, [-0.01, -0.05]);
});

Deno.test("fixedSequence() fails at the boundary itself and at a bound that is not known", () => {
  assert.equal(fixedSequence([-0.03], 0.03), 0);
  assert.equal(fixedSequence([NaN], 0.03), 0);
  assert.equal(fixedSequence([], 0.03), 0);
  assert.throws(() => fixedSequence([0], 0), RangeError);
});
