import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { exportFiles } from "./export_files.ts";
import { type ExportedStudy, openExport } from "./open_export.ts";

const MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct";
const TUNED = "all-linear-lr2e-3";

/** The recorded sample, as if it had been answered with such weights. */
function sample(weights: "stored" | "int4"): ExportedStudy {
  const study = openExport(fromRoot("results/recorded/sample"), {
    tolerances: { mmlu: 0.03, prose: 0.05 },
    variants: ["base", TUNED],
  });
  const { config } = study.summary!;
  const engine = { ...config.engine, weights };
  return { ...study, summary: { ...study.summary!, config: { ...config, engine } } };
}

Deno.test("exportFiles() names a model with 4-bit weights as another one, for lm-evaluation-harness", () => {
  const harness = (weights: "stored" | "int4"): Record<string, string> => {
    const results = Object.entries(exportFiles(sample(weights), "lm-eval"))
      .filter(([path]) => path.includes("results_"));
    return Object.fromEntries(results.map(([path, text]) => {
      const { model_name: name, config } = JSON.parse(text as string);
      assert.ok(path.startsWith(name.replaceAll("/", "__")), path);
      return [name, config.model_args];
    }));
  };
  assert.deepEqual(harness("stored"), {
    [MODEL]: `pretrained=${MODEL}`,
    [`${MODEL}/${TUNED}`]: `pretrained=${MODEL},peft=${TUNED}`,
  });
  assert.deepEqual(harness("int4"), {
    [`${MODEL}, 4-bit weights`]: `pretrained=${MODEL},lab_weights=int4`,
    [`${MODEL}, 4-bit weights/${TUNED}`]: `pretrained=${MODEL},lab_weights=int4,peft=${TUNED}`,
  });
});

Deno.test("exportFiles() says on a card that the base has 4-bit weights, and keeps its id for the hub", () => {
  const [stored, int4] = (["stored", "int4"] as const).map((weights) =>
    exportFiles(sample(weights), "model-card")["README.md"] as string
  );
  assert.doesNotMatch(stored!, /4-bit weights/);
  assert.match(int4!, /against HuggingFaceTB\/SmolLM2-135M-Instruct, 4-bit weights, both asked/);
  for (const card of [stored, int4]) {
    assert.match(card!, /^base_model: "?HuggingFaceTB\/SmolLM2-135M-Instruct"?$/m);
  }
});
