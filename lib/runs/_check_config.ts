import {
  calendarDay,
  CHAT_DEFAULTS,
  type ChatSettings,
  type Check,
  flag,
  integer,
  list,
  nullable,
  number,
  oneOf,
  optional,
  record,
  refuse,
  shape,
  text,
  withDefault,
} from "../ground/mod.ts";
import type {
  EngineConfig,
  MmluConfig,
  ModelConfig,
  Recipe,
  SpiderConfig,
  StudyConfig,
  TargetModule,
  TrainingConfig,
} from "./study_config.ts";

/** The one model that comes with the repository's setup. */
const EMBEDDED_MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct";

const TARGET_MODULES: readonly TargetModule[] = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj",
];

const FILE_NAME = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  says: "a name of at most 64 letters, digits, '.', '_' and '-', a letter or digit first",
};

const MODEL: Check<ModelConfig> = (value, place) => {
  const model = shape<ModelConfig>({
    id: text(),
    source: oneOf(["embedded", "hub", "path"]),
    path: optional(text()),
    revision: optional(text()),
  })(value, place);
  const at = (key: string): typeof place => ({ ...place, keyPath: `${place.keyPath}.${key}` });
  if (model.source === "embedded" && model.id !== EMBEDDED_MODEL) {
    refuse(at("id"), `"${EMBEDDED_MODEL}" with source "embedded"`, model.id);
  }
  if (model.source === "path" && model.path === undefined) {
    refuse(at("path"), 'the folder of the model with source "path"', undefined);
  }
  if (model.source !== "path" && model.path !== undefined) {
    refuse(at("path"), `left out with source "${model.source}"`, model.path);
  }
  if (model.source !== "hub" && model.revision !== undefined) {
    refuse(at("revision"), `left out with source "${model.source}"`, model.revision);
  }
  return model;
};

const ENGINE_DEFAULTS: EngineConfig = { kind: "onnx", device: "cpu", batchSize: 16 };

const ENGINE: Check<EngineConfig> = (value, place) => {
  const engine = shape<EngineConfig>({
    kind: withDefault(oneOf(["onnx", "server"]), ENGINE_DEFAULTS.kind),
    device: withDefault(oneOf(["cpu", "cuda"]), ENGINE_DEFAULTS.device),
    batchSize: withDefault(integer({ min: 1, max: 4096 }), ENGINE_DEFAULTS.batchSize),
    url: optional(text({ pattern: /^https?:\/\/\S+$/, says: "an http:// or https:// address" })),
    servedModel: optional(text()),
    servedAdapters: optional(record(text())),
  })(value, place);
  const at = (key: string): typeof place => ({ ...place, keyPath: `${place.keyPath}.${key}` });
  if (engine.kind === "server" && engine.url === undefined) {
    refuse(at("url"), 'the address of the server with kind "server"', undefined);
  }
  for (const key of ["url", "servedModel", "servedAdapters"] as const) {
    if (engine.kind === "onnx" && engine[key] !== undefined) {
      refuse(at(key), 'left out with kind "onnx"', engine[key]);
    }
  }
  return engine;
};

const DAY: Check<string> = (value, place) =>
  typeof value === "string" && calendarDay(value)
    ? value
    : refuse(place, "a day of the calendar as YYYY-MM-DD", value);

const CHAT = shape<ChatSettings>({
  thinking: withDefault(flag(), CHAT_DEFAULTS.thinking),
  date: withDefault(DAY, CHAT_DEFAULTS.date),
});

const TARGETS: Check<Recipe["targetModules"]> = (value, place) => {
  if (value === "all-linear") return value;
  if (!Array.isArray(value)) refuse(place, '"all-linear" or a list of layer names', value);
  const names = list(oneOf(TARGET_MODULES), { min: 1 })(value, place);
  if (new Set(names).size < names.length) refuse(place, "a list without repeats", value);
  return names;
};

const RECIPE = shape<Recipe>({
  name: text(FILE_NAME),
  learningRate: number({ above: 0, max: 1 }),
  rank: withDefault(integer({ min: 1, max: 1024 }), 16),
  alpha: withDefault(number({ above: 0, max: 65536 }), 32),
  dropout: withDefault(number({ min: 0, max: 0.99 }), 0.05),
  targetModules: withDefault(TARGETS, ["q_proj", "v_proj"]),
  epochs: withDefault(integer({ min: 1, max: 1000 }), 1),
  maxTokens: optional(integer({ min: 1 })),
  batchSize: withDefault(integer({ min: 1, max: 4096 }), 4),
  gradientAccumulation: withDefault(integer({ min: 1, max: 4096 }), 1),
  maxLength: withDefault(integer({ min: 8, max: 131072 }), 512),
  quantization: withDefault(oneOf(["none", "nf4"]), "none"),
});

const RECIPES: Check<readonly Recipe[]> = (value, place) => {
  const recipes = list(RECIPE, { min: 1 })(value, place);
  // Letter case does not tell folders apart on every file system.
  const seen = new Set(["base"]);
  recipes.forEach(({ name }, i) => {
    const at = { ...place, keyPath: `${place.keyPath}[${i}].name` };
    if (seen.has(name.toLowerCase())) {
      refuse(at, 'a name that no other recipe has and that is not "base"', name);
    }
    seen.add(name.toLowerCase());
  });
  return recipes;
};

/** Checks a whole study. */
export const checkConfig: Check<StudyConfig> = shape<StudyConfig>({
  name: text(FILE_NAME),
  label: optional(text()),
  seed: withDefault(integer({ min: 0, max: 2 ** 32 - 1 }), 42),
  model: MODEL,
  engine: withDefault(ENGINE, ENGINE_DEFAULTS),
  chat: withDefault(CHAT, CHAT_DEFAULTS),
  spider: shape<SpiderConfig>({
    path: text(),
    limit: withDefault(nullable(integer({ min: 1 })), null),
    shots: withDefault(integer({ min: 0, max: 20 }), 3),
    maxNewTokens: withDefault(integer({ min: 1, max: 4096 }), 64),
    timeoutMs: withDefault(integer({ min: 1, max: 600_000 }), 5000),
  }),
  mmlu: shape<MmluConfig>({
    path: text(),
    perCategory: withDefault(nullable(integer({ min: 1, max: 1000 })), 50),
    shots: withDefault(integer({ min: 0, max: 5 }), 4),
  }),
  training: shape<TrainingConfig>({
    examples: withDefault(nullable(integer({ min: 1 })), null),
    recipes: RECIPES,
  }),
});
