import { z } from "zod";
import {
  CHAT_KEYS,
  LABEL,
  type Problem,
  type RecordOf,
  TEXT,
  textOfForm,
  together,
} from "../ground/mod.ts";

/** The one model that comes with the repository's setup. */
const EMBEDDED_MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct";

const FILE_NAME = textOfForm(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  "a name of at most 64 letters, digits, '.', '_' and '-', a letter or digit first",
);

/** The keys of {@linkcode ModelConfig}. */
export const MODEL_KEYS = {
  /** Its id on the Hugging Face hub, or any name for a model in a folder. */
  id: TEXT,
  /** `embedded`: the small default; `hub`: downloaded; `path`: a folder on this machine. */
  source: z.enum(["embedded", "hub", "path"]),
  /** The folder; with source `path`, and only then. */
  path: TEXT.exactOptional(),
  /** A branch, tag or commit on the hub; with source `hub` only. */
  revision: TEXT.exactOptional(),
};

/** Which base model, and where it comes from. */
export interface ModelConfig extends RecordOf<typeof MODEL_KEYS> {}

const MODEL = together(z.strictObject(MODEL_KEYS), ({ id, source, path, revision }) => {
  if (source === "embedded" && id !== EMBEDDED_MODEL) {
    return { path: ["id"], rule: `"${EMBEDDED_MODEL}" with source "embedded"` };
  }
  if (source === "path" && path === undefined) {
    return { path: ["path"], rule: 'the folder of the model with source "path"' };
  }
  if (source !== "path" && path !== undefined) {
    return { path: ["path"], rule: `left out with source "${source}"` };
  }
  return source !== "hub" && revision !== undefined
    ? { path: ["revision"], rule: `left out with source "${source}"` }
    : undefined;
});

/** The keys of {@linkcode EngineConfig}. */
export const ENGINE_KEYS = {
  /** `onnx` on this machine, or `server` for an OpenAI-compatible completions server. */
  kind: z.enum(["onnx", "server"]).default("onnx"),
  /** Where `onnx` runs. */
  device: z.enum(["cpu", "cuda"]).default("cpu"),
  /**
   * Prompts answered at once (with a server: requests in flight). It changes the speed, not the
   * result.
   */
  batchSize: z.int().min(1).max(4096).default(16),
  /** The server's address; with kind `server`, and only then. */
  url: textOfForm(/^https?:\/\/\S+$/, "an http:// or https:// address").exactOptional(),
  /** The model's name on the server where that is not its id; with kind `server` only. */
  servedModel: TEXT.exactOptional(),
  /**
   * Names of adapters on the server by the recipe's name, for adapters that were loaded there by
   * hand; with kind `server` only.
   */
  servedAdapters: z.record(z.string(), TEXT).exactOptional(),
};

/** What runs the model. */
export interface EngineConfig extends RecordOf<typeof ENGINE_KEYS> {}

const ENGINE = together(z.strictObject(ENGINE_KEYS), (engine) => {
  if (engine.kind === "server") {
    return engine.url === undefined
      ? { path: ["url"], rule: 'the address of the server with kind "server"' }
      : undefined;
  }
  const key = (["url", "servedModel", "servedAdapters"] as const)
    .find((name) => engine[name] !== undefined);
  return key && { path: [key], rule: 'left out with kind "onnx"' };
});

/** The keys of {@linkcode SchemaConfig}. */
export const SCHEMA_KEYS = {
  /** Whether the foreign keys are listed. */
  foreignKeys: z.boolean().default(true),
  /** How many values of each column are shown: its most frequent ones, cut at 40 characters. */
  cellValues: z.int().min(0).max(5).default(0),
};

/** What a prompt shows of a database, at training and at evaluation alike. */
export interface SchemaConfig extends RecordOf<typeof SCHEMA_KEYS> {}

/** The keys of {@linkcode SpiderConfig}. */
export const SPIDER_KEYS = {
  /** The folder in Spider's layout; or a `.jsonl` file of one's own questions. */
  path: TEXT,
  /** The SQLite file, or the folder of several, that questions of one's own are on. */
  database: TEXT.exactOptional(),
  /** How many dev questions, drawn by seed; `null` for all. */
  limit: z.int().min(1).nullable().default(null),
  /** Examples shown before each question. */
  shots: z.int().min(0).max(20).default(3),
  /** Where a completion is cut, in tokens. */
  maxNewTokens: z.int().min(1).max(4096).default(64),
  /** When a query is ended, in milliseconds. */
  timeoutMs: z.int().min(1).max(600_000).default(5000),
  /** What a prompt shows of a database; tables, columns and foreign keys if left out. */
  schema: z.strictObject(SCHEMA_KEYS).exactOptional(),
};

