import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { openModelInputs } from "../inputs/model_inputs.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { BASE, type NamedVariant, sampleIdentity } from "./sample_identity.ts";

const PROMPT = { prefix: [1, 2], suffix: [3] };
const TASK = { task: "sql", maxNewTokens: 24 };
const TUNED: NamedVariant = {
  name: "qv",
  origin: { source: "qv" },
  weights: {},
  adapterHash: "a".repeat(64),
};

async function modelInputs(): Promise<ModelInputs> {
  using study = await writeMiniStudy();
  return await openModelInputs(study.config, study.model);
}

Deno.test("sampleIdentity hashes the prompt's token ids and counts them", async () => {
  const { promptHash, promptTokens } = sampleIdentity(await modelInputs(), BASE, PROMPT, TASK);
  const bytes = new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
  assert.equal(promptHash, createHash("sha256").update(bytes).digest("hex"));
  assert.equal(promptTokens, 3);
});

Deno.test("sampleIdentity's key changes with everything that determines a sample", async () => {
  const inputs = await modelInputs();
  const { config } = inputs;
  const scaled = { ...TUNED, weights: { scale: 0.5 } };
  const otherHash = { ...TUNED, adapterHash: "b".repeat(64) };
  const otherModel = { ...inputs, modelHashes: { ...inputs.modelHashes, "config.json": "other" } };
  const cuda = { ...inputs, config: { ...config, engine: { ...config.engine, device: "cuda" } } };
  const keys = [
    sampleIdentity(inputs, BASE, PROMPT, TASK),
    sampleIdentity(inputs, TUNED, PROMPT, TASK),
    sampleIdentity(inputs, scaled, PROMPT, TASK),
    sampleIdentity(inputs, otherHash, PROMPT, TASK),
    sampleIdentity(inputs, BASE, { prefix: [1, 2], suffix: [4] }, TASK),
    sampleIdentity(inputs, BASE, { prefix: [2, 1], suffix: [3] }, TASK),
    sampleIdentity(inputs, BASE, PROMPT, { ...TASK, maxNewTokens: 25 }),
    sampleIdentity(inputs, BASE, PROMPT, { task: "mmlu", letters: [1, 2, 3, 4] }),
    sampleIdentity(inputs, BASE, PROMPT, { task: "mmlu", letters: [1, 2, 4, 3] }),
    sampleIdentity(otherModel, BASE, PROMPT, TASK),
    sampleIdentity(cuda as ModelInputs, BASE, PROMPT, TASK),
  ].map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("sampleIdentity's key does not change with names, batches, places or the seam of the prompt", async () => {
  const inputs = await modelInputs();
  const { config } = inputs;
  const same = sampleIdentity(inputs, TUNED, PROMPT, TASK).key;
  const other = {
    ...inputs,
    checkpoint: { ...inputs.checkpoint, dir: "/elsewhere" },
    config: {
      ...config,
      name: "other",
      seed: 1,
      engine: { ...config.engine, batchSize: 99 },
      model: { ...config.model, path: "/elsewhere" },
    },
  };
  assert.equal(sampleIdentity(other, TUNED, PROMPT, TASK).key, same);
  assert.equal(sampleIdentity(inputs, { ...TUNED, name: "renamed" }, PROMPT, TASK).key, same);
  assert.equal(sampleIdentity(inputs, { ...TUNED, weights: { scale: 1 } }, PROMPT, TASK).key, same);
  assert.equal(sampleIdentity(inputs, TUNED, { prefix: [], suffix: [1, 2, 3] }, TASK).key, same);
  const reordered = { maxNewTokens: 24, task: "sql" };
  assert.equal(sampleIdentity(inputs, TUNED, PROMPT, reordered).key, same);
});
