import { type Engine, ServerEngine } from "../../engine/mod.ts";
import { type Progress, UsageError } from "../../ground/mod.ts";
import { GAUGES } from "../../runs/mod.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import type { AskingOptions } from "../measures/measure.ts";
import { MEASURES, NO_ANSWERS, type Stores } from "../measures/measures.ts";
import { type AnswerPaths, areEmpty, openStores } from "../measures/open_measures.ts";
import { judgedAlike, type VariantAnswers } from "../numbers/answers.ts";
import type { PhaseOptions } from "../training/train_recipes.ts";
import { noteUnjudged } from "./judge_samples.ts";
import { keepServer, keptServers } from "./kept_servers.ts";
import { LazyEngine } from "./lazy_engine.ts";
import { leavesTime, openEngine } from "./open_engine.ts";
import type { NamedVariant } from "./sample_identity.ts";

/** Keeps what it is told, for another one to be told. */
class KeptProgress implements Progress {
  readonly #lines: { readonly isNote: boolean; tell(progress: Progress): void }[] = [];

  step(title: string): void {
    this.#lines.push({ isNote: false, tell: (progress) => progress.step(title) });
  }

  update(...args: Parameters<Progress["update"]>): void {
    this.#lines.push({ isNote: false, tell: (progress) => progress.update(...args) });
  }

  note(text: string): void {
    this.#lines.push({ isNote: true, tell: (progress) => progress.note(text) });
  }

