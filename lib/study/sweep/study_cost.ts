import { type Prompt, weightBytes } from "../../engine/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import { mmluPrompts, passagePrompts, sqlPrompts } from "../answers/study_prompts.ts";
import { plannedTrainingTokens, recordLengths } from "../training/train_recipe.ts";
import { sweepVariants, trainings } from "./sweep_variants.ts";

/** About what a study will take if nothing of it is stored yet. */
export interface StudyCost {
  /** The base model and every tuned variant. */
  readonly variants: number;
  /** Questions and passages that are asked of each. */
  readonly asked: { readonly sql: number; readonly mmlu: number; readonly prose: number };
  /** Tokens that the model reads for one variant, shared parts once. */
  readonly readTokens: number;
  /** Tokens that it writes for one variant, as they are planned with. */
  readonly writtenTokens: number;
  /** Tokens of all trainings, by name. */
  readonly trainingTokens: Readonly<Record<string, number>>;
  /** Weights of the model. */
  readonly parameters: number;
  /** Seconds of one variant, of all trainings and of everything. */
  readonly seconds: { readonly variant: number; readonly training: number; readonly all: number };
  /** Gigabytes (1e9 bytes) that the weights take where the model answers. */
  readonly weightsGb: number;
}

/** A gold of Spider has 20 to 25 tokens; what wrong completions go on for is not known. */
const MEAN_COMPLETION = 24;

/** The most tokens of an answer in writing. */
const WRITTEN_ANSWER = 8;

/**
 * Rates on the safe side of what was measured (docs/log.md): floating-point operations a second at
 * reading and at training, tokens written a second by a model of 1e9 weights, batches as they come,
 * and seconds a prompt for what is not the device's: encoding, storing, judging. A server is planned
 * with like a GPU.
 */
const RATES = {
  cpu: { reading: 1e11, training: 1.2e11, writing: 30, prompt: 0, weightBytes: 4 },
  cuda: { reading: 2.5e14, training: 1.4e14, writing: 12_000, prompt: 3.5e-4, weightBytes: 2 },
} as const;

/**
 * Plans a study's cost from the tokens of its prompts and the number of the model's weights: two
 * operations a weight and token at reading, six at training.
 */
export function studyCost(inputs: StudyInputs): StudyCost {
  const { config, checkpoint } = inputs;
  const measures = new Set(config.measures);
  const parameters = weightsOf(checkpoint.tensors.values());
  const sql = measures.has("sql")
    ? [inputs.shots, ...inputs.otherShots].map((shots) => sqlPrompts({ ...inputs, shots }))
    : [];
  const mmlu = measures.has("mmlu") ? mmluPrompts(inputs) : [];
  const prose = measures.has("prose") ? passagePrompts(inputs) : [];
  const readTokens = sum([...sql, mmlu].map(distinctTokens)) +
    sum(prose.map(({ tokens }) => tokens.length));
  const writtenTokens = sql.flat().length * Math.min(MEAN_COMPLETION, config.spider.maxNewTokens) +
    (measures.has("mmlu") ? inputs.written.length * WRITTEN_ANSWER : 0);
  const planned = trainings(config);
  const lengths = planned.length > 0 ? recordLengths(inputs) : [];
  const trainingTokens = Object.fromEntries(
    planned.map(({ name, recipe }) => [name, plannedTrainingTokens(lengths, recipe)]),
  );
  const rates = RATES[deviceOf(config)];
  const variants = 1 + sweepVariants(config).length;
  const asked = { sql: sql.flat().length, mmlu: mmlu.length, prose: prose.length };
  const variant = rates.prompt * sum(Object.values(asked)) +
    2 * parameters * readTokens / rates.reading +
    writtenTokens * (parameters / 1e9) / rates.writing;
  const training = 6 * parameters * sum(Object.values(trainingTokens)) / rates.training;
  return {
    variants,
    asked,
    readTokens,
    writtenTokens,
    trainingTokens,
    parameters,
    seconds: { variant, training, all: variants * variant + training },
    weightsGb: weightBytes(checkpoint, {
      elementBytes: rates.weightBytes,
      int4: config.engine.weights === "int4",
    }) / 1e9,
  };
}

function deviceOf({ engine }: StudyConfig): "cpu" | "cuda" {
  return engine.kind === "onnx" && engine.device === "cpu" ? "cpu" : "cuda";
}

function weightsOf(tensors: Iterable<{ readonly shape: readonly number[] }>): number {
  return sum([...tensors].map(({ shape }) => shape.reduce((size, n) => size * n, 1)));
}

/** Tokens of prompts, each shared part counted once. */
function distinctTokens(prompts: readonly Prompt[]): number {
  const prefixes = new Map(prompts.map(({ prefix }) => [prefix.join(), prefix.length]));
  return sum([...prefixes.values()]) + sum(prompts.map(({ suffix }) => suffix.length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
