import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { SILENT } from "../../ground/mod.ts";
import { checkTraining } from "./check_training.ts";
import { type MiniStudyFiles, writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { type OpenStudy, openStudy } from "../open_study.ts";
import { runPipeline } from "../run_pipeline.ts";
import { allVariants } from "../open_variants.ts";
import { trainRecipes } from "./train_recipes.ts";

interface Opened extends Disposable {
  readonly root: string;
  readonly study: OpenStudy;
  /** The folder of the one recipe. */
  readonly dir: string;
}

async function opened(recipe: Readonly<Record<string, unknown>> = {}): Promise<Opened> {
  const recipes = [{ name: "qv", learningRate: 1e-3, ...recipe }];
  const files: MiniStudyFiles = { config: { training: { recipes } } };
  const mini = await writeMiniStudy(files);
  const study = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  return {
    root: mini.root,
    study,
    dir: `${mini.out}/training/qv`,
    [Symbol.dispose]: () => mini[Symbol.dispose](),
  };
}

Deno.test("an adapter saved under a name of its own is told before anything is asked or trained", async () => {
  using it = await opened();
  const { inputs, folder } = it.study;
  await writeTinyAdapter(`${it.dir}/sql`);
  const message = new RegExp(
    '^Cannot use .*/qv for training: there is an adapter in its folder ".*/training/qv/sql": ' +
      "move its files up into .*/qv to use that adapter, or away to train anew$",
  );
  const refused = { name: "UsageError", message };
  await assert.rejects(runPipeline(it.study, { progress: SILENT }), refused);
  await assert.rejects(trainRecipes(inputs, folder, { progress: SILENT }), refused);
  await assert.rejects(allVariants(inputs, folder), {
    name: "UsageError",
    message: /there is an adapter in its folder ".*\/sql"/,
  });
  assert.ok(!existsSync(folder.sqlSamples));
  await Deno.rename(`${it.dir}/sql`, `${it.dir}/adapter.partial`);
  await checkTraining(inputs, folder); // what the trainer left when it was killed
});

Deno.test("a maxLength that no record fits is told before the base model is asked", async () => {
  using it = await opened({ maxLength: 8 });
  await assert.rejects(runPipeline(it.study, { progress: SILENT }), {
    name: "UsageError",
    message: 'Cannot train "qv": all 2 records are longer than 8 tokens: raise its maxLength',
  });
  assert.ok(!existsSync(it.study.folder.sqlSamples));
  await writeTinyAdapter(it.dir);
  await checkTraining(it.study.inputs, it.study.folder); // it is not trained
});

Deno.test({
  name: "nf4 without an NVIDIA GPU is told in one line, and torch is asked only where it matters",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    using it = await opened({ quantization: "nf4" });
    const { inputs, folder } = it.study;
    const python = (code: number): string => {
      const path = `${it.root}/python-${code}`;
      Deno.writeTextFileSync(path, `#!/bin/sh\necho asked >> "${it.root}/asked"\nexit ${code}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    await assert.rejects(checkTraining(inputs, folder, { python: python(3) }), {
      name: "UsageError",
      message: 'Cannot train "qv": quantization nf4 needs an NVIDIA GPU, and there is none here: ' +
        'set it to "none", or train where there is one',
    });
    await checkTraining(inputs, folder, { python: python(0) });
    await checkTraining(inputs, folder, { python: python(1) }); // no torch: training says so
    await checkTraining(inputs, folder, { python: `${it.root}/none` });
    await writeTinyAdapter(it.dir);
    await checkTraining(inputs, folder, { python: python(3) });
    assert.equal(Deno.readTextFileSync(`${it.root}/asked`), "asked\n".repeat(3));
  },
});
