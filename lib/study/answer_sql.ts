import type { Engine } from "../engine/mod.ts";
import { isCutInReasoning } from "../sql/mod.ts";
import type { SampleStore, SqlSample } from "../runs/mod.ts";
import type { ModelInputs, SqlInputs } from "./inputs.ts";
import type { Progress } from "../ground/mod.ts";
import { type NamedVariant, sampleIdentity } from "./sample_identity.ts";
import { sqlPrompts } from "./study_prompts.ts";

/** What {@linkcode answerSql} and `answerMmlu` work with. */
export interface AnswerOptions<Sample extends { readonly key: string }> {
  readonly variant: NamedVariant;
  readonly store: SampleStore<Sample>;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** A completion as it is judged. */
export interface AnsweredSql extends SqlSample {
  /** Whether it was cut at the token limit inside its reasoning part, before any statement. */
  readonly cutInReasoning: boolean;
}

/**
 * Completes the study's SQL prompts with one variant. Samples that the store
 * has are not made again; new ones are stored batch by batch, so a killed run
 * loses at most the batch in flight.
 *
 * @returns The samples of all asked questions, in file order.
 */
export async function answerSql(
  inputs: ModelInputs & SqlInputs,
  engine: Engine,
  { variant, store, progress, signal }: AnswerOptions<SqlSample>,
): Promise<AnsweredSql[]> {
  const { config, asked, checkpoint, tokenizer } = inputs;
  const { maxNewTokens } = config.spider;
  const { endTokenIds } = checkpoint.config;
  const task = { task: "sql", maxNewTokens, endTokenIds };
  const prompts = sqlPrompts(inputs);
  const jobs = asked.map((example, i) => {
    const prompt = prompts[i]!;
    const identity = sampleIdentity(inputs, variant, prompt, task);
    return { example, prompt, identity };
  });
  const missing = jobs.filter(({ identity }) => !store.has(identity.key));
  noteReused(progress, variant.name, jobs.length - missing.length, jobs.length);
  const open = onePerKey(missing);
  let batch: SqlSample[] = [];
  const completions = engine.generate(open.map(({ prompt }) => prompt), {
    maxNewTokens,
    variant: variant.weights,
    ...(signal ? { signal } : {}),
    onProgress(done, total): void {
      store.append(batch);
      batch = [];
      progress.update(done, total, "questions");
    },
  });
  for await (const { index, tokens, finishReason } of completions) {
    const { example, identity } = open[index]!;
    const { id, dbId } = example;
    const text = tokenizer.decode(tokens);
    batch.push({ ...identity, id, dbId, variant: variant.name, tokens, text, finishReason });
  }
  store.append(batch);
  return jobs.map(({ example: { id, dbId }, identity }) => {
    const sample = store.get(identity.key)!;
    const cutInReasoning = sample.finishReason === "length" &&
      isCutInReasoning(tokenizer.answerOpening + tokenizer.decodeWhole(sample.tokens));
    // the prompt names no database: databases of one schema share it, and the sample
    return { ...sample, id, dbId, variant: variant.name, cutInReasoning };
  });
}

/**
 * Jobs that are the same to the model, once: data sets repeat questions (27 of
 * MMLU's test questions are there twice, choices and all).
 */
export function onePerKey<Job extends { readonly identity: { readonly key: string } }>(
  jobs: readonly Job[],
): Job[] {
  return [...new Map(jobs.map((job) => [job.identity.key, job])).values()];
}

/** Tells how many samples of a variant were there already, if any. */
export function noteReused(progress: Progress, name: string, reused: number, total: number): void {
  if (reused > 0) progress.note(`${name}: reused ${reused} of ${total} stored answers`);
}
