import assert from "node:assert/strict";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { openCpuEngine } from "./cpu_engine.ts";
import { checkPeakedScores } from "../testing/peaked_model.ts";
import { EMBEDDED_MODEL, skipUnless } from "../testing/reference.ts";

Deno.test("choiceLogProbs() of a peaked distribution are exact, at most 0 and add up to 1", () =>
  checkPeakedScores(async (dir) => await openCpuEngine(await openCheckpoint(dir)), 1e-3));

const skipped = skipUnless(`${EMBEDDED_MODEL}/model.safetensors`);

Deno.test({
  name: `choiceLogProbs() of a real model add up to at most 1 over any letters${skipped}`,
  ignore: skipped !== "",
  fn: async () => {
    const checkpoint = await openCheckpoint(EMBEDDED_MODEL);
    await using engine = await openCpuEngine(checkpoint, { contextLength: 64 });
    const choices = Array.from({ length: 1000 }, (_, id) => 40 * id);
    const prompts = [1, 2, 3, 4].map((seed) => ({ prefix: [], suffix: [seed, 30, 265 + seed] }));
    for await (const { logProbs } of engine.choiceLogProbs(prompts, choices)) {
      assert.ok(Math.max(...logProbs) <= 0);
      const sum = logProbs.reduce((total, value) => total + Math.exp(value), 0);
      assert.ok(sum > 0 && sum <= 1 + 1e-6, `the sum is ${sum}`);
    }
  },
});
