import type { Tensor } from "onnxruntime-node";
import { UsageError } from "../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint/mod.ts";
import {
  checkTexts,
  defaultContextLength,
  loraFeeds,
  type LoraSites,
  NOT_FINITE,
  openSession,
  refuseNotFinite,
  refuseNotFiniteScores,
  writeGraph,
} from "../graph/mod.ts";
import type {
  ChoiceScores,
  Completion,
  Engine,
  EngineCallOptions,
  GenerateOptions,
  Prompt,
  TextScores,
  Variant,
} from "../engine.ts";
import { planRuns } from "./block_plan.ts";
import { type BundleShape, bundleShape } from "./bundle_shape.ts";
import { buildCudaGraph } from "./cuda_graph.ts";
import type { HalfType } from "./half_precision.ts";
import { freeDeviceMemory } from "./device_memory.ts";
import { halvePlan, isOutOfMemory, type MemoryPlan, planMemory } from "./memory_plan.ts";
import type { Decoding } from "./paged_attention.ts";
import { type Feeds, flag, floats, int64, runFeeds } from "./run_feeds.ts";
import type { RunPlan } from "./run_plan.ts";

/** Options of {@linkcode openCudaEngine}. */
export interface CudaEngineOptions extends LoraSites {
  /** Number of the GPU; 0 when left out. */
  readonly device?: number;
  /** Most tokens of a prompt with its completion; the model's own limit, at most 8,192, when left out. */
  readonly contextLength?: number;
  /** Type to compute in; the checkpoint's own (bfloat16 for float32 weights) when left out. */
  readonly halfType?: HalfType;
  /** One way of decoding for all calls, for comparison; when left out, in bundles where that pays and else grouped. */
  readonly decoding?: Decoding;
  /** Most sequences of a run; the memory plan decides when left out. */
  readonly sequences?: number;
  /** Most tokens of a prefill step; the memory plan decides when left out. */
  readonly prefillTokens?: number;
  /** Ids that end a completion; those of the checkpoint when left out, none for an empty list. */
  readonly endTokenIds?: readonly number[];
  /** Free device memory in bytes once the weights are loaded; asked of the driver when left out. */
  readonly freeBytes?: number;
  /** Writes ONNX Runtime's profile of every kernel to this file's folder and name. */
  readonly profile?: string;
  /** Told when memory is planned or planned again, and of each run. */
  readonly onPlan?: (event: PlanEvent) => void;
}

/** What the engine decided, for a log. */
export type PlanEvent =
  | { readonly kind: "memory"; readonly plan: MemoryPlan }
  | { readonly kind: "halved"; readonly plan: MemoryPlan; readonly reason: string }
  | {
    readonly kind: "run";
    readonly prompts: number;
    readonly chunks: number;
    readonly prefillTokens: number;
    readonly blocks: number;
    /** Bundles that the sequences were decoded in; left out where each was decoded by itself. */
    readonly bundles?: number;
    readonly elapsedMs: number;
  };

/** What the engine needs of a session; tests give their own. */
export interface GraphRunner {
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Promise<
    Readonly<Record<string, Tensor>>
  >;
  release(): Promise<void>;
}

/** Chunks of a scoring run: results and progress come after each. */
const SCORING_CHUNKS = 8;

/**
 * Opens a checkpoint for inference on an NVIDIA GPU, in the checkpoint's own
 * half type. Writes nothing but a graph of less than a megabyte beside the
 * weights, which stay in their files and on the device.
 *
 * @throws {UsageError} If the graph cannot be written or the GPU's memory not be read.
 * @throws {Error} If ONNX Runtime has no CUDA provider; `docs/gpu.md` says how to get it.
 */
export async function openCudaEngine(
  checkpoint: Checkpoint,
  options: CudaEngineOptions = {},
): Promise<CudaEngine> {
  const { device = 0, loraModules = [], profile } = options;
  const contextLength = options.contextLength ?? defaultContextLength(checkpoint);
  const bundles = bundlesOf(checkpoint, { ...options, contextLength });
  const graph = buildCudaGraph(checkpoint, {
    ...options,
    loraModules,
    contextLength,
    ...(bundles ? { bundles } : {}),
  });
  const path = await writeGraph(checkpoint, graph, "cuda");
  const session = await openSession(path, {
    executionProviders: [{ name: "cuda", deviceId: device }],
    graphOptimizationLevel: "all",
    // a pattern would take the run's whole memory a second time, in one piece, on the second run
    enableMemPattern: false,
    ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
    // weights outside the arena, which grows by doubling and never shrinks
    extra: { session: { use_device_allocator_for_initializers: "1" } },
  });
  const runner: GraphRunner = {
    run: (feeds, outputs) => session.run(feeds, [...outputs]),
    release: () => {
      if (profile) session.endProfiling();
      return session.release();
    },
  };
  const freeBytes = options.freeBytes ?? await freeDeviceMemory(device);
  return new CudaEngine(runner, checkpoint, { ...options, freeBytes, contextLength });
}

