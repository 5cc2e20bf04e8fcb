import { weightBytes } from "../../engine/mod.ts";
import { type Gauge, GAUGES, type StudyConfig } from "../../runs/mod.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import { MEASURES } from "../measures/measures.ts";
import { GENERAL_ANSWER_TOKENS } from "../training/data/general_answers.ts";
import { loadGeneralPrompts } from "../training/data/general_prompts.ts";
import { generalCounts, generalShares, hasGeneral } from "../training/data/general_records.ts";
import { trainingSet } from "../training/data/training_set.ts";
import { plannedTraining, recordLengths } from "../training/train_recipe.ts";
import { sweepVariants, trainings } from "./sweep_variants.ts";

/** About what a study will take if nothing of it is stored yet. */
export interface StudyCost {
  /** The base model and every tuned variant. */
  readonly variants: number;
  /** Questions and passages that are asked of each. */
  readonly asked: Readonly<Record<Gauge, number>>;
  /** How many of them differ to the model: the same is asked once. */
  readonly distinct: Readonly<Record<Gauge, number>>;
  /** Tokens that the model reads for one variant, shared parts once. */
  readonly readTokens: number;
  /** Tokens that it writes for one variant, as they are planned with. */
  readonly writtenTokens: number;
  /** Tokens of all trainings, by name. */
  readonly trainingTokens: Readonly<Record<string, number>>;
  /** Weights of the model. */
  readonly parameters: number;
  /** General prompts that the base model answers for the recipes with general records. */
  readonly generalPrompts: number;
  /** General records of an epoch, by recipe, of those that have any; before golds have failed. */
  readonly generalRecords: Readonly<Record<string, number>>;
  /**
   * Seconds of one variant, of the answers to general prompts, of all trainings and of everything,
   * making 4-bit weights included.
   */
  readonly seconds: Readonly<Record<"variant" | "general" | "training" | "all", number>>;
  /** Seconds of each training, by name. */
  readonly trainingSeconds: Readonly<Record<string, number>>;
  /** Gigabytes (1e9 bytes) that the weights take where the model answers. */
  readonly weightsGb: number;
}

/**
 * Rates on the safe side of what was measured (docs/log.md): floating-point operations a second at
 * reading and at training, tokens written a second by a model of 1e9 weights, batches as they come,
 * and seconds a prompt for what is not the device's: encoding, storing, judging. A server is planned
 * with like a GPU.
 *
 * What a GPU's training waits for besides, in seconds: its start and end, each step, and each layer
 * of a step that Python launches and no graph replays, as with a 4-bit base and with DoRA.
 */
const RATES = {
  cpu: {
    reading: 1e11,
    training: 1.2e11,
    writing: 30,
    prompt: 0,
    weightBytes: 4,
    waits: { start: 0, step: 0, launchedLayer: 0 },
  },
  cuda: {
    reading: 2.5e14,
    training: 1.4e14,
    writing: 12_000,
    prompt: 3.5e-4,
    weightBytes: 2,
    waits: { start: 27, step: 0.02, launchedLayer: 0.019 },
  },
} as const;

/** What 4 bits cost: of training's rate this share is left, and so many weights are packed a second. */
const INT4 = { training: 0.3, packing: 6e7 } as const;

/**
 * Plans a study's cost from the tokens of its prompts and the number of the model's weights: two
 * operations a weight and token at reading, six at training.
 */
export async function studyCost(inputs: StudyInputs): Promise<StudyCost> {
  const { config, checkpoint } = inputs;
  const parameters = weightsOf(checkpoint.tensors.values());
  const costs = new Map(
    await Promise.all(
      config.measures.map(async (gauge) => [gauge, await MEASURES[gauge].cost(inputs)] as const),
    ),
  );
  const readTokens = sum([...costs.values()].map((cost) => cost.readTokens));
  const writtenTokens = sum([...costs.values()].map((cost) => cost.writtenTokens));
  const planned = trainings(config);
  const lengths = planned.length > 0 ? recordLengths(inputs) : [];
  const trained = planned.map(({ name, recipe }) => (
    { name, recipe, work: plannedTraining(lengths, recipe) }
  ));
  const rates = RATES[deviceOf(config)];
  const tuned = sweepVariants(config);
  const variants = 1 + tuned.length;
  // a merged model or a full fine-tune has weights of its own
  const models = 1 + tuned.filter(({ weights }) => weights.kind === "model").length;
  const counted = (key: "asked" | "distinct"): StudyCost["asked"] =>
    Object.fromEntries(
      GAUGES.map((gauge) => [gauge, costs.get(gauge)?.[key] ?? 0]),
    ) as StudyCost["asked"];
  const asked = counted("asked");
  const variant = rates.prompt * sum(Object.values(asked)) +
    2 * parameters * readTokens / rates.reading +
    writtenTokens * (parameters / 1e9) / rates.writing;
  // each as long as it may be: a model that was only pretrained ends hardly any
  const generalPrompts = trained.some(({ recipe }) => hasGeneral(recipe))
    ? loadGeneralPrompts().prompts.length
    : 0;
  const general = generalPrompts *
    (rates.prompt + GENERAL_ANSWER_TOKENS * (parameters / 1e9) / rates.writing);
  const { layers } = checkpoint.config;
  const each = trained.map(({ name, recipe, work: { tokens, steps } }): [string, number] => {
    const share = recipe.quantization === "nf4" ? INT4.training : 1;
    const launched = recipe.quantization === "nf4" || recipe.useDora;
    const { start, step, launchedLayer } = rates.waits;
    const waits = start + steps * (step + (launched ? layers * launchedLayer : 0));
    return [name, waits + 6 * parameters * tokens / (share * rates.training)];
  });
  const training = sum(each.map(([, seconds]) => seconds));
  const packing = config.engine.weights === "int4" ? models * parameters / INT4.packing : 0;
  return {
    variants,
    asked,
    distinct: counted("distinct"),
    readTokens,
    writtenTokens,
    trainingTokens: Object.fromEntries(trained.map(({ name, work }) => [name, work.tokens])),
    parameters,
    generalPrompts,
    generalRecords: plannedGeneral(inputs),
    seconds: {
      variant,
      general,
      training,
      all: variants * variant + general + training + packing,
    },
    trainingSeconds: Object.fromEntries(each),
    weightsGb: weightBytes(checkpoint, {
      elementBytes: rates.weightBytes,
      int4: config.engine.weights === "int4",
    }) / 1e9,
  };
}

function plannedGeneral(inputs: StudyInputs): StudyCost["generalRecords"] {
  const recipes = inputs.config.training.recipes.filter(hasGeneral);
  if (recipes.length === 0) return {};
  const task = trainingSet(inputs).train.length;
  return Object.fromEntries(recipes.map((recipe) => {
    const { replay, anchor } = generalCounts(generalShares(recipe), task);
    return [recipe.name, replay + anchor];
  }));
}

function deviceOf({ engine }: StudyConfig): "cpu" | "cuda" {
  return engine.kind === "onnx" && engine.device === "cpu" ? "cpu" : "cuda";
}

function weightsOf(tensors: Iterable<{ readonly shape: readonly number[] }>): number {
  return sum([...tensors].map(({ shape }) => shape.reduce((size, n) => size * n, 1)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
