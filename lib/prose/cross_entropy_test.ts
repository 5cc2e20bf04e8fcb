import assert from "node:assert/strict";
import { crossEntropy, natsPerToken, type ProseScore } from "./mod.ts";

function score(tokens: number, nats: number): ProseScore {
  return { id: "sea-1", kind: "narrative", topic: "sea", tokens, nats };
}

Deno.test("crossEntropy() gives the mean over passages", () => {
  assert.deepEqual(crossEntropy([score(100, 300), score(300, 600)]), {
    passages: 2,
    tokens: 400,
    perPassage: 2.5,
  });
});

Deno.test("crossEntropy() of a model that guesses over a vocabulary is its logarithm", () => {
  const each = Math.log(49152);
  const { perPassage } = crossEntropy([score(7, 7 * each), score(300, 300 * each)]);
  assert.ok(Math.abs(perPassage - each) < 1e-12);
});

Deno.test("crossEntropy() and natsPerToken() refuse scores that are none", () => {
  assert.throws(() => crossEntropy([]), RangeError);
  for (const bad of [score(0, 1), score(1.5, 1), score(10, NaN), score(10, -1)]) {
    assert.throws(() => natsPerToken(bad), /sea-1/);
    assert.throws(() => crossEntropy([score(10, 1), bad]), RangeError);
  }
});
