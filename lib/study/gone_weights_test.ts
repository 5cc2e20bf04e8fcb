import assert from "node:assert/strict";
import { openStudy } from "./open_study.ts";
import { SILENT } from "../ground/mod.ts";
import { answerVariants } from "./answers/answer_variants.ts";
import { allVariants } from "./open_variants.ts";
import { refusal, writeRunStudy } from "./testing/mini_run.ts";
import { runPipeline } from "./run_pipeline.ts";
import { writeMiniStudy } from "./testing/mini_study.ts";
import { writeTinyAdapter } from "./testing/tiny_model.ts";
import { trainingPlan } from "./training/train_recipe.ts";
import { trainingData } from "./training/train_recipes.ts";
import { adapterOrigin, sealAdapter } from "./training/recipe_adapter.ts";

/** Makes the adapter in a folder one that was trained here: its record beside it, and its seal. */
function asTrainedHere(dir: string, data = "0".repeat(64)): void {
  const { r, lora_alpha, lora_dropout, target_modules } = JSON.parse(
    Deno.readTextFileSync(`${dir}/adapter_config.json`),
  );
  const run = {
    rank: r,
    alpha: lora_alpha,
    dropout: lora_dropout ?? 0,
    target_modules: target_modules.join(","),
    learning_rate: 1e-3,
    data_sha256: data,
  };
  Deno.writeTextFileSync(`${dir}/config.json`, JSON.stringify(run));
  const mark = { step: 1, loss: 1, tokens: 10, seconds: 1 };
  Deno.writeTextFileSync(`${dir}/loss.jsonl`, `${JSON.stringify(mark)}\n`);
  Deno.writeTextFileSync(`${dir}/environment.json`, "{}\n");
  sealAdapter(dir);
}

Deno.test("a variant that has answered needs its adapter's weights no more", async () => {
  using study = await writeRunStudy();
  asTrainedHere(study.adapter);
  Deno.removeSync(`${study.adapter}/adapter_model.safetensors`);
  assert.equal(adapterOrigin(study.adapter), "here");
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const variants = await allVariants(inputs, folder);
  assert.equal(variants[1]!.gone, study.adapter);
  const answers = await answerVariants(inputs, folder, variants, { progress: SILENT });
  const correct = answers[1]!.letters.filter((letter) => letter.correct).length;
  const { n, successes } = study.first.summary.variants[1]!.mmlu!.overall.accuracy;
  assert.deepEqual([answers[1]!.letters.length, correct], [n, successes]);
});

Deno.test("a variant without weights is refused by name where an answer is missing", async () => {
  using study = await writeRunStudy();
  asTrainedHere(study.adapter);
  Deno.removeSync(`${study.adapter}/adapter_model.safetensors`);
  const path = `${study.out}/samples/mmlu.jsonl`;
  const lines = Deno.readTextFileSync(path).trimEnd().split("\n");
  assert(!lines.at(-1)!.includes('"variant":"base"'));
  Deno.writeTextFileSync(path, `${lines.slice(0, -1).join("\n")}\n`);
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const variants = await allVariants(inputs, folder);
  assert.match(
    (await refusal(answerVariants(inputs, folder, variants, { progress: SILENT })))!,
    /Cannot ask "qv": its weights were taken out of .*: put them back, or delete the folder/,
  );
});

Deno.test("a variant without weights is refused before several processes answer the others", async () => {
  using mini = await writeMiniStudy({
    config: { training: { recipes: [{ name: "one", learningRate: 1e-3 }] } },
  });
  const said: string[] = [];
  const progress = { ...SILENT, step: (text: string): void => void said.push(text) };
  const study = await openStudy(mini.config, { out: mini.out, progress });
  const { inputs, folder } = study;
  const recipe = inputs.config.training.recipes[0]!;
  const dir = folder.training(recipe);
  await writeTinyAdapter(dir);
  const { fileOf, manifest } = await trainingData(inputs, folder, { progress });
  const plan = trainingPlan(inputs, recipe, { data: fileOf(recipe), out: dir });
  Deno.writeTextFileSync(`${dir}/plan.json`, JSON.stringify(plan));
  asTrainedHere(dir, Object.values(manifest.files)[0]!.sha256);
  Deno.removeSync(`${dir}/adapter_model.safetensors`);
  assert.match(
    (await refusal(runPipeline(study, { progress, devices: ["0", "1"] })))!,
    /Cannot ask "one": its weights were taken out of /,
  );
  assert(!said.some((line) => line.includes("processes")), said.join("\n"));
});
