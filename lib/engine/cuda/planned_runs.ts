import type { Tensor } from "onnxruntime-node";
import { firstLine } from "../../ground/mod.ts";
import { type DecoderConfig, groupSize } from "../checkpoint/mod.ts";
import type { EngineCallOptions, Prompt } from "../engine.ts";
import { type Feeds, flag } from "../graph/mod.ts";
import { planRuns } from "./block_plan.ts";
import { flattenBundles, flattenRun } from "./flat_run.ts";
import { halvePlan, isOutOfMemory, type MemoryPlan } from "./memory_plan.ts";
import { runFeeds } from "./run_inputs.ts";
import type { RunPlan } from "./run_plan.ts";

/** What the engine decided, for a log: a plan of the memory, or of half of it, or a run that is done. */
export type PlanEvent =
  | { readonly kind: "memory"; readonly plan: MemoryPlan }
  | { readonly kind: "halved"; readonly plan: MemoryPlan; readonly reason: string }
  | RunEvent;

/** One run of the graph. */
export interface RunEvent {
  /** Tells it from the plans of {@linkcode PlanEvent}. */
  readonly kind: "run";
  /** Prompts that it answered. */
  readonly prompts: number;
  /** Steps of its prefill. */
  readonly chunks: number;
  /** Tokens that went through the model before decoding. */
  readonly prefillTokens: number;
  /** Blocks of the cache in use. */
  readonly blocks: number;
  /** Bundles that the sequences were decoded in; left out where each was decoded by itself. */
  readonly bundles?: number;
  /** Milliseconds that it took, those apart that it waited for the run before it. */
  readonly elapsedMs: number;
}

/** Outputs of a run by their names. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** What the engine needs of a session; tests give their own. */
export interface GraphRunner {
  /** Runs the graph once and gives the outputs of these names. */
  run(feeds: Readonly<Feeds>, outputs: readonly string[]): Promise<Outputs>;
  /** Frees the session. */
  release(): Promise<void>;
}

/** What a call asks of the graph in each of its runs. */
export interface GraphCall {
  /** Most new tokens of a prompt; 0 to score. */
  readonly maxNewTokens: number;
  /** The inputs that all runs share. */
  readonly feeds: Feeds;
  /** Names of the outputs that are wanted. */
  readonly outputs: readonly string[];
  /** The token after each token of each prompt, where texts are scored. */
  readonly targets?: readonly (readonly number[])[];
}

/** A run that is done. */
export interface FinishedRun {
  /** Positions of its prompts in the call's list, in the order of the outputs. */
  readonly prompts: readonly number[];
  /** The outputs that the call wants. */
  readonly out: Outputs;
}

/** What the runs of one planning share beside the call. */
interface Asking {
  /** The plan of the memory that they were planned by. */
  readonly memory: MemoryPlan;
  /** Of each waiting prompt the token after each of its tokens, where texts are scored. */
  readonly targets: GraphCall["targets"];
}

/** Chunks of a scoring run: results and progress come after each. */
const SCORING_CHUNKS = 8;
/** Runs that are asked for before the first of them has ended: the one that runs, and the next. */
const RUNS_AHEAD = 2;

/** Runs a graph over any number of prompts, in as few runs as the device's memory allows. */
export class PlannedRuns {
  readonly #runner: GraphRunner;
  readonly #config: DecoderConfig;
  readonly #onPlan: ((event: PlanEvent) => void) | undefined;
  #plan: MemoryPlan;
  /** When the last run ended, by `performance.now()`. */
  #lastEnded = 0;

  /** Begins with a plan, which `onPlan` is told. */
  constructor(
    runner: GraphRunner,
    config: DecoderConfig,
    { plan, onPlan }: {
      readonly plan: MemoryPlan;
      readonly onPlan?: ((event: PlanEvent) => void) | undefined;
    },
  ) {
    this.#runner = runner;
    this.#config = config;
    this.#onPlan = onPlan;
    this.#plan = plan;
    onPlan?.({ kind: "memory", plan });
  }

  /** What a run may hold at present; halved after a failed allocation. */
  get plan(): MemoryPlan {
    return this.#plan;
  }

