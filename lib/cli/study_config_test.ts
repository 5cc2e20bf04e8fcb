import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../ground/mod.ts";

import { loadConfig } from "../runs/mod.ts";
import { studyConfig } from "./study_config.ts";
import { DEFAULT_CONFIG } from "./study_flags.ts";

const CONFIG = `${REPOSITORY_ROOT}/${DEFAULT_CONFIG}`;

Deno.test("studyConfig without flags is the config of the file", () => {
  assert.deepEqual(studyConfig({ config: CONFIG }), loadConfig(CONFIG));
});

Deno.test("studyConfig replaces limit, seed and data, and nothing else", () => {
  const config = loadConfig(CONFIG);
  assert.deepEqual(studyConfig({ config: CONFIG, limit: 5, seed: 0, "data-root": "/data" }), {
    ...config,
    // another study, which has another folder
    name: "sample-limit5",
    seed: 0,
    spider: { ...config.spider, limit: 5, path: "/data/spider" },
    mmlu: { ...config.mmlu, perCategory: 5, path: "/data/mmlu" },
    prose: { ...config.prose, limit: 5 },
  });
  // one passage has no spread
  assert.equal(studyConfig({ config: CONFIG, limit: 1 }).prose.limit, 2);
});

Deno.test("studyConfig refuses flags that a config could not have", () => {
  assert.throws(() => studyConfig({ config: CONFIG, limit: 0 }), {
    name: "UsageError",
    message: /sample.json with the flags given: "spider.limit" must be/,
  });
});

Deno.test("studyConfig finds the default config from any working directory", () => {
  const before = Deno.cwd();
  const elsewhere = Deno.makeTempDirSync();
  try {
    Deno.chdir(elsewhere);
    assert.deepEqual(studyConfig({}), loadConfig(CONFIG));
  } finally {
    Deno.chdir(before);
    Deno.removeSync(elsewhere);
  }
});
