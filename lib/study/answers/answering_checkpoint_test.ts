import assert from "node:assert/strict";
import { modelTitle, type StudyConfig, type Summary } from "../../runs/mod.ts";
import { summaryRows } from "../../report/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { browseStudy } from "../browse/browse_study.ts";
import { openModelInputs } from "../inputs/model_inputs.ts";
import { runMini, writeRunStudy } from "../testing/mini_run.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { answeringCheckpoint } from "./answering_checkpoint.ts";

function int4(config: StudyConfig): StudyConfig {
  return { ...config, engine: { ...config.engine, weights: "int4" } };
}

async function answering(
  study: MiniStudy,
  config: StudyConfig,
): Promise<{ readonly rounded: boolean; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const inputs = await openModelInputs(config, study.model);
  const note = (text: string): void => void notes.push(text);
  const checkpoint = await answeringCheckpoint(inputs, { note });
  // completions end where they would with the stored weights
  assert.deepEqual(checkpoint.config, inputs.checkpoint.config);
  return { rounded: checkpoint.int4 !== undefined, notes };
}

Deno.test("answeringCheckpoint() makes 4-bit weights once, with a line before and one after", async () => {
  using study = await writeMiniStudy();
  assert.deepEqual(await answering(study, study.config), { rounded: false, notes: [] });
  const { rounded, notes } = await answering(study, int4(study.config));
  assert.ok(rounded);
  const [making, made, ...others] = notes;
  assert.match(making!, /^making 4-bit weights, model\/weights\.int4\.\w+: there are none yet$/);
  assert.match(made!, /^made 4-bit weights, model\/weights\.int4\.\w+: \d+ MB in [\d.]+ s$/);
  assert.deepEqual(others, []);
  assert.deepEqual(await answering(study, int4(study.config)), { rounded: true, notes: [] });
});

Deno.test("a study with 4-bit weights is of another model in its summary and its tables", async () => {
  using study = await writeRunStudy();
  const { summary: stored } = study.first;
  const out = `${study.root}/int4`;
  await writeTinyAdapter(`${out}/training/qv`);
  const { summary } = await runMini(int4(study.config), out);
  assert.equal(modelTitle(summary.config), `${stored.config.model.id}, 4-bit weights`);
  assert.equal(summaryRows(summary).model, modelTitle(summary.config));
  assert.equal(summaryRows(stored).model, stored.config.model.id);
  const browsed = await browseStudy({ folder: out, config: int4(study.config), progress: SILENT });
  assert.equal(browsed.model, modelTitle(summary.config));
  assert.equal(summary.provenance.dtype, "float32, 4-bit weights");
  assert.equal(stored.provenance.dtype, "float32");
  assert.notEqual(summary.configHash, stored.configHash);
  const { "4-bit weights": scheme, ...files } = summary.provenance.modelFiles;
  assert.match(scheme!, /^[0-9a-f]{64}$/);
  assert.deepEqual(files, stored.provenance.modelFiles);
  // the weights do answer otherwise, by no more than rounding
  const nats = ({ variants }: Summary): number => variants[0]!.prose!.nats;
  assert.notEqual(nats(summary), nats(stored));
});
