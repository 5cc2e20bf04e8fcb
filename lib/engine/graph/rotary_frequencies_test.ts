import assert from "node:assert/strict";
import { inverseFrequencies } from "./rotary_frequencies.ts";

Deno.test("inverseFrequencies() falls from 1 by equal factors, linearly scaled from less", () => {
  const frequencies = inverseFrequencies({ theta: 10_000 }, 8);
  assert.deepEqual([...frequencies], [1, 0.1, 0.01, 0.001].map(Math.fround));
  const slower = inverseFrequencies({ theta: 10_000, scaling: { type: "linear", factor: 4 } }, 8);
  assert.deepEqual([...slower], [0.25, 0.025, 0.0025, 0.00025].map(Math.fround));
});

// made by transformers 5.23: LlamaRotaryEmbedding(LlamaConfig(...)).inv_freq with these parameters
Deno.test("inverseFrequencies() scales as Llama 3.1 does", () => {
  const frequencies = inverseFrequencies({
    theta: 10_000,
    scaling: {
      type: "llama3",
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 128,
    },
  }, 16);
  const expected = [
    1,
    0.316227764,
    0.0427511781,
    0.00395284733,
    0.00124999997,
    0.000395284733,
    0.000125000006,
    3.95284733e-5,
  ];
  assert.equal(frequencies.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert(Math.abs(frequencies[i]! / value - 1) < 1e-6, `${i}: ${frequencies[i]} is not ${value}`);
  }
});