/** The text-to-SQL half of a study. */
export interface SpiderConfig extends RecordOf<typeof SPIDER_KEYS> {}

/** The keys of {@linkcode MmluConfig}. */
export const MMLU_KEYS = {
  /** The folder in MMLU's layout; or questions of one's own, a file or a folder. */
  path: TEXT,
  /**
   * What tables and figures call the data, and the subject of questions that name none; "MMLU", or
   * the name of the file or the folder, if left out.
   */
  title: LABEL.exactOptional(),
  /**
   * Questions of each of the three categories, or of each of one's own. `null` asks all test
   * questions of all subjects, those of the fourth category included.
   */
  perCategory: z.int().min(1).max(1000).nullable().default(50),
  /** Dev questions shown before each question, of which MMLU has five. */
  shots: z.int().min(0).max(5).default(4),
};

/** The multiple-choice half of a study. */
export interface MmluConfig extends RecordOf<typeof MMLU_KEYS> {}

/** All {@linkcode TargetModule}s. */
export const TARGET_MODULES = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj",
] as const;

/** The linear layers of the supported architectures, by their name within a block. */
export type TargetModule = typeof TARGET_MODULES[number];

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
  /** Where a training text is cut, in tokens. */
  maxLength: z.int().min(8).max(131072).default(512),
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

/** The keys of {@linkcode TrainingConfig}. */
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
   * The LoRA configurations to compare, with names of their own. The name of a file in
   * `config/recipes`, without its ending, stands for the recipe in it.
   */
  recipes: z.array(z.strictObject(RECIPE_KEYS)).default([]),
};

/** What the model is specialised on, and how. */
export interface TrainingConfig extends RecordOf<typeof TRAINING_KEYS> {}

/** The keys of {@linkcode ProseConfig}. */
export const PROSE_KEYS = {
  /** A folder or a file of passages; the project's own where it is left out. */
  path: TEXT.default("prose_db/sample"),
  /** How many passages, drawn by seed; `null` for all. */
  limit: z.int().min(2).nullable().default(null),
};

/** The general text of a study. */
export interface ProseConfig extends RecordOf<typeof PROSE_KEYS> {}

const SCALES = together(
  z.array(z.number().gt(0).lte(4)).min(1),
  (scales) =>
    scales.every((scale, i) => i === 0 || scale > scales[i - 1]!)
      ? undefined
      : { rule: "a list of scales in ascending order" },
);

/** The keys of {@linkcode SweepConfig}. */
export const SWEEP_KEYS = {
  /** Factors on each adapter, in ascending order; 1 is the adapter as it is. */
  scales: SCALES.default([1]),
  /** How many adapters each training saves at equal distances; the finished one is the last. */
  checkpoints: z.int().min(1).max(20).default(1),
  /** How many seeds a recipe is trained with, by its name; 1 for those that are left out. */
  seeds: z.record(FILE_NAME, z.int().min(1).max(20)).default({}),
  /** Numbers of examples shown that text-to-SQL is asked with too, beside `spider.shots`. */
  shots: z.array(z.int().min(0).max(20)).default([]),
  /** Multiple-choice questions of each category that are answered in writing too. */
  written: z.int().min(0).max(1000).default(0),
  /** The measure of what is known that a variant must not lose. */
  gauge: z.enum(["mmlu", "prose"]).default("mmlu"),
  /** The loss that is not to be tolerated: a share of questions, or nats a token. */
  delta: z.number().gt(0).lt(1).default(0.03),
  /** The chance of recommending a variant that loses `delta` or more. */
  alpha: z.number().gt(0).lt(0.5).default(0.05),
};

/** What of a study's recipes is compared, and by which rule one is recommended. */
export interface SweepConfig extends RecordOf<typeof SWEEP_KEYS> {}

/** The keys of {@linkcode AdapterConfig}. */
export const ADAPTER_KEYS = {
  /** Its name in tables. */
  name: FILE_NAME,
  /** Its folder, as PEFT saves it, or its id on the hub. */
  adapter: TEXT,
};

