import assert from "node:assert/strict";
import { parseConfig } from "../../runs/mod.ts";
import { sweepVariants, trainings } from "../sweep/sweep_variants.ts";
import { shareStudy, unitCount } from "./share_study.ts";

const CONFIG = parseConfig(
  JSON.stringify({
    name: "shared",
    model: { id: "m", source: "path", path: "models/m" },
    spider: { path: "spider_db/sample" },
    mmlu: { path: "mmlu_db/sample" },
    training: {
      recipes: [
        { name: "one", learningRate: 1e-3 },
        { name: "three", learningRate: 1e-3, epochs: 3 },
      ],
    },
    adapters: [{ name: "mine", adapter: "adapters/mine" }],
    models: [{ name: "merged", path: "models/merged" }],
    sweep: { scales: [0.5, 1], checkpoints: 3, earlier: "curve", seeds: { one: 4 } },
  }),
  { path: "the test" },
);

const TO_TRAIN = { trained: false };
const TRAINED = { trained: true };

Deno.test("shareStudy() gives each training and each variant to one process", () => {
  for (const processes of [1, 2, 4, 20]) {
    const shares = shareStudy(CONFIG, processes, TO_TRAIN);
    assert.equal(shares.length, processes);
    const names = shares.flatMap(({ variants }) => variants.map(({ name }) => name));
    assert.deepEqual(names.sort(), sweepVariants(CONFIG).map(({ name }) => name).sort());
    const trained = shares.flatMap((share) => share.trainings.map(({ name }) => name));
    assert.deepEqual(trained.sort(), trainings(CONFIG).map(({ name }) => name).sort());
  }
});

Deno.test("shareStudy() leaves a training and its variants together, and given adapters whole", () => {
  for (const { trainings: own, variants } of shareStudy(CONFIG, 3, TO_TRAIN)) {
    const mine = new Set(own.map(({ name }) => name));
    for (const { weights } of variants) {
      if (weights.kind === "training") assert(mine.has(weights.training.name));
    }
    const given = variants.filter(({ origin }) => origin.source === "mine");
    assert([0, 2].includes(given.length));
  }
});

Deno.test("shareStudy() gives the longest first, so that no process has twice another's work", () => {
  const [first, second] = shareStudy(CONFIG, 2, TO_TRAIN);
  // three epochs and four variants on one side, the three further seeds and more on the other
  assert.deepEqual(first!.trainings.map(({ name }) => name)[0], "three");
  assert.equal(second!.trainings.map(({ name }) => name)[0], "one");
  assert(second!.trainings.length + first!.trainings.length === 5);
});

Deno.test("unitCount() is how many processes have something to do", () => {
  assert.equal(unitCount(CONFIG, TO_TRAIN), 7);
  assert.equal(
    shareStudy(CONFIG, 9, TO_TRAIN).filter(({ variants }) => variants.length > 0).length,
    7,
  );
});

Deno.test("shareStudy() of what is trained gives the base model and each variant to one process, in rows of like length", () => {
  const all = sweepVariants(CONFIG).map(({ name }) => name);
  for (const processes of [1, 2, 3, 4, all.length + 1, all.length + 5]) {
    const shares = shareStudy(CONFIG, processes, TRAINED);
    assert.equal(shares.length, processes);
    assert.deepEqual(shares.flatMap(({ variants }) => variants.map(({ name }) => name)), all);
    assert.deepEqual(shares.map(({ base }) => base).filter(Boolean), [true]);
    assert(shares.every((share) => share.trainings.length === 0));
    const lengths = shares.map(({ base, variants }) => Number(base) + variants.length);
    assert(Math.max(...lengths) - Math.min(...lengths) <= 1, lengths.join());
  }
});

Deno.test("unitCount() of what is trained counts the base model and each variant", () => {
  assert.equal(unitCount(CONFIG, TRAINED), 1 + sweepVariants(CONFIG).length);
});
