import { relative } from "node:path";
import { type Progress, REPOSITORY_ROOT, UsageError, writeAtomic } from "../../ground/mod.ts";

import { type Recipe } from "../../runs/mod.ts";
import { runCommand, VENV_PYTHON } from "../../setup/mod.ts";
import { trainingRecords } from "./data/training_records.ts";
import { trainingSet } from "./data/training_set.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";
import { noteLosses } from "./unstable_training.ts";

/** Exit code of the training script for wrong input. */
const WRONG_INPUT = 2;

/** Its exit codes after SIGINT and SIGTERM, which it ends by in order. */
const STOPPED: readonly number[] = [130, 143];

/** Options of {@linkcode trainRecipe}. */
export interface TrainOptions {
  /** The JSON lines that `writeTrainingData` wrote. */
  readonly data: string;
  /** The run folder; a run that was stopped in it goes on. */
  readonly out: string;
  /** Is told each line of the script. */
  readonly progress: Progress;
  /** Stops the script in order; it can be resumed. */
  readonly signal?: AbortSignal;
  /** The interpreter; the project's own when left out. */
  readonly python?: string;
}

/**
 * Trains one recipe with TRL in a process of its own, or takes up its run
 * folder where it stands. Whether it was unstable is noted at the end.
 *
 * @returns The folder of the adapter.
 * @throws {UsageError} If the script refuses its input, was stopped or was killed, or the loss log
 * that it left is damaged.
 * @throws {Error} If training fails.
 */
export async function trainRecipe(
  { config, checkpoint }: ModelInputs,
  recipe: Recipe,
  { data, out, progress, signal, python = VENV_PYTHON }: TrainOptions,
): Promise<string> {
  const plan = `${out}/plan.json`;
  writeAtomic(
    plan,
    JSON.stringify(trainingPlan({ config, checkpoint }, recipe, { data, out }), null, 2) + "\n",
  );
  const { code, killedBy, lastLines } = await runCommand(
    python,
    [`${REPOSITORY_ROOT}/training/train_lora.py`, "--plan", fromRoot(plan), "--resume"],
    {
      cwd: REPOSITORY_ROOT,
      // a script that outlived this process would write to the folder that the next one resumes
      env: { LAB_END_WITH_PARENT: "1" },
      onLine: (line) => progress.note(line),
      ...(signal ? { signal } : {}),
    },
  );
  if (killedBy !== undefined) {
    throw new UsageError(
      `Training "${recipe.name}": killed, signal ${killedBy}; run again to go on`,
    );
  }
  if (code === WRONG_INPUT || STOPPED.includes(code)) {
    throw new UsageError(lastLines.at(-1) ?? `training "${recipe.name}" ended with code ${code}`);
  }
  if (code !== 0) {
    throw new Error(`Training "${recipe.name}" failed with code ${code}: ${lastLines.at(-1)}`);
  }
  noteLosses({ recipe, source: recipe.name, seed: config.seed }, out, progress);
  return out;
}

/** A path from the repository's root, so that a run's record names no folder of this machine. */
function fromRoot(path: string): string {
  return relative(REPOSITORY_ROOT, path);
}

/** The version of the plan file that `training/lora_settings.py` reads. */
const PLAN_VERSION = 1;

/**
 * The settings of a training as the training script checks and takes them; a setting that the
 * recipe leaves out is left to the script.
 */
export function trainingPlan(
  { config, checkpoint }: Pick<ModelInputs, "config" | "checkpoint">,
  recipe: Recipe,
  { data, out }: Pick<TrainOptions, "data" | "out">,
): Readonly<Record<string, string | number | boolean>> {
  const { name: _name, targetModules, earlyStopping, replayShare: _inTheData, ...settings } =
    recipe;
  return {
    version: PLAN_VERSION,
    model: fromRoot(checkpoint.dir),
    data: fromRoot(data),
    out: fromRoot(out),
    ...settings,
    targetModules: targetModules === "all-linear" ? targetModules : targetModules.join(","),
    ...(earlyStopping ? { earlyStoppingPatience: earlyStopping.patience } : {}),
    ...(config.training.deterministic ? { deterministic: true } : {}),
    seed: config.seed,
    date: config.chat.date,
    thinking: config.chat.thinking,
  };
}

/** How much a recipe trains, as far as its text-to-SQL examples say. */
export interface PlannedTraining {
  /** Of prompts and completions, as often as they are seen. */
  readonly tokens: number;
  /** Steps of the optimizer. */
  readonly steps: number;
}

/**
 * Tokens and steps that a recipe trains; general records of recipes that have some are not counted.
 *
 * @param lengths Of the records of the train split, as {@linkcode recordLengths} gives them.
 */
export function plannedTraining(
  lengths: Iterable<number>,
  { epochs, maxTokens = Infinity, batchSize, gradientAccumulation }: Pick<
    Recipe,
    "epochs" | "maxTokens" | "batchSize" | "gradientAccumulation"
  >,
): PlannedTraining {
  const planned = (tokens: number, examples: number): PlannedTraining => ({
    tokens,
    steps: Math.ceil(examples / (batchSize * gradientAccumulation)),
  });
  let [tokens, examples] = [0, 0];
  for (const length of lengths) {
    tokens += length;
    examples++;
    if (tokens * epochs >= maxTokens) return planned(maxTokens, examples * (maxTokens / tokens));
  }
  return planned(Math.round(tokens * epochs), examples * epochs);
}

/**
 * Tokens of each record of a study's train split. A record is encoded when it is first asked for
 * and once, however many trainings are planned.
 */
export function recordLengths(inputs: ModelInputs & SqlInputs): Iterable<number> {
  const { tokenizer } = inputs;
  const records = trainingRecords(inputs, { ...trainingSet(inputs), heldOut: [] });
  const known: number[] = [];
  return {
    *[Symbol.iterator](): Iterator<number> {
      for (let i = 0;; i++) {
        if (i === known.length) {
          const { done, value } = records.next();
          if (done) return;
          const { prompt, completion } = value;
          known.push(tokenizer.encode(tokenizer.render(prompt) + completion[0]!.content).length);
        }
        yield known[i]!;
      }
    },
  };
}
