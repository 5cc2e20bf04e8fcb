import type { EngineCallOptions } from "../../engine/mod.ts";
import type { Progress } from "../../ground/mod.ts";
import type { Keyed, SampleStore } from "../../runs/mod.ts";
import type { NamedVariant, SampleIdentity } from "./sample_identity.ts";

/** What every phase that asks an engine works with. */
export interface AnswerOptions<Sample extends Keyed> {
  /** The variant that is asked. */
  readonly variant: NamedVariant;
  /** What is answered already, and where new answers are kept. */
  readonly store: SampleStore<Sample>;
  /** Is told how far it is. */
  readonly progress: Progress;
  /** Stops it; what is stored stays. */
  readonly signal?: AbortSignal;
}

/** What is done of work whose last batch is in hand, at most: it has not ended. */
const LAST_SHARE = 0.99;

/** One question to the engine, named by all that determines its answer. */
export interface Job {
  readonly identity: SampleIdentity;
}

/** How jobs are asked, and what is kept of a reply. */
export interface Asking<J extends Job, Reply, Sample extends Keyed> {
  /** What the progress counts, such as "questions". */
  readonly unit: string;
  /** How much work a job is beside others, such as its tokens, where that is known; else all are alike. */
  size?(job: J): number;
  ask(open: readonly J[], options: EngineCallOptions): AsyncIterable<Reply>;
  keep(job: J, reply: Reply): Sample;
}

/**
 * Asks what the store does not have yet, each job that is the same to the model
 * once, and stores it batch by batch: a killed run loses at most the batch in
 * flight.
 *
 * @returns The stored sample of each job, in the order of the jobs.
 */
export async function storedAnswers<
  J extends Job,
  Reply extends { readonly index: number },
  Sample extends Keyed,
>(
  jobs: readonly J[],
  { unit, size = () => 1, ask, keep }: Asking<J, Reply, Sample>,
  { variant, store, progress, signal }: AnswerOptions<Sample>,
): Promise<Sample[]> {
  const missing = jobs.filter(({ identity }) => !store.has(identity.key));
  const reused = jobs.length - missing.length;
  if (reused > 0) {
    progress.note(`${variant.name}: reused ${reused} of ${jobs.length} stored answers`);
  }
  const open = onePerKey(missing);
  const work = open.reduce((sum, job) => sum + size(job), 0);
  let answered = 0;
  let whole = 0;
  let batch: Sample[] = [];
  const replies = ask(open, {
    variant: variant.weights,
    ...(signal ? { signal } : {}),
    onProgress(done, total): void {
      store.append(batch);
      batch = [];
      whole = done;
      progress.update(done, total, unit, answered > 0 ? answered / work : done / total);
    },
    onPart(done, total): void {
      // the sizes of what is worked on are not told
      const share = (answered > 0 ? answered / work : whole / total) + (done - whole) / total;
      progress.update(whole, total, unit, Math.min(share, LAST_SHARE));
    },
  });
  for await (const reply of replies) {
    const job = open[reply.index]!;
    answered += size(job);
    batch.push(keep(job, reply));
  }
  store.append(batch);
  return jobs.map(({ identity }) => store.get(identity.key)!);
}

/**
 * Jobs that are the same to the model, once: data sets repeat questions (27 of
 * MMLU's test questions are there twice, choices and all).
 */
function onePerKey<J extends Job>(jobs: readonly J[]): J[] {
  return [...new Map(jobs.map((job) => [job.identity.key, job])).values()];
}
