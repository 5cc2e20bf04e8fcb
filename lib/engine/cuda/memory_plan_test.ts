import assert from "node:assert/strict";
import { type DecoderConfig, parseDecoderConfig } from "../checkpoint/decoder_config.ts";
import { halvePlan, isOutOfMemory, planMemory } from "./memory_plan.ts";

const GIB = 2 ** 30;
/** The shape of Mistral 7B v0.3. */
const config: DecoderConfig = parseDecoderConfig({
  model_type: "mistral",
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 32_768,
  max_position_embeddings: 32_768,
  sliding_window: null,
  rms_norm_eps: 1e-5,
  eos_token_id: 2,
});

Deno.test("planMemory() gives a 7B model on an 80 GB device thousands of blocks", () => {
  const plan = planMemory({ config }, { freeBytes: 64 * GIB });
  // a block: keys and values of 32 layers, 128 tokens, 8 heads of 128, 2 bytes
  assert.equal(plan.cacheBytes / plan.blocks, 2 * 32 * 128 * 8 * 128 * 2);
  assert.equal(plan.prefillTokens, 65_535, "a grid's third dimension has 16 bits");
  assert.equal(plan.sequences, 2048);
  assert.ok(plan.blocks > 2500, `${plan.blocks} blocks`);
  assert.ok(plan.cacheBytes + plan.stepBytes < 64 * GIB);
});

Deno.test("planMemory() shortens the steps on a small device before it gives up the cache", () => {
  for (const gibibytes of [1, 2, 4, 8, 16, 32]) {
    const plan = planMemory({ config }, { freeBytes: gibibytes * GIB });
    assert.ok(plan.cacheBytes + plan.stepBytes < gibibytes * GIB);
    assert.ok(plan.stepBytes <= gibibytes * GIB / 2);
    assert.ok(plan.blocks >= 2 && plan.prefillTokens >= 1 && plan.sequences >= 1);
  }
});

Deno.test("planMemory() keeps to what is asked for and to what 32-bit counts allow", () => {
  const asked = planMemory({ config }, { freeBytes: 64 * GIB, sequences: 10, prefillTokens: 99 });
  assert.deepEqual([asked.sequences, asked.prefillTokens], [10, 99]);
  const huge = planMemory({ config }, {
    freeBytes: 4000 * GIB,
    sequences: 10 ** 6,
    prefillTokens: 10 ** 6,
  });
  assert.ok(huge.prefillTokens * config.intermediateSize < 2 ** 31);
  assert.ok(huge.sequences * config.vocabSize < 2 ** 31);
  assert.ok(huge.blocks * 128 * 8 * 128 < 2 ** 31);
});

Deno.test("planMemory() refuses a device that holds no block", () => {
  assert.throws(
    () => planMemory({ config }, { freeBytes: 20 * 2 ** 20 }),
    /20 MiB are free, and a block of 128 tokens takes 16 MiB/,
  );
});

Deno.test("halvePlan() halves until nothing is left", () => {
  let plan = planMemory({ config }, { freeBytes: 8 * GIB });
  const blocks = plan.blocks;
  plan = halvePlan(plan);
  assert.equal(plan.blocks, Math.floor(blocks / 2));
  assert.throws(() => {
    for (;;) plan = halvePlan(plan);
  }, /Cannot run on this device: not even [23] blocks fit/);
});

Deno.test("isOutOfMemory() knows the messages of the arena and of CUDA", () => {
  const messages = [
    "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 411303936",
    "CUDA failure 2: out of memory",
  ];
  for (const message of messages) assert.ok(isOutOfMemory(new Error(message)));
  assert.ok(!isOutOfMemory(new Error("CUDA failure 700: an illegal memory access")));
});