  /** Runs all prompts; those of a run that memory did not hold are planned anew with half of it. */
  async *run(
    prompts: readonly Prompt[],
    call: GraphCall,
    { onProgress, signal }: Pick<EngineCallOptions, "onProgress" | "signal">,
  ): AsyncGenerator<FinishedRun> {
    const { maxNewTokens, targets } = call;
    let waiting = prompts.map((_, index) => index);
    while (waiting.length > 0) {
      const memory = this.#plan;
      const limits = {
        ...memory,
        chunks: maxNewTokens === 0 ? SCORING_CHUNKS : Infinity,
        // a row of logits a token in place of one a sequence
        ...(targets ? { prefillTokens: memory.sequences } : {}),
      };
      const plans = planRuns(waiting.map((index) => prompts[index]!), limits, maxNewTokens);
      const wanted = targets && waiting.map((index) => targets[index]!);
      const finished = new Set<number>();
      const asking = { memory, targets: wanted, signal };
      for await (const { plan, out } of this.#inOrder(plans, call, asking)) {
        const done = plan.prompts.map((at) => waiting[at]!);
        for (const index of done) finished.add(index);
        yield { prompts: done, out };
        onProgress?.(prompts.length - waiting.length + finished.size, prompts.length);
      }
      waiting = waiting.filter((index) => !finished.has(index));
    }
  }

  /**
   * Planned runs that memory held, in their order. The next one is asked for before the last one's
   * outputs are given, so that the device has work while they are looked at. After a run that failed,
   * or a signal to stop, no more are asked for, and what was asked for before is given.
   */
  async *#inOrder(
    plans: readonly RunPlan[],
    call: GraphCall,
    { signal, ...asking }: Asking & { readonly signal: AbortSignal | undefined },
  ): AsyncGenerator<{ readonly plan: RunPlan; readonly out: Outputs }> {
    const asked: { readonly plan: RunPlan; readonly out: Promise<Outputs | undefined> }[] = [];
    let [next, failed] = [0, false];
    try {
      while (true) {
        while (
          next < plans.length && asked.length < RUNS_AHEAD && !failed && !signal?.aborted
        ) {
          const plan = plans[next++]!;
          const out = this.#tryRun(plan, call, asking);
          out.then((out) => failed ||= out === undefined, () => failed = true);
          asked.push({ plan, out });
        }
        const first = asked.shift();
        if (!first) break;
        const out = await first.out;
        if (out) yield { plan: first.plan, out };
      }
      signal?.throwIfAborted();
    } finally {
      await Promise.allSettled(asked.map(({ out }) => out));
    }
  }

  /** The outputs of a run, or nothing when memory ran out; then the plan is half of the run's. */
  async #tryRun(
    plan: RunPlan,
    { feeds, outputs }: GraphCall,
    { memory, targets }: Asking,
  ): Promise<Outputs | undefined> {
    const group = groupSize(this.#config);
    const asked = performance.now();
    try {
      const own = {
        ...runFeeds(flattenRun(plan, { group, blockSize: memory.blockSize, targets })),
        ...(memory.bundles
          ? {
            bundled: flag(plan.bundles !== undefined),
            ...runFeeds(flattenBundles(plan, { group })),
          }
          : {}),
      };
      const ended = this.#runner.run({ ...feeds, ...own }, outputs);
      const [out, elapsedMs] = await this.#timed(ended, asked);
      this.#onPlan?.({
        kind: "run",
        prompts: plan.prompts.length,
        chunks: plan.chunks.length,
        prefillTokens: plan.prefillTokens,
        blocks: plan.blocks,
        ...(plan.bundles ? { bundles: plan.bundles.bundles.length } : {}),
        elapsedMs,
      });
      return out;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      // what was asked for by the whole plan says nothing of its half
      if (this.#plan !== memory) return undefined;
      this.#plan = halvePlan(memory);
      this.#onPlan?.({ kind: "halved", plan: this.#plan, reason: firstLine(error) });
      return undefined;
    }
  }

  /** What a run came to, and how long it took since it was asked for, the runs before it apart. */
  async #timed(run: Promise<Outputs>, asked: number): Promise<[Outputs, number]> {
    try {
      const out = await run;
      return [out, performance.now() - Math.max(asked, this.#lastEnded)];
    } finally {
      this.#lastEnded = performance.now();
    }
  }
}
