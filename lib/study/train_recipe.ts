import { relative } from "node:path";
import {
  type Recipe,
  REPOSITORY_ROOT,
  type StudyConfig,
  UsageError,
  writeAtomic,
} from "../runs/mod.ts";
import { runCommand } from "../setup/run_command.ts";
import { VENV_PYTHON } from "../setup/python_env.ts";
import { exportSft, sampleExamples } from "../spider/mod.ts";
import { pcg32, shuffled } from "../stats/mod.ts";
import type { ModelInputs, SqlInputs } from "./inputs.ts";
import type { Progress } from "../runs/progress.ts";

/** Exit code of the training script for wrong input. */
const WRONG_INPUT = 2;

/**
 * Writes the training examples, drawn and shuffled by the study's seed, as the
 * JSON lines that the training script reads: the evaluation's own prompt
 * without shots, and the gold query.
 *
 * @returns How many records were written.
 */
export function writeSftData(
  { seed, training }: StudyConfig,
  { spider }: SqlInputs,
  path: string,
): number {
  const count = Math.min(training.examples ?? spider.train.length, spider.train.length);
  const drawn = shuffled(sampleExamples(spider.train, { count, seed }), pcg32(seed));
  const records = [...exportSft(drawn, { schemas: spider.schemas })];
  writeAtomic(path, records.map((record) => JSON.stringify(record) + "\n").join(""));
  return records.length;
}

/** Options of {@linkcode trainRecipe}. */
export interface TrainOptions {
  /** The JSON lines that {@linkcode writeSftData} wrote. */
  readonly data: string;
  /** The run folder; a run that was stopped in it goes on. */
  readonly out: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** The interpreter; the project's own when left out. */
  readonly python?: string;
}

/**
 * Trains one recipe with TRL in a process of its own, or takes up its run
 * folder where it stands.
 *
 * @returns The folder of the adapter.
 * @throws {UsageError} If the script refuses its input.
 * @throws {Error} If training fails.
 */
export async function trainRecipe(
  { config, checkpoint }: ModelInputs,
  recipe: Recipe,
  { data, out, progress, signal, python = VENV_PYTHON }: TrainOptions,
): Promise<string> {
  const modules = recipe.targetModules;
  // relative, so that the run's record names no folder of this machine
  const flags: Record<string, string | number> = {
    model: relative(REPOSITORY_ROOT, checkpoint.dir),
    data: relative(REPOSITORY_ROOT, data),
    out: relative(REPOSITORY_ROOT, out),
    rank: recipe.rank,
    alpha: recipe.alpha,
    dropout: recipe.dropout,
    target_modules: modules === "all-linear" ? modules : modules.join(","),
    learning_rate: recipe.learningRate,
    epochs: recipe.epochs,
    ...(recipe.maxTokens ? { max_tokens: recipe.maxTokens } : {}),
    batch_size: recipe.batchSize,
    gradient_accumulation: recipe.gradientAccumulation,
    max_length: recipe.maxLength,
    seed: config.seed,
    quantization: recipe.quantization,
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, lastLines } = await runCommand(
    python,
    [`${REPOSITORY_ROOT}/training/train_lora.py`, ...args, "--resume"],
    {
      cwd: REPOSITORY_ROOT,
      // a script that outlived this process would write to the folder that the next one resumes
      env: { LAB_END_WITH_PARENT: "1" },
      onLine: (line) => progress.note(line),
      ...(signal ? { signal } : {}),
    },
  );
  if (code === WRONG_INPUT) throw new UsageError(lastLines.at(-1) ?? "training refused its input");
  if (code !== 0) {
    throw new Error(`Training "${recipe.name}" failed with code ${code}: ${lastLines.at(-1)}`);
  }
  return out;
}

/** Tokens that a recipe trains on: its examples' prompts and completions, as often as it sees them. */
export function plannedTrainingTokens(
  { config, tokenizer, spider }: ModelInputs & SqlInputs,
  { epochs, maxTokens = Infinity }: Recipe,
): number {
  const { seed, training } = config;
  const count = Math.min(training.examples ?? spider.train.length, spider.train.length);
  let tokens = 0;
  for (
    const { prompt, completion } of exportSft(
      sampleExamples(spider.train, { count, seed }),
      { schemas: spider.schemas },
    )
  ) {
    tokens += tokenizer.encode(tokenizer.render(prompt) + completion[0]!.content).length;
    if (tokens * epochs >= maxTokens) return maxTokens;
  }
  return Math.round(tokens * epochs);
}
