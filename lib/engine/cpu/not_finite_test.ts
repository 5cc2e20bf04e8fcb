import assert from "node:assert/strict";
import type { Adapter } from "../checkpoint/adapter.ts";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { type CpuEngine, openCpuEngine } from "./cpu_engine.ts";
import { TINY_CONFIG, tinyTensors, withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";
import type { TensorSource } from "../checkpoint/safetensors.ts";
import type { Variant } from "../engine.ts";

const PROMPTS = [
  { prefix: [3, 4, 5], suffix: [6] },
  { prefix: [3, 4, 5], suffix: [7, 8] },
];

/** The tiny model with one value of one tensor replaced. */
function spoiled(name: string, at: number, value: number): TensorSource[] {
  return tinyTensors().map((tensor) =>
    tensor.name !== name ? tensor : {
      ...tensor,
      values: (): Float32Array => {
        const values = tensor.values();
        values[at] = value;
        return values;
      },
    }
  );
}

async function generate(engine: CpuEngine, variant: Variant = {}): Promise<void> {
  for await (const _ of engine.generate(PROMPTS, { maxNewTokens: 12, variant }));
}

async function score(engine: CpuEngine, variant: Variant = {}): Promise<void> {
  for await (const _ of engine.choiceLogProbs(PROMPTS, [3, 4], { variant }));
}

const CASES: readonly [what: string, tensor: string, at: number, value: number][] = [
  ["a NaN in a layer", "model.layers.1.mlp.down_proj.weight", 5, NaN],
  ["an infinity in a layer", "model.layers.0.self_attn.v_proj.weight", 0, Infinity],
  ["a NaN in a norm", "model.norm.weight", 7, NaN],
  // no prompt has token 11, and only its own logit is off
  ["a NaN in one word's output row", "model.embed_tokens.weight", 11 * 8, NaN],
  ["a product beyond float32", "model.norm.weight", 2, 3e38],
];

for (const [what, tensor, at, value] of CASES) {
  Deno.test(`CpuEngine names a model with ${what} instead of answering`, () =>
    withTinyCheckpoint(async (dir) => {
      await using engine = await openCpuEngine(await openCheckpoint(dir));
      const expected = { name: "UsageError", message: /model in ".+" answers.+not finite numbers/ };
      await assert.rejects(generate(engine), expected);
      await assert.rejects(score(engine), expected);
    }, {
      config: { ...TINY_CONFIG, tie_word_embeddings: true },
      tensors: spoiled(tensor, at, value),
    }));
}

Deno.test("CpuEngine names the adapter whose scale makes logits infinite, and answers without it", () =>
  withTinyCheckpoint(async (dir) => {
    const checkpoint = await openCheckpoint(dir);
    const layer = "model.layers.0.self_attn.v_proj";
    const huge = { a: new Float32Array(8).fill(1e30), b: new Float32Array(4).fill(1e30), rank: 1 };
    const adapter: Adapter = {
      dir: "huge-adapter",
      hash: "0".repeat(64),
      modules: ["self_attn.v_proj"],
      terms: [],
      factors: new Map([[layer, huge]]),
    };
    await using engine = await openCpuEngine(checkpoint, { loraModules: ["self_attn.v_proj"] });
    await assert.rejects(generate(engine, { adapter }), /with the adapter in "huge-adapter"/);
    await assert.rejects(score(engine, { adapter }), /with the adapter in "huge-adapter"/);
    await generate(engine);
    await score(engine, { adapter, scale: 0 }).catch((error) => {
      // 0 times infinity is NaN: such an adapter is no base model at scale 0 either
      assert.match(error.message, /not finite/);
    });
  }));
