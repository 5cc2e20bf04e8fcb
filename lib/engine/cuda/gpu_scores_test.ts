import assert from "node:assert/strict";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { checkPeakedScores, withPeakedCheckpoint } from "../testing/peaked_model.ts";
import { openCudaEngine } from "./cuda_engine.ts";

// These tests need an NVIDIA GPU: `deno task test-gpu` sets LAB_GPU.
const onGpu = Deno.env.get("LAB_GPU") === "1";
const skipped = onGpu ? "" : " [skipped: no GPU asked for by LAB_GPU]";
/** Nats: the last hidden state alone is rounded. */
const TOLERANCE = 0.02;

for (const halfType of ["bfloat16", "float16"] as const) {
  Deno.test({
    name: `CudaEngine scores a peaked distribution as float32 does, in ${halfType}${skipped}`,
    ignore: !onGpu,
    fn: () =>
      checkPeakedScores(async (dir) =>
        await openCudaEngine(await openCheckpoint(dir), {
          halfType,
          contextLength: 512,
          freeBytes: 2 ** 31,
        }), TOLERANCE),
  });
}

Deno.test({
  name:
    `CudaEngine names a model whose logits are not finite, at the first token and later${skipped}`,
  ignore: !onGpu,
  fn: async () => {
    for (const norm of [NaN, Infinity]) {
      await withPeakedCheckpoint(async (dir) => {
        await using engine = await openCudaEngine(await openCheckpoint(dir), {
          contextLength: 512,
          freeBytes: 2 ** 31,
        });
        const prompts = [{ prefix: [], suffix: [4, 5] }];
        const expected = { name: "UsageError", message: /not finite numbers/ };
        await assert.rejects(async () => {
          for await (const _ of engine.generate(prompts, { maxNewTokens: 4 }));
        }, expected);
        await assert.rejects(async () => {
          for await (const _ of engine.choiceLogProbs(prompts, [3, 4]));
        }, expected);
      }, { norm });
    }
  },
});
