import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import type { Recipe, StudyConfig } from "../../runs/mod.ts";
import { answeringCheckpoint } from "../answers/answering_checkpoint.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { type StudyCost, studyCost } from "./study_cost.ts";

Deno.test("studyCost() says how many bytes 4-bit weights take on the CPU and on a GPU", async () => {
  using study = await writeMiniStudy();
  const costOf = async (engine: Partial<StudyConfig["engine"]>): Promise<StudyCost> => {
    const config = { ...study.config, engine: { ...study.config.engine, ...engine } };
    const { inputs } = await openStudy(config, {
      out: study.out,
      planOnly: true,
      progress: SILENT,
    });
    return studyCost(inputs);
  };
  const { inputs } = await openStudy(
    { ...study.config, engine: { ...study.config.engine, weights: "int4" } },
    { out: study.out, planOnly: true, progress: SILENT },
  );
  const { int4, tensors } = await answeringCheckpoint(inputs, SILENT);
  const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
  let [narrow, wide] = [0, 0];
  for (const [name, { shape }] of tensors) {
    const packed = int4!.get(name);
    narrow += packed ? packed.codes.length + packed.zeroPoints.length : 0;
    wide += elements(packed ? packed.scales.shape : shape);
  }
  const stored = await costOf({});
  const rounded = await costOf({ weights: "int4" });
  assert.equal(rounded.weightsGb, (narrow + 4 * wide) / 1e9);
  const onGpu = await costOf({ device: "cuda", weights: "int4" });
  assert.equal(onGpu.weightsGb, (narrow + 2 * wide) / 1e9);
  assert.equal(stored.weightsGb, 4 * stored.parameters / 1e9);
  // the work is the same, but that the weights are made
  const { all: longer, ...others } = rounded.seconds;
  const { all: shorter, ...same } = stored.seconds;
  assert.deepEqual(others, same);
  assert(longer > shorter);
  assert.deepEqual({ ...rounded, weightsGb: 0, seconds: 0 }, {
    ...stored,
    weightsGb: 0,
    seconds: 0,
  });
});

Deno.test("studyCost() plans more time for a training on a 4-bit base", async () => {
  using study = await writeMiniStudy();
  const secondsWith = async (quantization: "none" | "nf4"): Promise<number> => {
    const { training } = study.config;
    const recipes = training.recipes.map((recipe) => ({ ...recipe, quantization }));
    const config = { ...study.config, training: { ...training, recipes } };
    const { inputs } = await openStudy(config, {
      out: study.out,
      planOnly: true,
      progress: SILENT,
    });
    return (await studyCost(inputs)).seconds.training;
  };
  const [plain, quantized] = [await secondsWith("none"), await secondsWith("nf4")];
  assert(plain > 0 && quantized > 2 * plain, `${plain} s, ${quantized} s`);
});

Deno.test("studyCost() plans what a GPU waits for at a small model's training", async () => {
  using study = await writeMiniStudy();
  const secondsWith = async (more: Partial<Recipe>): Promise<number> => {
    const { training, engine } = study.config;
    const [recipe] = training.recipes;
    const config: StudyConfig = {
      ...study.config,
      engine: { ...engine, device: "cuda" },
      training: { ...training, recipes: [{ ...recipe!, batchSize: 1, ...more }] },
    };
    const { inputs } = await openStudy(config, {
      out: study.out,
      planOnly: true,
      progress: SILENT,
    });
    return (await studyCost(inputs)).seconds.training;
  };
  const replayed = await secondsWith({});
  const [launched, dora, large] = [
    await secondsWith({ quantization: "nf4" }),
    await secondsWith({ useDora: true }),
    await secondsWith({ batchSize: 4096 }),
  ];
  // a model of a few thousand weights: the device's own work is nothing
  assert(large > 20 && replayed > large && launched > replayed, `${[large, replayed, launched]}`);
  assert(dora > replayed, `${dora} s`);
});

Deno.test("studyCost() plans 4-bit weights of each model of its own", async () => {
  using study = await writeMiniStudy();
  const packingWith = async (models: StudyConfig["models"]): Promise<number> => {
    const seconds = await Promise.all((["stored", "int4"] as const).map(async (weights) => {
      const config = { ...study.config, models, engine: { ...study.config.engine, weights } };
      const { inputs } = await openStudy(config, {
        out: study.out,
        planOnly: true,
        progress: SILENT,
      });
      return (await studyCost(inputs)).seconds.all;
    }));
    return seconds[1]! - seconds[0]!;
  };
  const alone = await packingWith([]);
  const merged = await packingWith([{ name: "merged", path: study.model }]);
  assert(alone > 0 && Math.abs(merged / alone - 2) < 1e-3, `${alone} s, ${merged} s`);
});

Deno.test("studyCost() plans the base model's answers to general prompts, where a recipe wants them", async () => {
  using study = await writeMiniStudy();
  const costWith = async (more: Partial<Recipe>): Promise<StudyCost> => {
    const { training } = study.config;
    const recipes = training.recipes.map((recipe) => ({ ...recipe, ...more }));
    const config = { ...study.config, training: { ...training, recipes } };
    const { inputs } = await openStudy(config, {
      out: study.out,
      planOnly: true,
      progress: SILENT,
    });
    return studyCost(inputs);
  };
  const plain = await costWith({});
  assert.deepEqual([plain.generalPrompts, plain.seconds.general], [0, 0]);
  for (const more of [{ klWeight: 10 }, { replayShare: 0.1 }]) {
    const { generalPrompts, seconds } = await costWith(more);
    assert(generalPrompts > 100 && seconds.general > 0);
    assert(Math.abs(seconds.all - seconds.general - plain.seconds.all) < 1e-9);
  }
});
