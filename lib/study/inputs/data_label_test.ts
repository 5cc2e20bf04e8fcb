import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";

import { parseConfig, type StudyConfig } from "../../runs/mod.ts";
import { dataLabel } from "./data_label.ts";

function config(label?: string): StudyConfig {
  return parseConfig(
    JSON.stringify({
      name: "x",
      ...(label === undefined ? {} : { label }),
      model: { id: "own", source: "path", path: "models/own" },
      spider: { path: "spider_db/sample" },
      mmlu: { path: "mmlu_db/sample" },
      training: { recipes: [{ name: "a", learningRate: 1e-4 }] },
    }),
    { path: "config/x.json" },
  );
}

Deno.test("dataLabel labels numbers of the embedded samples, however their folder is written", () => {
  const paths = [
    "spider_db/sample",
    "./spider_db/sample/",
    "mmlu_db/../mmlu_db/sample",
    `${REPOSITORY_ROOT}/mmlu_db/sample`,
  ];
  for (const path of paths) assert.equal(dataLabel(config(), [path]).label, "sample", path);
  assert.equal(dataLabel(config(), ["/data/spider", "mmlu_db/sample"]).label, "sample");
});

Deno.test("dataLabel never calls numbers of other data sample", () => {
  for (const path of ["/data/spider", "spider_db/spider", "spider_db/sample_of_mine"]) {
    assert.equal("label" in dataLabel(config("sample"), [path]), false, path);
    assert.equal("label" in dataLabel(config(), [path]), false, path);
  }
});

Deno.test("dataLabel keeps a label of the config's own, and all else", () => {
  assert.deepEqual(dataLabel(config("smoke test"), ["spider_db/sample"]), config("smoke test"));
  assert.deepEqual(dataLabel(config("my data"), ["/data/spider"]), config("my data"));
  assert.deepEqual(dataLabel(config(), ["mmlu_db/sample"]), config("sample"));
});
