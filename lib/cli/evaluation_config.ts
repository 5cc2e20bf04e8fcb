import { join, resolve } from "node:path";
import { contentKey, UsageError } from "../ground/mod.ts";

import {
  recordedConfig,
  type StudyConfig,
  TASK_VERSION,
  validateConfig,
  weightsWords,
} from "../runs/mod.ts";
import { dataLabel, type ModelFiles, type NamedVariant } from "../study/mod.ts";
import { type FlagValues, number, text } from "./command.ts";
import { engineSettings, givenModel, studyConfig } from "./study_config.ts";

/** A half of a study, by its key in the config. */
export type Task = "spider" | "mmlu";

const NAME_DIGITS = 8;
const NAME_LENGTH = 64;

/**
 * The study that the flags of `evaluate` and `mmlu` describe.
 *
 * @throws {UsageError} If the config or a flag's value is wrong.
 */
export function evaluationConfig(flags: FlagValues, task: Task): StudyConfig {
  const config = studyConfig({ config: flags.config, seed: flags.seed });
  const path = givenModel(flags);
  const data = dataOf(flags, task);
  const limit = flags.all ? null : number(flags, "limit");
  const limits = task === "spider" ? { limit } : { perCategory: limit };
  const shots = number(flags, "shots");
  const database = text(flags, "database");
  const title = text(flags, "title");
  // where the config's own data lie, and what they are called, says nothing of other data
  const { database: _database, ...spider } = config.spider;
  const { title: _title, ...mmlu } = config.mmlu;
  const settings = data ? { spider, mmlu }[task] : config[task];
  const { label: _label, ...rest } = config;
  const merged = validateConfig({
    // numbers from other data than the config's do not carry its label
    ...(data ? rest : config),
    ...(path ? { model: { id: text(flags, "model"), source: "path", path } } : {}),
    engine: engineSettings(flags, config),
    [task]: {
      ...settings,
      ...(data ? { path: resolve(data) } : {}),
      ...(limit === undefined ? {} : limits),
      ...(shots === undefined ? {} : { shots }),
      ...(database === undefined ? {} : { database: resolve(database) }),
      ...(title === undefined ? {} : { title }),
    },
  }, { path: "the flags" });
  return dataLabel(merged, [task === "spider" ? "sql" : task]);
}

/** Where the flags say that the data are; `undefined` for where the config says. */
function dataOf(flags: FlagValues, task: Task): string | undefined {
  const data = text(flags, "data");
  const root = text(flags, "data-root");
  if (data !== undefined && root !== undefined) {
    throw new UsageError("--data and --data-root exclude each other: both say where the data are");
  }
  return root === undefined ? data : join(root, task);
}

/** What a run of `evaluate` or `mmlu` is told by. */
export interface EvaluationRun {
  readonly task: Task;
  readonly model: Pick<ModelFiles, "config" | "modelHashes" | "templateHashes">;
  /** SHA-256 of the data files, by name. */
  readonly data: Readonly<Record<string, string>>;
  readonly variant: NamedVariant;
}

/**
 * The name of a run's folder: what it is in words, and a hash of all that its
 * numbers depend on, so that no two runs share a folder and the same run finds
 * its own again.
 */
export function evaluationName(
  { task, model: { config, modelHashes, templateHashes }, data, variant }: EvaluationRun,
): string {
  const {
    name: _name,
    label: _label,
    training: _training,
    spider,
    mmlu,
    model: _model,
    engine,
    ...rest
  } = recordedConfig(config);
  const hash = contentKey({
    ...rest,
    taskVersion: TASK_VERSION,
    task,
    settings: task === "spider" ? spider : mmlu,
    engine: { kind: engine.kind, device: engine.device },
    model: { ...modelHashes, ...templateHashes },
    data,
    adapter: variant.adapterHash ?? null,
    scale: variant.weights.scale ?? 1,
  });
  return evaluationNameWords({ task, model: { config }, variant }) + hash.slice(0, NAME_DIGITS);
}

/** What {@linkcode evaluationName} begins with: all of it but the hash, for which the data are needed. */
export function evaluationNameWords(
  { task, model: { config }, variant }: Pick<EvaluationRun, "task" | "variant"> & {
    readonly model: Pick<ModelFiles, "config">;
  },
): string {
  const { model, engine } = config;
  const answering = [model.id.split(/[\\/]/).filter(Boolean).at(-1) ?? "", ...weightsWords(engine)];
  const parts = [task === "spider" ? "evaluate" : "mmlu", answering.join("-"), variant.name];
  return parts.map((part) => `${fileName(part)}-`).join("");
}

/** The last part of an id or a path, as a part of a file's name. */
function fileName(text: string): string {
  const last = text.split(/[\\/]/).filter(Boolean).at(-1) ?? "";
  return last.replace(/[^\w.@+-]+/g, "_").slice(0, NAME_LENGTH);
}
