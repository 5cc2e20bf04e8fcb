import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { sha256Of, SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { runPipeline } from "../run_pipeline.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { adapterAverage } from "./adapter_average.ts";
import { adapterSettings } from "./recipe_adapter.ts";

const PARENTS = ["seed_42", "seed_43"].map((name, i) => ({ name, sha256: `${i}`.repeat(64) }));

function record(dir: string, content: unknown): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  Deno.writeTextFileSync(`${dir}/average.json`, text);
}

function average(dir: string): { parents: typeof PARENTS; sha256: string } {
  const sha256 = sha256Of(Deno.readFileSync(`${dir}/adapter_model.safetensors`));
  return { parents: PARENTS, sha256 };
}

Deno.test("adapterAverage() reads of what an adapter is the mean, and adapterSettings() has it", async () => {
  const dir = await writeTinyAdapter(await Deno.makeTempDir());
  assert.equal(adapterAverage(dir), undefined);
  assert.equal("averageOf" in adapterSettings(dir), false);
  record(dir, average(dir));
  assert.deepEqual(adapterAverage(dir), PARENTS);
  const { trained, averageOf, learningRate } = adapterSettings(dir);
  assert.deepEqual([trained, averageOf, learningRate], ["elsewhere", PARENTS, null]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("adapterAverage() refuses a record that is damaged or of other weights, in one line", async () => {
  const dir = await writeTinyAdapter(await Deno.makeTempDir());
  const whole = average(dir);
  const of = (general: unknown): unknown => ({
    ...whole,
    parents: whole.parents.map((parent) => ({ ...parent, general })),
  });
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [
      of({ replay: 0, anchor: 0, of: 3 }),
      /"parents\[0\]\.general" must be 1 replay or 1 anchor at/,
    ],
    [of({ replay: 2, anchor: 2, of: 3 }), /"parents\[0\]\.general\.of" must be all 4 general rec/],
    ["{", /^Cannot read .*average\.json: it is not valid JSON/],
    ["[]", /^Cannot use .*average\.json: /],
    [{ ...whole, parents: [] }, /average\.json: "parents" must be/],
    [{ ...whole, parents: ["a", "b"] }, /average\.json: "parents\[0\]" must be/],
    [{ ...whole, of: 1 }, /average\.json: unknown key "of"/],
    [{ parents: PARENTS }, /average\.json: "sha256" must be .*: it is missing/],
    [{ ...whole, sha256: "0".repeat(64) }, /average\.json: it is of other weights than/],
  ];
  for (const [content, message] of cases) {
    record(dir, content);
    assert.throws(() => adapterSettings(dir), (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
  await Deno.remove(dir, { recursive: true });
});

for (const place of ["training", "adapters"] as const) {
  Deno.test(`runPipeline() refuses a wrong record of a mean before the base model is asked (${place})`, async () => {
    using mini = await writeMiniStudy();
    const given = await writeTinyAdapter(`${mini.root}/given`);
    const adapters = place === "adapters" ? [{ name: "mean", adapter: given }] : [];
    const config = { ...mini.config, adapters };
    const study = await openStudy(config, { out: mini.out, progress: SILENT });
    const recipe = await writeTinyAdapter(study.folder.training(config.training.recipes[0]!));
    const dir = place === "adapters" ? given : recipe;
    record(dir, { ...average(dir), sha256: "0".repeat(64) });
    await assert.rejects(runPipeline(study, { progress: SILENT }), {
      name: "UsageError",
      message: /average\.json: it is of other weights/,
    });
    assert.ok(!existsSync(study.folder.sqlSamples));
  });
}

Deno.test("runPipeline() keeps of what an adapter is the mean, and the tables say it", async () => {
  using mini = await writeMiniStudy();
  const study = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  const dir = await writeTinyAdapter(study.folder.training(mini.config.training.recipes[0]!));
  record(dir, average(dir));
  const summary = await runPipeline(study, { progress: SILENT });
  assert.deepEqual(summary.provenance.adapterSettings["qv"]?.averageOf, PARENTS);
  const table = Deno.readTextFileSync(`${mini.out}/summary.md`);
  assert.match(table, /- qv: rank .*, the average of seed_42 and seed_43\.\n/);
});
