import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Engine } from "../../../engine/mod.ts";
import {
  contentKey,
  type Progress,
  sha256OfFile,
  UsageError,
  writeAtomic,
} from "../../../ground/mod.ts";
import { type Recipe, SAMPLES, TASK_VERSION } from "../../../runs/mod.ts";
import type { ModelInputs } from "../../inputs/model_inputs.ts";
import type { SqlInputs } from "../../inputs/sql_inputs.ts";
import { LazyEngine } from "../../answers/lazy_engine.ts";
import { openEngine } from "../../answers/open_engine.ts";
import { openAnswers } from "../../answers/open_answers.ts";
import { checkGolds } from "./check_golds.ts";
import { describeGeneral, describeTraining } from "./describe_training.ts";
import { answerGeneral, GENERAL_ANSWER_TOKENS, type GeneralAnswers } from "./general_answers.ts";
import { loadGeneralPrompts } from "./general_prompts.ts";
import {
  anchorAnswers,
  generalRecords,
  generalShares,
  hasGeneral,
  wantsGeneral,
} from "./general_records.ts";
import {
  readTrainingManifest,
  type TrainingFile,
  type TrainingManifest,
  trainingManifestPath,
} from "./training_manifest.ts";
import { trainingRecords } from "./training_records.ts";
import { trainingSet } from "./training_set.ts";
import { writeRecords } from "./write_records.ts";

/** A study's training data on the disk. */
export interface TrainingData {
  /** What it is. */
  readonly manifest: TrainingManifest;
  /** Whether it was there already. */
  readonly reused: boolean;
  /** The file that a recipe is trained on. */
  fileOf(recipe: Recipe): string;
}

/** Options of {@linkcode writeTrainingData}. */
export interface TrainingDataOptions {
  /** The file of records of the train split, such as `samples/sft.jsonl`; the others lie beside it. */
  readonly path: string;
  /** Is told what is run and asked, and what is reused. */
  readonly progress: Progress;
  /** Ends the work; what has been answered is kept. */
  readonly signal?: AbortSignal;
  /** Opens what answers the general prompts; the config's engine when left out. */
  readonly open?: () => Promise<Engine>;
}

/**
 * Writes the training records of a study as the JSON lines that the training script reads, and
 * beside them a manifest of what they are and of every example that was left out. What is there
 * already, made from the same inputs and unchanged since, stays.
 *
 * Recipes with replay or with a penalty on divergence get a file of their own shares: the records of
 * the train split, and general prompts with the base model's answers.
 *
 * @throws {UsageError} If dev has leaked into train, nothing is left to train on, the base model
 * answers no general prompt to its end, or its chat template cannot be used.
 */
export async function writeTrainingData(
  inputs: ModelInputs & SqlInputs,
  { path, progress, signal, open }: TrainingDataOptions,
): Promise<TrainingData> {
  const { recipes } = inputs.config.training;
  const dir = dirname(path);
  const manifestPath = trainingManifestPath(path);
  const fileOf = (recipe: Recipe): string => trainingFileOf(path, recipe);
  const madeFrom = sourceKey(inputs);
  const kept = readTrainingManifest(manifestPath);
  if (kept?.madeFrom === madeFrom && await areWhole(kept, dir)) {
    progress.note(`training data: reused ${Object.keys(kept.files).join(", ")}`);
    return { manifest: kept, reused: true, fileOf };
  }
  const options = { progress, ...(signal ? { signal } : {}) };
  const { candidates } = trainingSet(inputs); // leaks are told before the golds are run
  const golds = await checkGolds(inputs.spider, candidates, options);
  const set = trainingSet(inputs, golds);
  const general = recipes.some(hasGeneral)
    ? await generalAnswers(inputs, `${dir}/general.jsonl`, {
      ...options,
      ...(open ? { open } : {}),
    })
    : undefined;
  const records = [...trainingRecords(inputs, set)];
  const files: Record<string, TrainingFile> = {};
  for (const recipe of [undefined, ...recipes]) {
    const name = fileName(path, recipe);
    const users = recipes.filter((one) => fileName(path, one) === name).map((one) => one.name);
    if (name in files) continue;
    const added = recipe === undefined || general === undefined ? [] : generalRecords(general, {
      shares: generalShares(recipe),
      task: set.train.length,
      seed: inputs.config.seed,
    });
    files[name] = writeRecords(inputs, [...records, ...added], { path: `${dir}/${name}`, users });
  }
  const manifest: TrainingManifest = {
    version: 1,
    madeFrom,
    files,
    ...describeTraining(inputs, { set, golds, records }),
    ...(general === undefined ? {} : { general: describeGeneral(inputs, general) }),
  };
  writeAtomic(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, reused: false, fileOf };
}