/** The bundles that a session may decode in, if any. */
function bundlesOf(
  { config }: Checkpoint,
  { decoding = "bundled", contextLength }: {
    readonly decoding?: Decoding;
    readonly contextLength: number;
  },
): BundleShape | undefined {
  return decoding === "bundled" ? bundleShape(config, contextLength) : undefined;
}

/** The inference engine over one CUDA session; made by {@linkcode openCudaEngine}. */
export class CudaEngine implements Engine {
  readonly #runner: GraphRunner;
  readonly #checkpoint: Checkpoint;
  readonly #options: CudaEngineOptions;
  readonly #contextLength: number;
  readonly #bundles: BundleShape | undefined;
  #plan: MemoryPlan;

  constructor(
    runner: GraphRunner,
    checkpoint: Checkpoint,
    options: CudaEngineOptions & { readonly freeBytes: number; readonly contextLength: number },
  ) {
    this.#runner = runner;
    this.#checkpoint = checkpoint;
    this.#options = options;
    this.#contextLength = options.contextLength;
    this.#bundles = bundlesOf(checkpoint, options);
    this.#plan = planMemory(checkpoint, {
      ...options,
      ...(this.#bundles
        ? { bundles: { ...this.#bundles, always: options.decoding === "bundled" } }
        : {}),
    });
    options.onPlan?.({ kind: "memory", plan: this.#plan });
  }

  /** The checkpoint that this engine runs. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** What a run may hold at present; halved after a failed allocation. */
  get memoryPlan(): MemoryPlan {
    return this.#plan;
  }

  /** Greedy completions; see {@linkcode Engine}. */
  async *generate(
    prompts: readonly Prompt[],
    options: GenerateOptions,
  ): AsyncGenerator<Completion> {
    const { maxNewTokens, variant = {} } = options;
    const results = this.#runAll(prompts, options, {
      maxNewTokens,
      feeds: {
        choice_ids: int64([0]),
        no_scores: floats([], [0, 1]),
        want_scores: flag(false),
        decode_steps: int64([maxNewTokens - 1], []),
      },
      outputs: ["first_tokens", "next_tokens"],
    });
    for await (const { prompts: rows, out } of results) {
      const first = out.first_tokens!.data as BigInt64Array;
      const next = out.next_tokens!.data as BigInt64Array;
      const ends = new Set(this.#endTokenIds);
      for (const [row, index] of rows.entries()) {
        const tokens: number[] = [];
        const start = Number(first[row]);
        refuseNotFinite(start, this.#checkpoint, variant);
        if (!ends.has(start)) {
          tokens.push(start);
          for (let at = row; at < next.length; at += rows.length) {
            const token = Number(next[at]);
            refuseNotFinite(token, this.#checkpoint, variant);
            if (token < 0) break;
            tokens.push(token);
          }
        }
        yield { index, tokens, finishReason: tokens.length < maxNewTokens ? "stop" : "length" };
      }
    }
  }

  /** Log-probabilities of the choices as the next token; see {@linkcode Engine}. */
  async *choiceLogProbs(
    prompts: readonly Prompt[],
    choices: readonly number[],
    options: EngineCallOptions = {},
  ): AsyncGenerator<ChoiceScores> {
    const results = this.#runAll(prompts, options, {
      maxNewTokens: 0,
      feeds: {
        choice_ids: int64(choices),
        no_scores: floats([], [0, choices.length]),
        want_scores: flag(true),
        decode_steps: int64([0], []),
      },
      outputs: ["choice_log_probs"],
    });
    for await (const { prompts: rows, out } of results) {
      const scores = out.choice_log_probs!.data as Float32Array;
      for (const [row, index] of rows.entries()) {
        const at = row * choices.length;
        const logProbs = [...scores.slice(at, at + choices.length)];
        refuseNotFiniteScores(logProbs, this.#checkpoint, options.variant ?? {});
        yield { index, logProbs };
      }
    }
  }

  /** Log-probabilities of texts; see {@linkcode Engine}. */
  async *textLogProbs(
    texts: readonly (readonly number[])[],
    options: EngineCallOptions = {},
  ): AsyncGenerator<TextScores> {
    checkTexts(texts, this.#contextLength);
    const prompts = texts.map((text) => ({ prefix: [], suffix: text.slice(0, -1) }));
    const results = this.#runAll(prompts, options, {
      maxNewTokens: 0,
      feeds: {
        choice_ids: int64([0]),
        no_scores: floats([], [0, 1]),
        want_scores: flag(true),
        decode_steps: int64([0], []),
      },
      outputs: ["choice_log_probs"],
      targets: texts.map((text) => text.slice(1)),
    });
    for await (const { prompts: rows, out } of results) {
      const scores = out.choice_log_probs!.data as Float32Array;
      let at = 0;
      for (const index of rows) {
        const logProbs = [...scores.subarray(at, at += texts[index]!.length - 1)];
        refuseNotFiniteScores(logProbs, this.#checkpoint, options.variant ?? {});
        yield { index, logProbs };
      }
    }
  }

  /** Frees the session's memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.release();
  }

  get #endTokenIds(): readonly number[] {
    return this.#options.endTokenIds ?? this.#checkpoint.config.endTokenIds;
  }

  /** Runs the prompts in as few runs as memory allows, and plans anew when it does not. */
  async *#runAll(
    prompts: readonly Prompt[],
    { variant = {}, onProgress, signal }: EngineCallOptions,
    { maxNewTokens, feeds, outputs, targets }: {
      readonly maxNewTokens: number;
      readonly feeds: Feeds;
      readonly outputs: readonly string[];
      /** The token after each token of each prompt, where texts are scored. */
      readonly targets?: readonly (readonly number[])[];
    },
  ): AsyncGenerator<{ prompts: readonly number[]; out: Readonly<Record<string, Tensor>> }> {
    this.#checkLengths(prompts, maxNewTokens);
    const shared = { ...feeds, ...await this.#variantFeeds(variant) };
    let waiting = prompts.map((_, index) => index);
    while (waiting.length > 0) {
      const limits = {
        ...this.#plan,
        chunks: maxNewTokens === 0 ? SCORING_CHUNKS : Infinity,
        // a row of logits a token in place of one a sequence
        ...(targets ? { prefillTokens: this.#plan.sequences } : {}),
      };
      const plans = planRuns(waiting.map((index) => prompts[index]!), limits, maxNewTokens);
      const wanted = targets && waiting.map((index) => targets[index]!);
      const finished = new Set<number>();
      for (const plan of plans) {
        signal?.throwIfAborted();
        const out = await this.#tryRun(plan, { shared, outputs, targets: wanted });
        if (!out) break;
        const done = plan.prompts.map((at) => waiting[at]!);
        for (const index of done) finished.add(index);
        yield { prompts: done, out };
        onProgress?.(prompts.length - waiting.length + finished.size, prompts.length);
      }
      waiting = waiting.filter((index) => !finished.has(index));
    }
  }

  /** The outputs of a run, or nothing when memory ran out and the plan was halved. */
  async #tryRun(
    plan: RunPlan,
    { shared, outputs, targets }: {
      readonly shared: Feeds;
      readonly outputs: readonly string[];
      readonly targets: readonly (readonly number[])[] | undefined;
    },
  ): Promise<Readonly<Record<string, Tensor>> | undefined> {
    const { onPlan } = this.#options;
    const started = performance.now();
    try {
      const { config } = this.#checkpoint;
      const feeds = runFeeds(plan, { config, hasBundles: this.#bundles !== undefined, targets });
      const out = await this.#runner.run({ ...shared, ...feeds }, outputs);
      onPlan?.({
        kind: "run",
        prompts: plan.prompts.length,
        chunks: plan.chunks.length,
        prefillTokens: plan.prefillTokens,
        blocks: plan.blocks,
        ...(plan.bundles ? { bundles: plan.bundles.bundles.length } : {}),
        elapsedMs: performance.now() - started,
      });
      return out;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.#plan = halvePlan(this.#plan);
      const reason = (error as Error).message.split("\n")[0]!;
      onPlan?.({ kind: "halved", plan: this.#plan, reason });
      return undefined;
    }
  }

  #checkLengths(prompts: readonly Prompt[], maxNewTokens: number): void {
    const most = this.#contextLength - maxNewTokens;
    for (const [index, { prefix, suffix }] of prompts.entries()) {
      const length = prefix.length + suffix.length;
      if (length <= most) continue;
      throw new UsageError(
        `Cannot ask question ${index + 1}: its prompt has ${length} tokens, and ${most} fit ` +
          "into the model's context beside the completion: ask with fewer shots",
      );
    }
  }

  async #variantFeeds(variant: Variant): Promise<Feeds> {
    const ends = this.#endTokenIds;
    return {
      end_ids: int64([...ends, NOT_FINITE]),
      no_tokens: int64([]),
      ...await loraFeeds(this.#checkpoint, this.#options, variant),
    };
  }
}
