import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import type { MmluSample } from "../../runs/mod.ts";
import { openStores } from "../measures/open_measures.ts";
import { openStudy } from "../open_study.ts";
import { allVariants } from "../open_variants.ts";
import { runPipeline } from "../run_pipeline.ts";
import { type MiniStudy, type MiniStudyFiles, writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { PartsGatherer } from "./gather_parts.ts";
import { shareStudy } from "./share_study.ts";

async function answeredStudy(files: MiniStudyFiles = {}): Promise<MiniStudy> {
  const study = await writeMiniStudy({
    ...files,
    config: {
      training: { recipes: [{ name: "one", learningRate: 1e-3 }] },
      sweep: { scales: [0.25, 0.5, 1] },
    },
  });
  await writeTinyAdapter(`${study.out}/training/one`);
  const opened = await openStudy(study.config, { out: study.out, progress: SILENT });
  await runPipeline(opened, { progress: SILENT });
  return study;
}

Deno.test("PartsGatherer looks up what processes have left behind, and all of it where nothing is missing", async () => {
  using mini = await answeredStudy();
  const study = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  const variants = await allVariants(study.inputs, study.folder);
  const names = variants.map(({ name }) => name);
  assert.deepEqual(names.length, 4);
  using opened = openStores(study.folder, study.inputs, SILENT);
  const asked: string[] = [];
  const stores = {
    ...opened.stores,
    mmluSamples: {
      ...opened.stores.mmluSamples,
      has: (key: string) => opened.stores.mmluSamples.has(key),
      get(key: string): MmluSample | undefined {
        const sample = opened.stores.mmluSamples.get(key);
        if (sample && !asked.includes(sample.variant)) asked.push(sample.variant);
        return sample;
      },
    },
  };
  const shares = shareStudy(study.inputs.config, 2, { trained: true });
  const gatherer = new PartsGatherer(study, { stores, shares, variants });
  await gatherer.behind([new Set(), new Set()]);
  await gatherer.behind([new Set([names[0]!]), new Set([names[2]!])]);
  assert.deepEqual(asked, [], "a variant that is being answered is not looked up");
  await gatherer.behind([new Set([names[1]!]), new Set()]);
  assert.deepEqual(asked, [names[0]]);
  await gatherer.behind([new Set(), new Set([names[2]!, names[3]!])]);
  assert.deepEqual(asked, [names[0], names[2]]);
  const answers = await gatherer.all();
  assert.deepEqual(answers?.map(({ name }) => name), names);
  assert.deepEqual(
    answers?.map(({ verdicts, letters, prose }) =>
      [verdicts, letters, prose].map(({ length }) => length)
    ),
    names.map(() => [3, 3, 2]),
  );

  const without = { ...stores, proseSamples: { ...opened.stores.proseSamples, has: () => false } };
  const missing = new PartsGatherer(study, { stores: without, shares, variants });
  assert.equal(await missing.all(), undefined);
});

Deno.test("PartsGatherer gathers variants of which one alone has no verdict on an example", async () => {
  const dev = [
    { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" },
    { db_id: "farm", question: "Fails?", query: "SELECT missing FROM cow" },
  ];
  using mini = await answeredStudy({ spider: { "dev.json": dev } });
  const study = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  const variants = await allVariants(study.inputs, study.folder);
  using opened = openStores(study.folder, study.inputs, SILENT);
  const { sqlVerdicts } = opened.stores;
  const [kept] = [...sqlVerdicts.values()];
  let hasJudgedBase = false;
  const stores = {
    ...opened.stores,
    sqlVerdicts: {
      ...sqlVerdicts,
      append: (): void => {},
      // as when its gold was in time once
      get: (key: string) => hasJudgedBase ? sqlVerdicts.get(key) : { ...kept!, key },
    },
  };
  const shares = shareStudy(study.inputs.config, 1, { trained: true });
  const gatherer = new PartsGatherer(study, { stores, shares, variants });
  await gatherer.behind([new Set([variants[1]!.name])]);
  hasJudgedBase = true;
  const answers = await gatherer.all();
  assert.deepEqual(
    answers?.map(({ verdicts, unjudged }) => [verdicts.length, unjudged?.length]),
    [[2, 0], [1, 1], [1, 1], [1, 1]],
  );
});
