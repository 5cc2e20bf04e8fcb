import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { applyDataRoot, loadConfig, recordedConfig } from "./config.ts";
import { FETCHED_DATA, refuseMissingData, withFetchedData } from "./fetched_data.ts";
import type { StudyConfig } from "./study_config.ts";

const CONFIG = loadConfig(fromRoot("config/qwen_coder_1_5b.json"));

function recordedOn(spider: string, mmlu: string): StudyConfig {
  return recordedConfig({
    ...CONFIG,
    spider: { ...CONFIG.spider, path: spider, database: "elsewhere/database" },
    mmlu: { ...CONFIG.mmlu, path: mmlu },
  });
}

const FETCHED: ReadonlySet<string> = new Set(Object.values(FETCHED_DATA));

Deno.test("withFetchedData() takes what fetch unpacked where the recorded copy is not here", () => {
  for (const root of ["data", "/somewhere/else"]) {
    const found = withFetchedData(
      recordedOn(`${root}/spider`, `${root}/mmlu`),
      (path) => FETCHED.has(path),
    );
    assert.equal(found.spider.path, FETCHED_DATA.spider);
    assert.equal(found.spider.database, undefined);
    assert.equal(found.spider.maxNewTokens, CONFIG.spider.maxNewTokens);
    assert.equal(found.mmlu.path, FETCHED_DATA.mmlu);
    assert.equal(found.mmlu.shots, CONFIG.mmlu.shots);
  }
});

Deno.test("withFetchedData() leaves what is here, what is another data set, and what nothing was fetched of", () => {
  const recorded = recordedOn("data/spider", "data/mmlu");
  assert.deepEqual(withFetchedData(recorded, () => true), recorded);
  assert.deepEqual(withFetchedData(recorded, () => false), recorded);
  const own = recordedOn("/mine/questions.jsonl", "/mine/items.csv");
  assert.deepEqual(withFetchedData(own, (path) => FETCHED.has(path)), own);
  const half = withFetchedData(recorded, (path) => path === FETCHED_DATA.mmlu);
  assert.deepEqual([half.spider, half.mmlu.path], [recorded.spider, FETCHED_DATA.mmlu]);
});

Deno.test("refuseMissingData() says in one line what brings missing data here and which flag names them", () => {
  const nowhere = { ...CONFIG, ...applyDataRoot(CONFIG, "/nowhere") };
  assert.throws(() => refuseMissingData(nowhere), {
    name: "UsageError",
    message: "Cannot load Spider and MMLU: there is no file or folder /nowhere/spider and " +
      "/nowhere/mmlu: deno task lab fetch --spider SOURCE --mmlu SOURCE brings them to " +
      "spider_db/spider and mmlu_db/mmlu, and --data-root DIR names the folder that holds your " +
      "spider/ and mmlu/",
  });
  assert.throws(() => refuseMissingData(nowhere, ["mmlu"]), {
    message: /^Cannot load MMLU: .* \/nowhere\/mmlu: .* fetch --mmlu SOURCE brings it to mmlu_db\//,
  });
});

Deno.test("refuseMissingData() passes what is here, and leaves data of another name to their own line", () => {
  const own = { ...CONFIG.spider, path: "/nowhere/questions.jsonl" };
  const sample = { ...CONFIG.mmlu, path: "mmlu_db/sample" };
  refuseMissingData({ ...CONFIG, spider: own, mmlu: sample });
  refuseMissingData({ ...CONFIG, spider: own, mmlu: { ...sample, path: "/nowhere" } });
});
