import { existsSync, readdirSync } from "node:fs";
import { type Engine, loadAdapter } from "../engine/mod.ts";
import { adapterText, claimRun, type Recipe } from "../runs/mod.ts";
import { answerMmlu } from "./answer_mmlu.ts";
import { answerSql } from "./answer_sql.ts";
import { checkTraining } from "./check_training.ts";
import { judgeSamples, noteUnjudged } from "./judge_samples.ts";
import type { StudyInputs } from "./inputs.ts";
import { openEngine } from "./open_engine.ts";
import { openMmluStore, openSqlStore } from "./open_stores.ts";
import { type Progress, UsageError } from "../ground/mod.ts";
import { adapterOrigin, adapterSettings, sealAdapter } from "./recipe_adapter.ts";
import { BASE, type NamedVariant } from "./sample_identity.ts";
import { answerLetters, judgedAlike, type VariantAnswers } from "./summarize.ts";
import { trainRecipe, writeSftData } from "./train_recipe.ts";

/** Where a study's files lie below its results folder. */
export interface StudyFolder {
  /** The results folder itself. */
  readonly root: string;
  /** `configHash` of the effective config and all inputs. */
  readonly hash: string;
  readonly sqlSamples: string;
  readonly mmluSamples: string;
  /** The training records. */
  readonly sftData: string;
  /** The run folder of a recipe, adapter included. */
  training(recipe: Recipe): string;
}

/** How the phases of a study are run. */
export interface PhaseOptions {
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Takes the results folder of a study, new or its own from before.
 *
 * @throws {UsageError} If the folder holds the results of another study.
 */
export function openStudyFolder(inputs: StudyInputs, out?: string): StudyFolder {
  const { folder, hash } = claimRun(inputs.config, {
    inputs: inputs.hashes,
    ...(out ? { out } : {}),
  });
  return {
    root: folder,
    hash,
    sqlSamples: `${folder}/samples/sql.jsonl`,
    mmluSamples: `${folder}/samples/mmlu.jsonl`,
    sftData: `${folder}/samples/sft.jsonl`,
    training: ({ name }) => `${folder}/training/${name}`,
  };
}

/** One line for each folder of trained adapters that no recipe of the study names. */
export function unnamedTrainings(
  { root }: StudyFolder,
  recipes: readonly Pick<Recipe, "name">[],
): string[] {
  const dir = `${root}/training`;
  if (!existsSync(dir)) return [];
  const named = new Set(recipes.map(({ name }) => name));
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !named.has(entry.name))
    .map(({ name }) => `no recipe of the config is named "${name}": ${dir}/${name} is not read`);
}

/**
 * Phase 2: trains every recipe of the study, or finds it trained. An adapter in
 * a recipe's folder that was not trained here is used as it is.
 *
 * @throws {UsageError} If the training refuses its input, or such an adapter
 * does not fit the model.
 */
export async function trainRecipes(
  inputs: StudyInputs,
  folder: StudyFolder,
  { progress, ...options }: PhaseOptions,
): Promise<void> {
  const { recipes } = inputs.config.training;
  await checkTraining(inputs, folder, options);
  writeSftData(inputs.config, inputs, folder.sftData);
  for (const [i, recipe] of recipes.entries()) {
    progress.step(`Training ${i + 1} of ${recipes.length}: ${recipe.name}`);
    const out = folder.training(recipe);
    if (adapterOrigin(out) === "elsewhere") {
      await loadAdapter(out, inputs.checkpoint);
      progress.note(
        `${recipe.name}: an adapter from elsewhere is in its folder: it is used as it is, not trained`,
      );
      progress.note(`${recipe.name}: ${adapterText(adapterSettings(out))}`);
      continue;
    }
    await trainRecipe(inputs, recipe, { data: folder.sftData, out, progress, ...options });
    sealAdapter(out);
  }
}

/**
 * A recipe's trained adapter as a variant of the study's model.
 *
 * @throws {UsageError} If it is missing or does not fit the model.
 */
export async function openRecipeVariant(
  inputs: StudyInputs,
  folder: StudyFolder,
  recipe: Recipe,
): Promise<NamedVariant> {
  const dir = folder.training(recipe);
  if (!existsSync(dir)) {
    throw new UsageError(`"${recipe.name}" is not trained yet: there is no ${dir}; train it first`);
  }
  const adapter = await loadAdapter(dir, inputs.checkpoint);
  return { name: recipe.name, weights: { adapter }, adapterHash: adapter.hash };
}

/**
 * Phases 1, 3 and 4 for some variants: completions, verdicts and letter scores,
 * all of one engine session. Nothing that is stored already is asked again.
 */
export async function answerVariants(
  inputs: StudyInputs,
  folder: StudyFolder,
  variants: readonly NamedVariant[],
  { progress, ...options }: PhaseOptions,
): Promise<VariantAnswers[]> {
  using sqlStore = openSqlStore(folder.sqlSamples, inputs, progress);
  using mmluStore = openMmluStore(folder.mmluSamples, progress);
  await using engine = new LazyEngine(() => openEngine(inputs, variants, progress));
  const answers: VariantAnswers[] = [];
  for (const variant of variants) {
    const { name } = variant;
    progress.step(`${name}: text-to-SQL, ${inputs.asked.length} questions`);
    const completions = await answerSql(inputs, engine, {
      variant,
      store: sqlStore,
      progress,
      ...options,
    });
    const { verdicts, unjudged } = await judgeSamples(inputs, completions, {
      timeoutMs: inputs.config.spider.timeoutMs,
      progress,
    });
    progress.step(`${name}: multiple choice, ${inputs.questions.length} questions`);
    const scores = await answerMmlu(inputs, engine, {
      variant,
      store: mmluStore,
      progress,
      ...options,
    });
    answers.push({ name, verdicts, unjudged, letters: answerLetters(inputs.questions, scores) });
  }
  const alike = judgedAlike(answers);
  noteUnjudged(alike[0]?.unjudged ?? [], progress);
  return alike;
}

/** The base model and every trained recipe, in the order of the config. */
export async function allVariants(
  inputs: StudyInputs,
  folder: StudyFolder,
): Promise<NamedVariant[]> {
  const { recipes } = inputs.config.training;
  const tuned = recipes.map((recipe) => openRecipeVariant(inputs, folder, recipe));
  return [BASE, ...await Promise.all(tuned)];
}

/** An engine that opens its session at the first question, so that a finished study needs none. */
class LazyEngine implements Engine {
  readonly #open: () => Promise<Engine>;
  #engine: Promise<Engine> | undefined;

  constructor(open: () => Promise<Engine>) {
    this.#open = open;
  }

  async *generate(...args: Parameters<Engine["generate"]>): ReturnType<Engine["generate"]> {
    if (args[0].length > 0) yield* (await (this.#engine ??= this.#open())).generate(...args);
  }

  async *choiceLogProbs(
    ...args: Parameters<Engine["choiceLogProbs"]>
  ): ReturnType<Engine["choiceLogProbs"]> {
    if (args[0].length > 0) yield* (await (this.#engine ??= this.#open())).choiceLogProbs(...args);
  }

  async *textLogProbs(
    ...args: Parameters<Engine["textLogProbs"]>
  ): ReturnType<Engine["textLogProbs"]> {
    if (args[0].length > 0) yield* (await (this.#engine ??= this.#open())).textLogProbs(...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    await engine?.[Symbol.asyncDispose]();
  }
}
