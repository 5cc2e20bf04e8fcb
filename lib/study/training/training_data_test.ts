import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { trainingData } from "./train_recipes.ts";

Deno.test("trainingData() lets the base model answer general prompts, whatever opens the study's engines", async () => {
  const recipes = [{ name: "replay", learningRate: 1e-3, replayShare: 0.5 }];
  using study = await writeMiniStudy({ config: { training: { recipes } } });
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const steps: string[] = [];
  const options = {
    progress: { ...SILENT, step: (title: string) => void steps.push(title) },
    open: () => assert.fail("it opens an engine of its own"),
  };
  // a random model ends no answer, which is told once all were asked
  await assert.rejects(trainingData(inputs, folder, options), {
    name: "UsageError",
    message: /^Cannot make general records: the base model answers none of \d+ prompts/,
  });
  assert.match(steps.join(), /^Training data,base: general prompts/);
});