  tell(progress: Progress): void {
    for (const { tell } of this.#lines) tell(progress);
  }

  tellNotes(progress: Progress): void {
    for (const { isNote, tell } of this.#lines) if (isNote) tell(progress);
  }
}

/** What {@linkcode storedVariants} ends with at the first answer that is not stored. */
class NotStored extends Error {}

/**
 * The answers of some variants where all of them are stored.
 *
 * @returns As {@linkcode answerVariants} does; `undefined` if one is missing. Then what was found is
 * told, and no step, as none began.
 */
export async function storedVariants(
  inputs: StudyInputs,
  folder: AnswerPaths,
  variants: readonly NamedVariant[],
  options: PhaseOptions,
): Promise<VariantAnswers[] | undefined> {
  const told = new KeptProgress();
  try {
    const answers = await answerVariants(inputs, folder, variants, {
      ...options,
      progress: told,
      open: () => Promise.reject(new NotStored()),
    });
    told.tell(options.progress);
    return answers;
  } catch (error) {
    told.tellNotes(options.progress);
    if (error instanceof NotStored) return undefined;
    throw error;
  }
}

/**
 * The answers of one variant where all of them are in stores that are open.
 *
 * @returns `undefined` if one is missing.
 */
export async function gatherAnswers(
  inputs: StudyInputs,
  stores: Stores,
  variant: NamedVariant,
  options: PhaseOptions,
): Promise<VariantAnswers | undefined> {
  const asked = { ...inputs, ...variant.model };
  const engine = new LazyEngine(() => Promise.reject(new NotStored()));
  try {
    return await answer(asked, engine, stores, { variant, ...options });
  } catch (error) {
    if (error instanceof NotStored) return undefined;
    throw error;
  }
}

/** How variants are answered. */
export interface AnswerVariantsOptions extends PhaseOptions {
  /** Opens what answers; the config's engine when left out. */
  readonly open?: typeof openEngine;
}

/**
 * Phases 1, 3 and 4 for some variants: completions, verdicts, letter scores and scored passages, all
 * of one engine session a model. Nothing that is stored already is asked again.
 *
 * @param folder Where answers are kept; those in the stores `below` count as there.
 * @returns The answers in the order of the variants.
 */
export async function answerVariants(
  inputs: StudyInputs,
  folder: AnswerPaths & { readonly below?: AnswerPaths },
  variants: readonly NamedVariant[],
  { progress, open = openEngine, ...options }: AnswerVariantsOptions,
): Promise<VariantAnswers[]> {
  // what is wrong with the file is said before a question is asked
  keptServers(folder);
  using opened = openStores(folder, inputs, progress, folder.below);
  const answers = new Map<NamedVariant, VariantAnswers>();
  for (const [model, alike] of Map.groupBy(variants, (variant) => variant.model)) {
    const asked = model ? { ...inputs, ...model } : inputs;
    await using engine = new LazyEngine(async () => {
      const session = await open(asked, alike, progress);
      if (session instanceof ServerEngine) {
        const { sqlVerdicts: _verdicts, ...stores } = opened.stores;
        const answered = Object.values(stores).some(({ size }) => size > 0);
        keepServer(folder, session.facts, { answered, progress });
      }
      return session;
    });
    const refused = options.signal?.aborted || alike.some(({ gone }) => gone !== undefined);
    if (!refused && nothingStored(opened.stores, folder.below)) engine.begin();
    for (const variant of alike) {
      const own = variant.gone === undefined ? engine : withoutWeights(variant.name, variant.gone);
      answers.set(
        variant,
        await answer(asked, own, opened.stores, { variant, progress, ...options }),
      );
    }
  }
  return judgedTogether(variants.map((variant) => answers.get(variant)!), progress);
}

/** Answers as {@linkcode judgedAlike} leaves them, and which examples have no verdict is told. */
export function judgedTogether(
  answers: readonly VariantAnswers[],
  progress: Progress,
): VariantAnswers[] {
  const judged = judgedAlike(answers);
  noteUnjudged(judged[0]?.unjudged ?? [], progress);
  return judged;
}

/** Whether there is no answer yet, so that something is asked for sure. */
function nothingStored(stores: Stores, below: AnswerPaths | undefined): boolean {
  return Object.values(stores).every(({ size }) => size === 0) &&
    (below === undefined || areEmpty(below));
}

/** What answers for an adapter whose weights are gone: nothing, and nobody in its place. */
function withoutWeights(name: string, dir: string): LazyEngine {
  return new LazyEngine(() => {
    throw new UsageError(
      `Cannot ask "${name}": its weights were taken out of ${dir}, and not all that is asked is ` +
        "stored: put them back, or delete the folder to train anew",
    );
  });
}

/** Tells how far a measure is, but not while another one is told of. */
interface GaugeProgress extends Progress {
  /** Whether another measure is asked. */
  isBehind: boolean;
}

function gaugeProgress(progress: Progress): GaugeProgress {
  return {
    isBehind: false,
    step: (title) => progress.step(title),
    update(...args): void {
      if (!this.isBehind) progress.update(...args);
    },
    note: (text) => progress.note(text),
  };
}

/**
 * Everything that a study asks of one variant. The statements of one measure are judged while the
 * engine answers the next, where it leaves them the time; where that fails, no more is asked.
 */
async function answer(
  inputs: StudyInputs,
  engine: Engine,
  stores: Stores,
  options: AskingOptions,
): Promise<VariantAnswers> {
  const { variant: { name, origin } } = options;
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...options.signal ? [options.signal] : []]);
  const asked: { readonly progress: GaugeProgress; readonly answers: Promise<object> }[] = [];
  try {
    for (const gauge of GAUGES) {
      if (!inputs.config.measures.includes(gauge)) continue;
      for (const before of asked) before.progress.isBehind = true;
      const progress = gaugeProgress(options.progress);
      const own = { ...options, progress, signal };
      const answered = await MEASURES[gauge].answer(inputs, engine, stores, own);
      const answers = "later" in answered ? answered.later : Promise.resolve(answered);
      answers.catch((error) => failure.abort(error));
      asked.push({ progress, answers });
      if (!leavesTime(inputs.config)) await answers;
    }
  } finally {
    for (const { progress } of asked) progress.isBehind = false;
    await Promise.allSettled(asked.map(({ answers }) => answers));
  }
  const answers = await Promise.all(asked.map(({ answers }) => answers));
  return { name, origin, ...Object.assign({ ...NO_ANSWERS }, ...answers) };
}
