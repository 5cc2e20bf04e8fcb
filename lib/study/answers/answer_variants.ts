import type { Engine } from "../../engine/mod.ts";
import type {
  Gauge,
  MmluSample,
  ProseSample,
  SampleStore,
  SqlSample,
  WrittenSample,
} from "../../runs/mod.ts";
import { UsageError } from "../../ground/mod.ts";
import type { KeptVerdict } from "../../sql/mod.ts";
import { answerMmlu } from "./answer_mmlu.ts";
import { answerProse } from "./answer_prose.ts";
import { answerSql } from "./answer_sql.ts";
import { answerWritten } from "./answer_written.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import { judgeSamples, noteUnjudged } from "./judge_samples.ts";
import { LazyEngine } from "./lazy_engine.ts";
import { answerLetters, judgedAlike, type VariantAnswers } from "../numbers/answers.ts";
import { openEngine } from "./open_engine.ts";
import {
  openMmluStore,
  openProseStore,
  openSqlStore,
  openVerdictStore,
  openWrittenStore,
} from "./open_stores.ts";
import type { NamedVariant } from "./sample_identity.ts";
import type { AnswerOptions } from "./stored_answers.ts";
import type { AnswerPaths } from "../study_folder.ts";
import type { PhaseOptions } from "../training/train_recipes.ts";

/** What {@linkcode storedVariants} ends with at the first answer that is not stored. */
class NotStored extends Error {}

/**
 * The answers of some variants where all of them are stored.
 *
 * @returns As {@linkcode answerVariants} does; `undefined` if one is missing.
 */
export async function storedVariants(
  inputs: StudyInputs,
  folder: AnswerPaths,
  variants: readonly NamedVariant[],
  options: PhaseOptions,
): Promise<VariantAnswers[] | undefined> {
  try {
    return await answerVariants(inputs, folder, variants, {
      ...options,
      open: () => Promise.reject(new NotStored()),
    });
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
  const { below } = folder;
  using sql = openSqlStore(folder.sqlSamples, inputs, progress, below?.sqlSamples);
  using verdicts = openVerdictStore(folder.sqlVerdicts, progress, below?.sqlVerdicts);
  using mmlu = openMmluStore(folder.mmluSamples, progress, below?.mmluSamples);
  using written = openWrittenStore(folder.writtenSamples, progress, below?.writtenSamples);
  using prose = openProseStore(folder.proseSamples, progress, below?.proseSamples);
  const stores: Stores = { sql, verdicts, mmlu, written, prose };
  const answers = new Map<NamedVariant, VariantAnswers>();
  for (const [model, alike] of Map.groupBy(variants, (variant) => variant.model)) {
    const asked = model ? { ...inputs, ...model } : inputs;
    await using engine = new LazyEngine(() => open(asked, alike, progress));
    for (const variant of alike) {
      const own = variant.gone === undefined ? engine : withoutWeights(variant.name, variant.gone);
      answers.set(variant, await answer(asked, own, stores, { variant, progress, ...options }));
    }
  }
  const judged = judgedAlike(variants.map((variant) => answers.get(variant)!));
  noteUnjudged(judged[0]?.unjudged ?? [], progress);
  return judged;
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

interface Stores {
  readonly sql: SampleStore<SqlSample>;
  readonly verdicts: SampleStore<KeptVerdict>;
  readonly mmlu: SampleStore<MmluSample>;
  readonly written: SampleStore<WrittenSample>;
  readonly prose: SampleStore<ProseSample>;
}

/** Everything that a study asks of one variant. */
async function answer(
  inputs: StudyInputs,
  engine: Engine,
  stores: Stores,
  options: Omit<AnswerOptions<never>, "store">,
): Promise<VariantAnswers> {
  const { variant: { name, origin }, progress } = options;
  const measures = new Set<Gauge>(inputs.config.measures);
  const sql = measures.has("sql")
    ? await judgedSql(inputs, engine, stores, options)
    : { verdicts: [], unjudged: [] };
  let letters: VariantAnswers["letters"] = [];
  if (measures.has("mmlu")) {
    progress.step(`${name}: multiple choice, ${inputs.questions.length} questions`);
    const scores = await answerMmlu(inputs, engine, { ...options, store: stores.mmlu });
    const written = await answerWritten(inputs, engine, { ...options, store: stores.written });
    letters = answerLetters(inputs.questions, scores, written);
  }
  let prose: VariantAnswers["prose"] = [];
  if (measures.has("prose")) {
    progress.step(`${name}: general text, ${inputs.prose.passages.length} passages`);
    prose = await answerProse(inputs, engine, { ...options, store: stores.prose });
  }
  return { name, origin, ...sql, letters, prose };
}

/** Text-to-SQL under the study's own prompt and with other numbers of examples shown. */
async function judgedSql(
  inputs: StudyInputs,
  engine: Engine,
  { sql: store, verdicts }: Stores,
  options: Omit<AnswerOptions<never>, "store">,
): Promise<Pick<VariantAnswers, "verdicts" | "byShots" | "unjudged">> {
  const { variant: { name }, progress } = options;
  const { timeoutMs } = inputs.config.spider;
  const judged = [];
  for (const shots of [inputs.shots, ...inputs.otherShots]) {
    const shown = inputs.otherShots.length > 0 ? `, ${shots.length}-shot` : "";
    progress.step(`${name}: text-to-SQL, ${inputs.asked.length} questions${shown}`);
    const asked = { ...inputs, shots };
    const completions = await answerSql(asked, engine, { ...options, store });
    judged.push(await judgeSamples(asked, completions, { timeoutMs, store: verdicts, progress }));
  }
  const [own, ...others] = judged;
  return {
    verdicts: own!.verdicts,
    unjudged: judged.flatMap(({ unjudged }) => unjudged),
    ...(others.length > 0 && {
      byShots: Object.fromEntries(
        others.map(({ verdicts }, i) => [`${inputs.otherShots[i]!.length}`, verdicts]),
      ),
    }),
  };
}
