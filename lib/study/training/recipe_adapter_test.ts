import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { OUTSIDE_TRAIN_SPLIT, readSummary } from "../../runs/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { type OpenStudy, openStudy } from "../open_study.ts";
import {
  adapterOrigin,
  adapterSettings,
  checkpointFolders,
  isTrained,
  recipeAdapters,
  sealAdapter,
  sealOf,
  weightsAreGone,
} from "./recipe_adapter.ts";
import { runPipeline } from "../run_pipeline.ts";
import { trainRecipes } from "./train_recipes.ts";
import { trainingRuns } from "./training_runs.ts";

/** What the trainer writes of a run of the tiny adapter. */
const RUN = {
  rank: 2,
  alpha: 4,
  dropout: 0.05,
  target_modules: "q_proj",
  learning_rate: 0.002,
  data_sha256: "0".repeat(64),
};

const ADAPTER = {
  peft_type: "LORA",
  r: 2,
  lora_alpha: 4,
  lora_dropout: 0.05,
  target_modules: ["q_proj"],
  bias: "none",
};

function write(dir: string, files: Readonly<Record<string, unknown>>): void {
  Deno.mkdirSync(dir, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    Deno.writeTextFileSync(`${dir}/${name}`, text);
  }
}

function origin(files: Readonly<Record<string, unknown>>): ReturnType<typeof adapterOrigin> {
  const dir = Deno.makeTempDirSync();
  try {
    write(dir, files);
    return adapterOrigin(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const WHOLE = {
  "config.json": RUN,
  "loss.jsonl": "{}\n",
  "adapter_config.json": ADAPTER,
  "adapter_model.safetensors": "weights",
};

Deno.test("adapterOrigin is here for a finished run of the trainer, and none before its end", () => {
  assert.equal(origin(WHOLE), "here");
  assert.equal(
    origin({ ...WHOLE, "config.json": { ...RUN, target_modules: "all-linear" } }),
    "here",
  );
  const { "adapter_model.safetensors": _weights, ...unfinished } = WHOLE;
  assert.equal(origin(unfinished), "none");
  assert.equal(origin({ "config.json": RUN, "loss.jsonl": "{}\n" }), "none");
  assert.equal(origin({}), "none");
  assert.equal(adapterOrigin("nowhere/at/all"), "none");
});

Deno.test("adapterOrigin is elsewhere for an adapter without a whole record of its training", () => {
  const adapter = { "adapter_config.json": ADAPTER, "adapter_model.safetensors": "weights" };
  assert.equal(origin(adapter), "elsewhere");
  assert.equal(origin({ "adapter_model.safetensors": "weights" }), "elsewhere");
  assert.equal(origin({ "adapter_config.json": ADAPTER, "adapter_model.bin": "x" }), "elsewhere");
  assert.equal(origin({ ...adapter, "config.json": RUN }), "elsewhere");
  assert.equal(origin({ ...adapter, "loss.jsonl": "{}\n" }), "elsewhere");
  assert.equal(origin({ ...WHOLE, "config.json": { model_type: "llama" } }), "elsewhere");
  assert.equal(origin({ ...WHOLE, "config.json": '{"rank": 2,' }), "elsewhere");
});

Deno.test("adapterOrigin is elsewhere for an adapter copied over one that was trained here", () => {
  const changes: readonly Readonly<Record<string, unknown>>[] = [
    { r: 8 },
    { lora_alpha: 32 },
    { lora_dropout: 0.1 },
    { target_modules: ["q_proj", "v_proj"] },
    { use_dora: true },
    { use_rslora: true },
    { lora_bias: true },
    { rank_pattern: { "layers.0": 4 } },
    { alpha_pattern: { "layers.0": 4 } },
    { modules_to_save: ["lm_head"] },
  ];
  for (const change of changes) {
    const config = { ...ADAPTER, ...change };
    assert.equal(
      origin({ ...WHOLE, "adapter_config.json": config }),
      "elsewhere",
      `${Object.keys(change)}`,
    );
  }
});

Deno.test("an adapter whose weights were taken away after its training is still one from here", () => {
  const dir = Deno.makeTempDirSync();
  write(dir, WHOLE);
  write(`${dir}/checkpoints/step-000010`, { "adapter_model.safetensors": "earlier" });
  sealAdapter(dir);
  const [step] = checkpointFolders(dir);
  const seals = [dir, step!].map(sealOf);
  assert(seals.every((seal) => /^[0-9a-f]{64}$/.test(seal!)) && seals[0] !== seals[1]);
  assert.deepEqual([dir, step!].map(weightsAreGone), [false, false]);
  for (const folder of [dir, step!]) Deno.removeSync(`${folder}/adapter_model.safetensors`);
  assert.deepEqual([dir, step!].map(weightsAreGone), [true, true]);
  assert.equal(adapterOrigin(dir), "here");
  Deno.removeSync(`${dir}/adapter.sha256`);
  assert.equal(weightsAreGone(dir), false);
  assert.equal(adapterOrigin(dir), "none");
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("isTrained() is for a run of the same plan and data that came to its end", () => {
  const dir = Deno.makeTempDirSync();
  const plan = { version: 1, rank: 2, seed: 42 };
  const asked = { plan, data: RUN.data_sha256 };
  write(dir, { ...WHOLE, "plan.json": plan });
  assert.equal(isTrained(dir, asked), false, "it was not seen at its end");
  sealAdapter(dir);
  assert.equal(isTrained(dir, asked), true);
  assert.equal(isTrained(dir, { ...asked, plan: { ...plan, out: "moved", data: "moved" } }), true);
  assert.equal(isTrained(dir, { ...asked, plan: { ...plan, seed: 43 } }), false);
  assert.equal(isTrained(dir, { ...asked, data: "1".repeat(64) }), false);
  assert.equal(isTrained(dir, { ...asked, data: undefined }), false);
  write(dir, { "adapter_model.safetensors": "others" });
  assert.equal(isTrained(dir, asked), false);
  Deno.removeSync(`${dir}/adapter_model.safetensors`);
  assert.equal(isTrained(dir, asked), true);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("adapterOrigin is elsewhere for other weights than those that training ended with", () => {
  const dir = Deno.makeTempDirSync();
  write(dir, WHOLE);
  sealAdapter(dir);
  assert.equal(adapterOrigin(dir), "here");
  write(dir, { "adapter_model.safetensors": "others" });
  assert.equal(adapterOrigin(dir), "elsewhere");
  assert.equal(adapterSettings(dir).learningRate, null);
  // without a note of what they were, weights that are not there are trained again, and noted again
  for (const file of ["adapter_model.safetensors", "adapter.sha256"]) {
    Deno.removeSync(`${dir}/${file}`);
  }
  assert.equal(adapterOrigin(dir), "none");
  write(dir, { "adapter_model.safetensors": "new" });
  sealAdapter(dir);
  assert.equal(adapterOrigin(dir), "here");
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("adapterOrigin is here for rsLoRA and DoRA that the record says were trained, and only then", () => {
  for (const key of ["use_rslora", "use_dora"]) {
    const adapter = { ...WHOLE, "adapter_config.json": { ...ADAPTER, [key]: true } };
    assert.equal(origin({ ...adapter, "config.json": { ...RUN, [key]: true } }), "here", key);
    assert.equal(origin({ ...adapter, "config.json": { ...RUN, [key]: false } }), "elsewhere", key);
    const plain = { ...WHOLE, "config.json": { ...RUN, [key]: true } };
    assert.equal(origin(plain), "elsewhere", key);
  }
});

Deno.test("adapterSettings say which general records an adapter was trained on, by the data's hash", () => {
  const dir = Deno.makeTempDirSync();
  write(dir, { ...WHOLE, "config.json": { ...RUN, kl_weight: 0.1 } });
  const file = {
    sha256: RUN.data_sha256,
    recipes: ["kl"],
    origin: OUTSIDE_TRAIN_SPLIT as typeof OUTSIDE_TRAIN_SPLIT,
    sql: 90,
    heldOut: 7,
    replay: 0,
    anchor: 10,
  };
  const { klWeight, general } = adapterSettings(dir, { files: { "sft-anchor0.1.jsonl": file } });
  assert.equal(klWeight, 0.1);
  assert.deepEqual(general, { replay: 0, anchor: 10, of: 100 });
  const answered = {
    promptsSha256: "2".repeat(64),
    answeredBy: {},
    maxNewTokens: 256,
    answers: 3,
    cut: [],
    empty: [],
  };
  assert.deepEqual(
    adapterSettings(dir, { files: { "sft-anchor0.1.jsonl": file }, general: answered }).general,
    { replay: 0, anchor: 10, of: 100, answers: 3 },
  );
  const few = { files: { "sft-anchor0.1.jsonl": file }, general: { ...answered, answers: 132 } };
  assert.equal(adapterSettings(dir, few).general?.answers, 10);
  const other = { ...file, sha256: "1".repeat(64) };
  assert.equal(adapterSettings(dir, { files: { "sft.jsonl": other } }).general, undefined);
  const plain = { ...file, anchor: 0 };
  assert.equal(adapterSettings(dir, { files: { "sft.jsonl": plain } }).general, undefined);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("adapterSettings are those of the adapter's own config", async () => {
  const dir = await Deno.makeTempDir();
  write(dir, WHOLE);
  assert.deepEqual(adapterSettings(dir), {
    trained: "here",
    rank: 2,
    alpha: 4,
    dropout: 0.05,
    targetModules: ["q_proj"],
    learningRate: 0.002,
    rsLora: false,
    dora: false,
  });
  const config = {
    peft_type: "LORA",
    r: 8,
    lora_alpha: 16,
    target_modules: ".*v_proj",
    use_rslora: true,
    use_dora: true,
    rank_pattern: { "layers.0": 4 },
    alpha_pattern: { "layers.1": 2 },
  };
  write(dir, { "adapter_config.json": config });
  assert.deepEqual(adapterSettings(dir), {
    trained: "elsewhere",
    rank: 8,
    alpha: 16,
    dropout: null,
    targetModules: [".*v_proj"],
    // never the config's, nor that of the run which it was copied over
    learningRate: null,
    rsLora: true,
    dora: true,
    rankPattern: { "layers.0": 4 },
    alphaPattern: { "layers.1": 2 },
  });
  await Deno.remove(dir, { recursive: true });
});

/** A study whose one recipe's folder holds an adapter from elsewhere. */
async function withForeign(
  mini: MiniStudy,
): Promise<{ study: OpenStudy; dir: string; notes: string[]; progress: typeof SILENT }> {
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
  const study = await openStudy(mini.config, { out: mini.out, progress });
  const dir = await writeTinyAdapter(study.folder.training(mini.config.training.recipes[0]!), {
    files: { "adapter_config.json": { ...ADAPTER, lora_dropout: 0.3 } },
  });
  return { study, dir, notes, progress };
}

function contents(dir: string): Record<string, string> {
  const read = (name: string): string => String(Deno.readFileSync(`${dir}/${name}`));
  return Object.fromEntries(readdirSync(dir).sort().map((name) => [name, read(name)]));
}

Deno.test("trainRecipes uses an adapter from elsewhere as it is, and says so and what it is", async () => {
  using mini = await writeMiniStudy();
  const { study: { inputs, folder }, dir, notes, progress } = await withForeign(mini);
  const before = contents(dir);
  await trainRecipes(inputs, folder, { progress });
  await trainRecipes(inputs, folder, { progress });
  assert.deepEqual(contents(dir), before);
  assert.deepEqual(notes.slice(0, 2), [
    "qv: an adapter from elsewhere is in its folder: it is used as it is, not trained",
    "qv: rank 2, alpha 4, dropout 0.3, q_proj, trained elsewhere: learning rate unknown",
  ]);
});

Deno.test("runPipeline records an adapter from elsewhere by its own settings, not the recipe's", async () => {
  using mini = await writeMiniStudy();
  const { study, dir, progress } = await withForeign(mini);
  const before = contents(dir);
  const summary = await runPipeline(study, { progress });
  assert.deepEqual(contents(dir), before);
  const expected = {
    trained: "elsewhere",
    rank: 2,
    alpha: 4,
    dropout: 0.3,
    targetModules: ["q_proj"],
    learningRate: null,
    rsLora: false,
    dora: false,
  };
  // the recipe says rank 16, alpha 32, dropout 0.05, learning rate 1e-3
  assert.equal(mini.config.training.recipes[0]!.rank, 16);
  assert.deepEqual(summary.provenance.adapterSettings, { qv: expected });
  const read = readSummary(`${mini.out}/summary.json`);
  assert.deepEqual(read.provenance.adapterSettings, { qv: expected });
  const line =
    "- qv: rank 2, alpha 4, dropout 0.3, q_proj, trained elsewhere: learning rate unknown.";
  assert.ok(Deno.readTextFileSync(`${mini.out}/summary.md`).includes(`### Adapters\n\n${line}\n`));
});

Deno.test("runPipeline refuses a wrong adapter from elsewhere before the base model is asked", async () => {
  using mini = await writeMiniStudy();
  const { study, dir, progress } = await withForeign(mini);
  await Deno.truncate(`${dir}/adapter_model.safetensors`, 40);
  await assert.rejects(runPipeline(study, { progress }), { name: "UsageError" });
  assert.ok(!existsSync(study.folder.sqlSamples));
  assert.equal((await Deno.stat(`${dir}/adapter_model.safetensors`)).size, 40);
});

Deno.test("trainingRuns and recipeAdapters tell of an adapter from elsewhere instead of failing", async () => {
  using mini = await writeMiniStudy();
  const { study } = await withForeign(mini);
  const { losses, runs, elsewhere, environment } = await trainingRuns(study);
  assert.deepEqual([losses, runs, elsewhere], [[], [], ["qv"]]);
  assert.equal(Object.keys(environment).length, 1);
  assert.equal(recipeAdapters(study).qv?.dropout, 0.3);
});
