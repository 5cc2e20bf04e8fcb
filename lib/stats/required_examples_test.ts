import assert from "node:assert/strict";
import { forEachDiscordance } from "./testing/paired_exact.ts";
import { nonInferiority } from "./testing/non_inferiority.ts";
import { requiredExamples } from "./required_examples.ts";

Deno.test("requiredExamples() exclude the loss 8 times in 10, exactly summed", () => {
  for (const [rate, delta, trueDifference] of [[0.1, 0.05, 0], [0.2, 0.08, -0.02]] as const) {
    const n = requiredExamples(rate, delta, { trueDifference });
    const half = trueDifference / 2;
    const truth = { both: 0, gained: rate / 2 + half, lost: rate / 2 - half };
    let power = 0;
    forEachDiscordance(n, truth, (gained, lost, probability) => {
      if (probability < 1e-7) return;
      if (nonInferiority({ n, gained, lost }, delta).nonInferior) power += probability;
    });
    assert.ok(Math.abs(power - 0.8) < 0.04, `rate ${rate}, delta ${delta}: power ${power}`);
  }
});

Deno.test("requiredExamples() of a sweep takes the level of a path and the design effect", () => {
  const one = requiredExamples(0.15, 0.03, { alpha: 0.05 / 15 });
  assert.equal(requiredExamples(0.15, 0.03, { paths: 15 }), one);
  const clustered = requiredExamples(0.15, 0.03, { designEffect: 2 });
  assert.ok(Math.abs(clustered - 2 * requiredExamples(0.15, 0.03)) <= 2);
});

Deno.test("requiredExamples() refuses what no number of examples would show", () => {
  assert.throws(() => requiredExamples(0.1, 0.03, { trueDifference: -0.03 }), RangeError);
  assert.throws(() => requiredExamples(0, 0.03), RangeError);
  assert.throws(() => requiredExamples(0.1, -0.03), RangeError);
  assert.throws(() => requiredExamples(0.1, 0.03, { alpha: 0.5 }), RangeError);
  assert.throws(() => requiredExamples(0.1, 0.03, { paths: 0 }), RangeError);
  assert.throws(() => requiredExamples(0.1, 0.03, { designEffect: 0.5 }), RangeError);
});
