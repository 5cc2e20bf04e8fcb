import assert from "node:assert/strict";
import { join } from "node:path";
import {
  applyDataRoot,
  configHash,
  loadConfig,
  parseConfig,
  recordedConfig,
  recordedPath,
} from "./config.ts";
import type { StudyConfig } from "./study_config.ts";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";

const MINIMAL = {
  name: "sample",
  model: { id: "HuggingFaceTB/SmolLM2-135M-Instruct", source: "embedded" },
  spider: { path: "spider_db/sample" },
  mmlu: { path: "mmlu_db/sample" },
  training: { recipes: [{ name: "q-v", learningRate: 2e-4 }] },
};

const FULL: StudyConfig = {
  name: "sample",
  label: "sample",
  seed: 7,
  model: { id: "Qwen/Qwen2.5-0.5B", source: "hub", revision: "main" },
  engine: {
    kind: "server",
    device: "cuda",
    batchSize: 64,
    url: "http://localhost:8000/v1",
    servedModel: "base",
    servedAdapters: { all: "all-v2" },
  },
  chat: { thinking: true, date: "2026-02-28" },
  spider: {
    path: "data/spider",
    database: "data/shop.sqlite",
    limit: 100,
    shots: 2,
    maxNewTokens: 128,
    timeoutMs: 100,
    schema: { foreignKeys: false, cellValues: 2 },
  },
  mmlu: { path: "data/mmlu", title: "MMLU", perCategory: 10, shots: 5 },
  prose: { path: "data/prose", limit: 5 },
  measures: ["sql", "prose"],
  training: {
    examples: 240,
    prompt: "mixed",
    heldOutDatabases: 4,
    recipes: [
      {
        name: "all",
        learningRate: 1e-3,
        rank: 8,
        alpha: 16,
        dropout: 0,
        targetModules: "all-linear",
        epochs: 2,
        maxTokens: 40_000,
        batchSize: 2,
        gradientAccumulation: 2,
        maxLength: 256,
        quantization: "nf4",
        useRslora: true,
        useDora: false,
        replayShare: 0.1,
        klWeight: 0.5,
        checkpoints: 4,
        earlyStopping: { patience: 2 },
      },
    ],
  },
  adapters: [{ name: "mine", adapter: "adapters/mine" }],
  models: [{ name: "merged", path: "models/merged" }],
  sweep: {
    scales: [0.5, 1],
    checkpoints: 2,
    seeds: { all: 3 },
    shots: [0],
    written: 20,
    gauge: "prose",
    delta: 0.02,
    alpha: 0.1,
  },
};

Deno.test("parseConfig() fills in every default of a minimal study", () => {
  assert.deepEqual(parse(MINIMAL), {
    name: "sample",
    seed: 42,
    model: MINIMAL.model,
    engine: { kind: "onnx", device: "cpu", batchSize: 16 },
    chat: { thinking: false, date: "2024-07-26" },
    spider: { path: "spider_db/sample", limit: null, shots: 3, maxNewTokens: 64, timeoutMs: 5000 },
    mmlu: { path: "mmlu_db/sample", perCategory: 50, shots: 4 },
    prose: { path: "prose_db/sample", limit: null },
    measures: ["sql", "mmlu", "prose"],
    training: {
      examples: null,
      recipes: [{
        name: "q-v",
        learningRate: 2e-4,
        rank: 16,
        alpha: 32,
        dropout: 0.05,
        targetModules: ["q_proj", "v_proj"],
        epochs: 1,
        batchSize: 4,
        gradientAccumulation: 1,
        maxLength: 512,
        quantization: "none",
      }],
    },
    adapters: [],
    models: [],
    sweep: {
      scales: [1],
      checkpoints: 1,
      seeds: {},
      shots: [],
      written: 0,
      gauge: "mmlu",
      delta: 0.03,
      alpha: 0.05,
    },
  });
});

Deno.test("parseConfig() gives back a study in which every key is set", () => {
  assert.deepEqual(parse(FULL), FULL);
});

