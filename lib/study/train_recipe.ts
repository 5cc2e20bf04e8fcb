import { relative } from "node:path";
import { type Progress, REPOSITORY_ROOT, UsageError, writeAtomic } from "../ground/mod.ts";

import { type Recipe, type StudyConfig } from "../runs/mod.ts";
import { runCommand, VENV_PYTHON } from "../setup/mod.ts";
import { exportSft, sampleExamples, type SftRecord } from "../spider/mod.ts";
import { pcg32, shuffled } from "../stats/mod.ts";
import type { ModelInputs, SqlInputs } from "./inputs.ts";
import { promptHash } from "./sample_identity.ts";

/** Exit code of the training script for wrong input. */
const WRONG_INPUT = 2;

/** Its exit codes after SIGINT and SIGTERM, which it ends by in order. */
const STOPPED: readonly number[] = [130, 143];

/** So many records carry the hash of their prompt's ids: a template differs in all or in none. */
const HASHED_RECORDS = 32;

/**
 * Writes the training examples, drawn and shuffled by the study's seed, as the
 * JSON lines that the training script reads: the evaluation's own prompt
 * without shots, and the gold query. The messages are those that the chat
 * template gets at evaluation, and the first records say which token ids they
 * come to there, so that training refuses a prompt that it renders otherwise.
 *
 * @returns How many records were written.
 * @throws {UsageError} If the model has no chat template that can be used.
 */
export function writeSftData(
  { seed, training }: StudyConfig,
  { spider, tokenizer }: Pick<SqlInputs & ModelInputs, "spider" | "tokenizer">,
  path: string,
): number {
  const count = Math.min(training.examples ?? spider.train.length, spider.train.length);
  const drawn = shuffled(sampleExamples(spider.train, { count, seed }), pcg32(seed));
  const records = [...exportSft(drawn, { schemas: spider.schemas })].map((record, i): SftRecord => {
    const prompt = tokenizer.messagesAsAsked(record.prompt);
    if (i >= HASHED_RECORDS) return { ...record, prompt };
    const asked = tokenizer.encodeConversation({ messages: prompt, sharedLength: 0 });
    return { ...record, prompt, prompt_sha256: promptHash(asked) };
  });
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
 * @throws {UsageError} If the script refuses its input, was stopped or was killed.
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
    date: config.chat.date,
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (config.chat.thinking) args.push("--thinking");
  const { code, killedBy, lastLines } = await runCommand(
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