/** An adapter from elsewhere. */
export interface AdapterConfig extends RecordOf<typeof ADAPTER_KEYS> {}

/** The keys of {@linkcode OtherModelConfig}. */
export const OTHER_MODEL_KEYS = {
  /** Its name in tables. */
  name: FILE_NAME,
  /** The folder of the checkpoint. */
  path: TEXT,
};

/** A merged model, or one whose weights were all trained. */
export interface OtherModelConfig extends RecordOf<typeof OTHER_MODEL_KEYS> {}

const MEASURES = z.enum(["sql", "mmlu", "prose"]);

/** The keys of {@linkcode StudyConfig}. */
export const STUDY_KEYS = {
  /** The study's name and that of its folder in `results/`. */
  name: FILE_NAME,
  /** Shown wherever a number of the study appears, such as "sample". */
  label: TEXT.exactOptional(),
  /** The one seed of all that is drawn. */
  seed: z.int().min(0).max(2 ** 32 - 1).default(42),
  /** Which base model, and where it comes from. */
  model: MODEL,
  /** What runs the model. */
  engine: ENGINE.prefault({}),
  /** How a model's chat template is rendered, at training and at evaluation alike. */
  chat: z.strictObject(CHAT_KEYS).prefault({}),
  /** The text-to-SQL half of the study. */
  spider: z.strictObject(SPIDER_KEYS),
  /** The multiple-choice half of the study. */
  mmlu: z.strictObject(MMLU_KEYS),
  /** General text: what a model predicts worse once it has forgotten something. */
  prose: z.strictObject(PROSE_KEYS).prefault({}),
  /** Which of the three are measured. */
  measures: z.array(MEASURES).min(1).default(["sql", "mmlu", "prose"]),
  /** What the model is specialised on, and how. */
  training: z.strictObject(TRAINING_KEYS).prefault({}),
  /** Adapters from elsewhere that are compared with the base model too. */
  adapters: z.array(z.strictObject(ADAPTER_KEYS)).default([]),
  /** Merged models or full fine-tunes that are compared with the base model too. */
  models: z.array(z.strictObject(OTHER_MODEL_KEYS)).default([]),
  /** What of the recipes is compared, and by which rule one is recommended. */
  sweep: z.strictObject(SWEEP_KEYS).prefault({}),
};

/** One study, as a file in `config/` says it. Relative paths start at the repository's root. */
export interface StudyConfig extends RecordOf<typeof STUDY_KEYS> {}

/** What of the data that a study trains on does not go together. */
function trainingProblem(
  { spider, training }: Pick<StudyConfig, "spider" | "training">,
): Problem | undefined {
  const { prompt, recipes, heldOutDatabases = 0 } = training;
  if (spider.shots === 0 && (prompt === "few-shot" || prompt === "mixed")) {
    return { path: ["training", "prompt"], rule: '"zero-shot" with spider.shots 0' };
  }
  const stopping = recipes.findIndex(({ earlyStopping }) => earlyStopping !== undefined);
  if (stopping < 0 || heldOutDatabases > 0) return undefined;
  return {
    path: ["training", "recipes", stopping, "earlyStopping"],
    rule: "left out without training.heldOutDatabases",
  };
}

/** Checks a whole study. */
export const STUDY = together(
  z.strictObject(STUDY_KEYS),
  ({ spider, training, adapters, models, sweep }) => {
    const lists = { "training.recipes": training.recipes, adapters, models };
    const named = Object.entries(lists).flatMap(([list, entries]) =>
      entries.map(({ name }, i) => ({ name, path: [...list.split("."), i, "name"] }))
    );
    // Letter case does not tell folders apart on every file system.
    const names = ["base", ...named.map(({ name }) => name.toLowerCase())];
    const twice = names.findIndex((name, i) => names.indexOf(name) < i) - 1;
    if (twice >= 0) {
      return {
        path: named[twice]!.path,
        rule: 'a name that no other recipe has and that is not "base"',
      };
    }
    const recipes = training.recipes.map(({ name }) => name);
    const unknown = Object.keys(sweep.seeds).find((name) => !recipes.includes(name));
    return unknown === undefined ? trainingProblem({ spider, training }) : {
      path: ["sweep", "seeds"],
      rule: `the names of recipes (${recipes.join(", ")})`,
      value: unknown,
    };
  },
);
