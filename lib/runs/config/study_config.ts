import { z } from "zod";
import {
  CHAT_KEYS,
  type Problem,
  type RecordOf,
  TEXT,
  textOfForm,
  together,
} from "../../ground/mod.ts";
import { FILE_NAME } from "../_file_name.ts";
import {
  DEFAULT_GAUGES,
  GAUGES,
  KNOWLEDGE_GAUGES,
  MEASURE_SETTING_KEYS,
} from "../measures/measures.ts";
import { TRAINING_KEYS } from "./training_config.ts";

/** The one model that comes with the repository's setup. */
const EMBEDDED_MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct";

/** Which base model, and where it comes from. */
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

/** What runs the model. */
export const ENGINE_KEYS = {
  /** `onnx` on this machine, or `server` for an OpenAI-compatible completions server. */
  kind: z.enum(["onnx", "server"]).default("onnx"),
  /** Where `onnx` runs. */
  device: z.enum(["cpu", "cuda"]).default("cpu"),
  /**
   * `stored`, if left out: the weights as the checkpoint has them. `int4`: those of the linear layers
   * in 4 bits, made once beside the checkpoint; tables name that as another model. With kind `onnx`
   * only.
   */
  weights: z.enum(["stored", "int4"]).exactOptional(),
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

const ENGINE = together(z.strictObject(ENGINE_KEYS), (engine) => {
  if (engine.kind === "server") {
    if (engine.weights !== undefined) {
      return { path: ["weights"], rule: 'left out with kind "server"' };
    }
    return engine.url === undefined
      ? { path: ["url"], rule: 'the address of the server with kind "server"' }
      : undefined;
  }
  const key = (["url", "servedModel", "servedAdapters"] as const)
    .find((name) => engine[name] !== undefined);
  return key && { path: [key], rule: 'left out with kind "onnx"' };
});

const SCALES = together(
  z.array(z.number().gt(0).lte(4)).min(1),
  (scales) =>
    scales.every((scale, i) => i === 0 || scale > scales[i - 1]!)
      ? undefined
      : { rule: "a list of scales in ascending order" },
);

/** What of a study's recipes is compared, and by which rule one is recommended. */
export const SWEEP_KEYS = {
  /** Factors on each adapter, in ascending order; 1 is the adapter as it is. */
  scales: SCALES.default([1]),
  /** How many adapters each training saves at equal distances; the finished one is the last. */
  checkpoints: z.int().min(1).max(20).default(1),
  /**
   * What earlier checkpoints are for. `paths`, if left out: asked at every scale, each is a path of
   * its own that may be recommended, and the level is divided by that many more. `curve`: asked at
   * full scale alone, they show how it was learnt and forgotten, and none is recommended.
   */
  earlier: z.enum(["paths", "curve"]).exactOptional(),
  /** How many seeds a recipe is trained with, by its name; 1 for those that are left out. */
  seeds: z.record(FILE_NAME, z.int().min(1).max(20)).default({}),
  /** Numbers of examples shown that text-to-SQL is asked with too, beside `spider.shots`. */
  shots: z.array(z.int().min(0).max(20)).default([]),
  /** Multiple-choice questions of each category that are answered in writing too. */
  written: z.int().min(0).max(1000).default(0),
  /** The measure of what is known that a variant must not lose. */
  gauge: z.enum(KNOWLEDGE_GAUGES).default("mmlu"),
  /** The loss that is not to be tolerated: a share of questions, or nats a token. */
  delta: z.number().gt(0).lt(1).default(0.03),
  /** The chance of recommending a variant that loses `delta` or more. */
  alpha: z.number().gt(0).lt(0.5).default(0.05),
};

/** The keys of {@linkcode AdapterConfig}. */
export const ADAPTER_KEYS = {
  /** Its name in tables. */
  name: FILE_NAME,
  /**
   * Its folder, as PEFT saves it; or its id on the hub, written owner/name, where there is no such
   * folder.
   */
  adapter: TEXT,
};

/** An adapter from elsewhere. */
export interface AdapterConfig extends RecordOf<typeof ADAPTER_KEYS> {}

/** A merged model, or one whose weights were all trained. */
export const OTHER_MODEL_KEYS = {
  /** Its name in tables. */
  name: FILE_NAME,
  /** The folder of the checkpoint. */
  path: TEXT,
};

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
  ...MEASURE_SETTING_KEYS,
  /** Which of the measures are taken. */
  measures: z.array(z.enum(GAUGES)).min(1).default([...DEFAULT_GAUGES]),
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