const WRONG: readonly (readonly [what: string, config: unknown, message: RegExp])[] = [
  ["a list", [], /the whole must be an object: current value is \[\]/],
  ["an unknown key", { ...MINIMAL, sead: 1 }, /unknown key "sead": did you mean "seed"\?/],
  ["an unknown key like no other", { ...MINIMAL, zzz: 1 }, /"zzz": allowed are name, label, seed/],
  [
    "an unknown key in a recipe",
    recipe({ lerningRate: 1 }),
    /"training\.recipes\[0\]\.lerningRate": did you mean "learningRate"\?/,
  ],
  ["a prototype key", JSON.parse('{"__proto__": 1}'), /unknown key "__proto__"/],
  ["no name", { ...MINIMAL, name: undefined }, /"name" must be a name .*: it is missing/],
  ["a name with a slash", { ...MINIMAL, name: "a/b" }, /"name" must be a name .* "a\/b"/],
  ["a name of dots", { ...MINIMAL, name: ".." }, /"name" must be a name/],
  [
    "a seed in quotes",
    { ...MINIMAL, seed: "42" },
    /"seed" must be an integer from 0 to 4294967295: current value is "42"/,
  ],
  ["a negative seed", { ...MINIMAL, seed: -1 }, /"seed" must be .* current value is -1/],
  [
    "thinking in words",
    { ...MINIMAL, chat: { thinking: "no" } },
    /"chat\.thinking" must be true or false: current value is "no"/,
  ],
  [
    "a day that no calendar has",
    { ...MINIMAL, chat: { date: "2026-02-30" } },
    /"chat\.date" must be a day of the calendar as YYYY-MM-DD: current value is "2026-02-30"/,
  ],
  [
    "a date in another order",
    { ...MINIMAL, chat: { date: "26-07-2024" } },
    /"chat\.date" must be a day of the calendar/,
  ],
  [
    "a typo in the chat settings",
    { ...MINIMAL, chat: { thinkin: true } },
    /unknown key "chat\.thinkin": did you mean "thinking"\?/,
  ],
  [
    "an unknown source",
    { ...MINIMAL, model: { id: "x", source: "hubb" } },
    /"model\.source" must be one of "embedded", "hub", "path": current value is "hubb" \(did you mean "hub"\?\)/,
  ],
  [
    "another embedded model",
    { ...MINIMAL, model: { id: "x", source: "embedded" } },
    /"model\.id" must be "HuggingFaceTB/,
  ],
  [
    "a path model without path",
    { ...MINIMAL, model: { id: "x", source: "path" } },
    /"model\.path" must be the folder .* it is missing/,
  ],
  [
    "a hub model with a path",
    { ...MINIMAL, model: { id: "x", source: "hub", path: "y" } },
    /"model\.path" must be left out/,
  ],
  ["a folder with a revision", {
    ...MINIMAL,
    model: { id: "x", source: "path", path: "y", revision: "z" },
  }, /"model\.revision" must be left out/],
  [
    "a server without url",
    { ...MINIMAL, engine: { kind: "server" } },
    /"engine\.url" must be the address/,
  ],
  [
    "a url without server",
    { ...MINIMAL, engine: { url: "http://x" } },
    /"engine\.url" must be left out/,
  ],
  [
    "a url without http",
    { ...MINIMAL, engine: { kind: "server", url: "localhost" } },
    /"engine\.url" must be an http/,
  ],
  [
    "a served model without server",
    { ...MINIMAL, engine: { servedModel: "base" } },
    /"engine\.servedModel" must be left out with kind "onnx"/,
  ],
  [
    "served adapters without server",
    { ...MINIMAL, engine: { servedAdapters: { "q-v": "x" } } },
    /"engine\.servedAdapters" must be left out with kind "onnx"/,
  ],
  [
    "a served adapter without a name",
    { ...MINIMAL, engine: { kind: "server", url: "http://x", servedAdapters: { "q-v": "" } } },
    /"engine\.servedAdapters\.q-v" must be a text/,
  ],
  [
    "4-bit weights of a server",
    { ...MINIMAL, engine: { kind: "server", url: "http://x", weights: "int4" } },
    /"engine\.weights" must be left out with kind "server"/,
  ],
  [
    "weights of another kind",
    { ...MINIMAL, engine: { weights: "int8" } },
    /"engine\.weights" must be one of "stored", "int4"/,
  ],
  [
    "a batch of none",
    { ...MINIMAL, engine: { batchSize: 0 } },
    /"engine\.batchSize" must be an integer from 1/,
  ],
  [
    "a limit of 0",
    { ...MINIMAL, spider: { path: "x", limit: 0 } },
    /"spider\.limit" must be an integer >= 1: current value is 0/,
  ],
  ["a fraction of a shot", { ...MINIMAL, spider: { path: "x", shots: 1.5 } }, /"spider\.shots"/],
  [
    "six MMLU shots",
    { ...MINIMAL, mmlu: { path: "x", shots: 6 } },
    /"mmlu\.shots" must be an integer from 0 to 5/,
  ],
  [
    "no measure",
    { ...MINIMAL, measures: [] },
    /"measures" must be a list of at least 1/,
  ],
  [
    "a misspelt measure",
    { ...MINIMAL, measures: ["sql", "mmul"] },
    /"measures\[1\]" must be one of .* \(did you mean "mmlu"\?\)/,
  ],
  [
    "scales that do not ascend",
    { ...MINIMAL, sweep: { scales: [1, 0.5] } },
    /"sweep\.scales" must be a list of scales in ascending order/,
  ],
  [
    "seeds of a recipe that is not there",
    { ...MINIMAL, sweep: { seeds: { other: 3 } } },
    /"sweep\.seeds" must be the names of recipes \(q-v\): current value is "other"/,
  ],
  [
    "a recipe called base",
    recipe({ name: "Base" }),
    /"training\.recipes\[0\]\.name" must be a name that no other/,
  ],
  ["two recipes of one name", {
    ...MINIMAL,
    training: { recipes: [{ name: "a", learningRate: 1 }, { name: "A", learningRate: 1 }] },
  }, /"training\.recipes\[1\]\.name"/],
  [
    "a rate of 0",
    recipe({ learningRate: 0 }),
    /learningRate" must be a number > 0 and <= 1: current value is 0/,
  ],
  ["a rank of 0", recipe({ rank: 0 }), /rank" must be an integer from 1 to 1024/],
  ["a dropout of 1", recipe({ dropout: 1 }), /dropout" must be a number >= 0 and <= 0.99/],
  [
    "a misspelt layer",
    recipe({ targetModules: ["q_prj"] }),
    /targetModules\[0\]" must be one of .* \(did you mean "q_proj"\?\)/,
  ],
  ["a layer twice", recipe({ targetModules: ["q_proj", "q_proj"] }), /without repeats/],
  ["no layer", recipe({ targetModules: [] }), /targetModules" must be a list of at least 1/],
  ["a word for layers", recipe({ targetModules: "all" }), /"all-linear" or a list/],
  [
    "another quantization",
    recipe({ quantization: "int8" }),
    /quantization" must be one of "none", "nf4"/,
  ],
];

for (const [what, config, message] of WRONG) {
  Deno.test(`parseConfig() refuses ${what} in one line with file and key`, () => {
    assert.throws(() => parse(config), (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.match(error.message, message);
      assert.match(error.message, /^Cannot use config\/x\.json: [^\n]+$/);
      return true;
    });
  });
}

Deno.test("parseConfig() shows in one line where text stops being JSON", () => {
  const cases = [['{\n  "name": oops\n}', /'o', .*oops/], ['{"name": 1,\n }', /line 2 column 2/]];
  for (const [text, where] of cases as [string, RegExp][]) {
    assert.throws(() => parseConfig(text, { path: "config/x.json" }), (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.match(error.message, /^Cannot read config\/x\.json: it is not valid JSON: [^\n]+$/);
      assert.match(error.message, where);
      return true;
    });
  }
});

Deno.test("loadConfig() names a file that is not there, and a folder", () => {
  assert.throws(() => loadConfig("config/none.json"), {
    name: "UsageError",
    message: "Cannot read config/none.json: there is no such file",
  });
  assert.throws(() => loadConfig(REPOSITORY_ROOT), { name: "UsageError", message: /is a folder/ });
});

Deno.test("applyDataRoot() moves both data sets and nothing else", () => {
  const config = parse(MINIMAL);
  const moved = applyDataRoot(config, "/data");
  assert.equal(moved.spider.path, join("/data", "spider"));
  assert.equal(moved.mmlu.path, join("/data", "mmlu"));
  const { path: _, ...rest } = moved.spider;
  assert.deepEqual(moved, {
    ...config,
    spider: { ...rest, path: "/data/spider" },
    mmlu: moved.mmlu,
  });
});

Deno.test("recordedConfig() keeps paths of this machine out of results", () => {
  const config = applyDataRoot(parse(MINIMAL), "/home/someone/data");
  assert.equal(recordedConfig(config).spider.path, ".../spider");
  const inside = applyDataRoot(config, join(REPOSITORY_ROOT, "own"));
  assert.equal(recordedConfig(inside).mmlu.path, join("own", "mmlu"));
  assert.deepEqual(recordedConfig(parse(MINIMAL)), parse(MINIMAL));
});

Deno.test("recordedPath() has the last name of the place itself, of a recorded one the same again", () => {
  for (const path of ["/a/x", "/a/x/", "/a/b/../x/.", "../../../../../../../../../a/x", ".../x"]) {
    assert.equal(recordedPath(path), ".../x");
  }
});

Deno.test("configHash() of stored weights is that of no word on weights; 4-bit weights have another", () => {
  const hash = (engine: object): string => configHash(parse({ ...MINIMAL, engine }));
  assert.equal(hash({ weights: "stored" }), hash({}));
  assert.notEqual(hash({ weights: "int4" }), hash({}));
  assert.equal(parse(MINIMAL).engine.weights, undefined, "a default would be in every hash");
});

Deno.test("configHash() changes with what matters, and with nothing else", () => {
  const config = parse(FULL);
  const hash = configHash(config);
  assert.match(hash, /^[0-9a-f]{64}$/);
  const engine = {
    ...config.engine,
    batchSize: 1,
    url: "http://elsewhere",
    servedModel: "other",
    servedAdapters: {},
  };
  assert.equal(configHash({ ...config, label: "other", engine }), hash);
  assert.notEqual(configHash({ ...config, seed: 8 }), hash);
  assert.notEqual(configHash({ ...config, mmlu: { ...config.mmlu, shots: 4 } }), hash);
  assert.notEqual(configHash({ ...config, chat: { ...config.chat, thinking: false } }), hash);
  assert.notEqual(configHash({ ...config, chat: { ...config.chat, date: "2026-03-01" } }), hash);
  assert.notEqual(configHash(config, { "dev.json": "00" }), hash);
});

function parse(config: unknown): StudyConfig {
  return parseConfig(JSON.stringify(config), { path: "config/x.json" });
}

function recipe(change: Readonly<Record<string, unknown>>): unknown {
  return { ...MINIMAL, training: { recipes: [{ name: "q-v", learningRate: 2e-4, ...change }] } };
}
