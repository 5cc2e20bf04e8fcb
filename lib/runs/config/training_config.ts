import { z } from "zod";
import { type RecordOf, together } from "../../ground/mod.ts";
import { FILE_NAME } from "../_file_name.ts";

/** The linear layers of the supported architectures, by their name within a block. */
const TARGET_MODULES = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj",
] as const;

const TARGET_LIST = together(
  z.array(z.enum(TARGET_MODULES)).min(1),
  (names) => new Set(names).size < names.length ? { rule: "a list without repeats" } : undefined,
);

/** The keys of {@linkcode Recipe}'s early stopping. */
export const EARLY_STOPPING_KEYS = {
  /** So many checkpoints in a row without a lower loss end the training. */
  patience: z.int().min(1).max(1000),
};

/** The keys of {@linkcode Recipe}. */
export const RECIPE_KEYS = {
  /** Its name in tables and folders; "base" is taken. */
  name: FILE_NAME,
  /** The optimizer's peak rate. */
  learningRate: z.number().gt(0).lte(1),
  /** LoRA's rank. */
  rank: z.int().min(1).max(1024).default(16),
  /** LoRA's alpha: the update is scaled by `alpha / rank`. */
  alpha: z.number().gt(0).lte(65536).default(32),
  /** LoRA's dropout. */
  dropout: z.number().min(0).max(0.99).default(0.05),
  /** Which layers get an adapter. */
  targetModules: z.union([z.literal("all-linear"), TARGET_LIST])
    .meta({ allowed: '"all-linear" or a list of layer names' })
    .default(["q_proj", "v_proj"]),
  /** Passes over the examples. For less than one: `maxTokens`. */
  epochs: z.int().min(1).max(1000).default(1),
  /** Ends training after about so many tokens, if that is earlier. */
  maxTokens: z.int().min(1).exactOptional(),
  /** Examples a step on the device. */
  batchSize: z.int().min(1).max(4096).default(4),
  /** Steps whose gradients are added up before an update. */
  gradientAccumulation: z.int().min(1).max(4096).default(1),
  /** The longest training text, in tokens; longer ones are left out. */
  maxLength: z.int().min(8).max(131072).default(512),
  /** The largest share of training texts that may be left out as longer; 0.01 if left out. */
  allowLeftOut: z.number().min(0).max(1).exactOptional(),
  /** `nf4` holds the base weights in 4 bits and needs a GPU. */
  quantization: z.enum(["none", "nf4"]).default("none"),
  /** Rank-stabilised LoRA: the update is scaled by `alpha / sqrt(rank)`. */
  useRslora: z.boolean().exactOptional(),
  /** DoRA: a magnitude a row is trained beside the update. */
  useDora: z.boolean().exactOptional(),
  /**
   * The share of an epoch's records that are general prompts with the base model's own answers,
   * trained on like the others. Outside the assignment's "train split only".
   */
  replayShare: z.number().min(0).max(0.5).exactOptional(),
  /**
   * The weight of the divergence from the base model on such prompts, KL(base || tuned) a completion
   * token, in the loss. Outside the assignment's "train split only".
   */
  klWeight: z.number().min(0).max(100).exactOptional(),
  /** How many checkpoints are kept, at equal distances; the last one is the adapter. */
  checkpoints: z.int().min(1).max(1000).exactOptional(),
  /**
   * Ends training once the loss on the held-out train databases has not fallen for `patience`
   * checkpoints; wants `training.heldOutDatabases`.
   */
  earlyStopping: z.strictObject(EARLY_STOPPING_KEYS).exactOptional(),
};

/** One LoRA configuration. */
export interface Recipe extends RecordOf<typeof RECIPE_KEYS> {}

const HELD_OUT_RULE = "a number of databases, or a share of them below 1";

const HELD_OUT = together(
  z.number().min(0).meta({ allowed: HELD_OUT_RULE }),
  (wanted) => wanted < 1 || Number.isSafeInteger(wanted) ? undefined : { rule: HELD_OUT_RULE },
);

/** What the model is specialised on, and how. */
export const TRAINING_KEYS = {
  /** How many training examples, drawn by seed; `null` for all. */
  examples: z.int().min(1).nullable().default(null),
  /**
   * The prompts to train on: without shots (if left out), with the shots of the evaluation, or half
   * of the examples with and half without, by seed.
   */
  prompt: z.enum(["zero-shot", "few-shot", "mixed"]).exactOptional(),
  /**
   * Train databases that no training sees, by number or as a share below 1, drawn by seed; none if
   * left out. The loss on them stops a training and chooses its checkpoint.
   */
  heldOutDatabases: HELD_OUT.exactOptional(),
  /**
   * On a GPU, trains with kernels that add in a fixed order, so that a seed gives the same weights
   * again on another GPU of its kind. What has no such kernel is refused. A CPU's do so anyhow.
   */
  deterministic: z.boolean().exactOptional(),
  /**
   * The LoRA configurations to compare, with names of their own. The name of a file in
   * `config/recipes`, without its ending, stands for the recipe in it.
   */
  recipes: z.array(z.strictObject(RECIPE_KEYS)).default([]),
};
