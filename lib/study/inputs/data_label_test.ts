import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";

import { type Gauge, parseConfig, type StudyConfig } from "../../runs/mod.ts";
import { dataLabel } from "./data_label.ts";

interface Data {
  readonly label?: string;
  readonly spider?: string;
  readonly mmlu?: string;
  readonly measures?: readonly Gauge[];
}

function config(
  { label, spider = "spider_db/sample", mmlu = "mmlu_db/sample", measures }: Data = {},
): StudyConfig {
  return parseConfig(
    JSON.stringify({
      name: "x",
      ...(label === undefined ? {} : { label }),
      model: { id: "own", source: "path", path: "models/own" },
      spider: { path: spider },
      mmlu: { path: mmlu },
      training: { recipes: [{ name: "a", learningRate: 1e-4 }] },
      ...(measures === undefined ? {} : { measures }),
    }),
    { path: "config/x.json" },
  );
}

Deno.test("dataLabel labels numbers of the embedded samples, however their folder is written", () => {
  const paths = [
    "spider_db/sample",
    "./spider_db/sample/",
    "mmlu_db/../spider_db/sample",
    `${REPOSITORY_ROOT}/spider_db/sample`,
  ];
  for (const spider of paths) assert.equal(dataLabel(config({ spider })).label, "sample", spider);
  assert.equal(dataLabel(config({ spider: "/data/spider" }), ["mmlu"]).label, "sample");
});

Deno.test("dataLabel never calls numbers of other data sample", () => {
  for (const path of ["/data/spider", "spider_db/spider", "spider_db/sample_of_mine"]) {
    for (const label of ["sample", undefined]) {
      const data = { spider: path, mmlu: path, ...(label === undefined ? {} : { label }) };
      assert.equal("label" in dataLabel(config(data)), false, path);
    }
  }
});

Deno.test("dataLabel says nothing of a sample that is not asked, and names the one that is", () => {
  for (const measures of [["sql"], ["sql", "prose"]] as const) {
    assert.equal(dataLabel(config({ spider: "own.jsonl", measures })).label, undefined);
  }
  const own = { label: "sample", spider: "own.jsonl" };
  assert.equal(dataLabel(config(own)).label, "multiple choice: sample");
  assert.equal(dataLabel(config({ mmlu: "items.jsonl" })).label, "text-to-SQL: sample");
});

Deno.test("dataLabel keeps a label of the config's own, and all else", () => {
  const smoke = config({ label: "smoke test" });
  assert.deepEqual(dataLabel(smoke), smoke);
  const mine = config({ label: "my data", spider: "/data/spider" });
  assert.deepEqual(dataLabel(mine), mine);
  assert.deepEqual(dataLabel(config()), config({ label: "sample" }));
});