/** The file that a recipe is trained on, there or not yet; `path` as {@linkcode writeTrainingData} takes it. */
export function trainingFileOf(path: string, recipe: Recipe): string {
  return `${dirname(path)}/${fileName(path, recipe)}`;
}

/** One name for all recipes with the same records. */
function fileName(path: string, recipe: Recipe | undefined): string {
  const { replay, anchor } = generalShares(recipe ?? {});
  const suffix = (replay > 0 ? `-replay${replay}` : "") + (anchor > 0 ? `-anchor${anchor}` : "");
  return basename(path).replace(/(\.jsonl)?$/, `${suffix}.jsonl`);
}

/** A hash of what the files are made from; of databases, the size and the time of the last change. */
function sourceKey(inputs: ModelInputs & SqlInputs): string {
  const { config, spider, shots, otherShots, modelHashes, templateHashes } = inputs;
  const { recipes, ...training } = config.training;
  const databases = [...new Set(spider.train.map(({ dbId }) => dbId))].sort().map((dbId) => {
    const found = statSync(spider.databasePath(dbId), { throwIfNoEntry: false });
    return [dbId, found?.size ?? null, found?.mtimeMs ?? null];
  });
  const general = recipes.some(hasGeneral)
    ? {
      model: modelHashes,
      prompts: loadGeneralPrompts().sha256,
      tokens: GENERAL_ANSWER_TOKENS,
      // without cut answers they were other records, and with empty ones among these miscounted
      ...(wantsGeneral(recipes, "anchor") ? { anchors: "cut too, none empty" } : {}),
    }
    : null;
  return contentKey({
    taskVersion: TASK_VERSION,
    seed: config.seed,
    chat: config.chat,
    schema: config.spider.schema ?? null,
    training,
    recipes: recipes.map(({ name, maxLength, ...recipe }) => ({
      name,
      maxLength,
      ...generalShares(recipe),
    })),
    shots: shots.map(({ id }) => id),
    // their databases are not held out
    ...(otherShots.length > 0
      ? { otherShots: otherShots.map((some) => some.map(({ id }) => id)) }
      : {}),
    spider: spider.hashes,
    templateHashes,
    databases,
    general,
  });
}

async function areWhole({ files }: TrainingManifest, dir: string): Promise<boolean> {
  for (const [name, { sha256 }] of Object.entries(files)) {
    const found = statSync(`${dir}/${name}`, { throwIfNoEntry: false });
    if (!found?.isFile() || await sha256OfFile(`${dir}/${name}`) !== sha256) return false;
  }
  return true;
}

async function generalAnswers(
  inputs: ModelInputs,
  path: string,
  { open = () => openEngine(inputs, [], options.progress), ...options }: Omit<
    TrainingDataOptions,
    "path"
  >,
): Promise<GeneralAnswers> {
  const { prompts } = loadGeneralPrompts();
  options.progress.step(`base: general prompts, ${prompts.length}`);
  using store = openAnswers(path, SAMPLES.written, options.progress);
  await using engine = new LazyEngine(open);
  const general = await answerGeneral(inputs, engine, { prompts, store, ...options });
  const { recipes } = inputs.config.training;
  if (wantsGeneral(recipes, "replay") && general.answers.length === 0) {
    throw new UsageError(
      `Cannot make general records: the base model answers none of ${prompts.length} prompts to its ` +
        `end within ${GENERAL_ANSWER_TOKENS} tokens: leave out the recipes with replayShare`,
    );
  }
  if (wantsGeneral(recipes, "anchor") && anchorAnswers(general).length === 0) {
    throw new UsageError(
      `Cannot make general records: the base model writes nothing to any of ${prompts.length} ` +
        "prompts: leave out the recipes with klWeight",
    );
  }
  return general;
}
