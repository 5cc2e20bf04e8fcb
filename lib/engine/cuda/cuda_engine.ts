import { type Checkpoint, weightBytes } from "../checkpoint/mod.ts";
import {
  checkPrompts,
  checkTexts,
  defaultContextLength,
  flag,
  floats,
  int64,
  loraFeeds,
  type LoraSites,
  NOT_FINITE,
  openSessionThread,
  refuseNotFinite,
  refuseNotFiniteScores,
  type SpareThread,
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
import { type BundleShape, bundleShape } from "./bundles/bundle_shape.ts";
import { buildCudaGraph } from "./cuda_graph.ts";
import { cudaProvider } from "./cuda_provider.ts";
import { freeDeviceMemory } from "./device_memory.ts";
import type { HalfType } from "./half_precision.ts";
import { firstLayer, KERNEL_LOADING_BYTES, KernelLoading } from "./kernel_loading.ts";
import { type MemoryPlan, planMemory } from "./memory_plan.ts";
import type { Decoding } from "./paged_attention.ts";
import { type GraphCall, type GraphRunner, type PlanEvent, PlannedRuns } from "./planned_runs.ts";

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
  /** Free device memory in bytes once the weights are loaded; asked of the driver when left out. */
  readonly freeBytes?: number;
  /** A thread for the session in which CUDA is loaded already; see {@linkcode spareCudaThread}. */
  readonly spare?: SpareThread | undefined;
  /**
   * Whether the kernels of a first run of many sequences are loaded while the session opens, where the
   * device has memory for it (see `KernelLoading`); no when left out.
   */
  readonly loadsKernels?: boolean;
  /** Writes ONNX Runtime's profile of every kernel to this file's folder and name. */
  readonly profile?: string;
  /** Told when memory is planned or planned again, and of each run. */
  readonly onPlan?: (event: PlanEvent) => void;
}

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
  const { device = 0, profile } = options;
  const contextLength = options.contextLength ?? defaultContextLength(checkpoint);
  const bundles = bundlesOf(checkpoint, { ...options, contextLength });
  const graph = buildCudaGraph(checkpoint, {
    ...options,
    contextLength,
    ...(bundles ? { bundles } : {}),
  });
  const path = await writeGraph(checkpoint, graph, "cuda");
  await using loading = options.loadsKernels
    ? new KernelLoading(() => openFirstLayer(checkpoint, options), contextLength)
    : undefined;
  const runner = await openSessionThread(path, {
    ...cudaProvider(device),
    graphOptimizationLevel: "all",
    // a pattern would take the run's whole memory a second time, in one piece, on the second run
    enableMemPattern: false,
    ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
    // weights outside the arena, which grows by doubling and never shrinks
    extra: { session: { use_device_allocator_for_initializers: "1" } },
  }, options.spare);
  try {
    await loading?.[Symbol.asyncDispose]();
    const freeBytes = options.freeBytes ?? await freeDeviceMemory(device);
    return new CudaEngine(runner, checkpoint, { ...options, freeBytes, contextLength });
  } catch (error) {
    await runner.release();
    throw error;
  }
}

/** An engine over the first layer, with all that decides which kernels the whole one takes. */
async function openFirstLayer(
  checkpoint: Checkpoint,
  { device = 0, contextLength, halfType, decoding }: CudaEngineOptions,
): Promise<CudaEngine | undefined> {
  const weights = weightBytes(checkpoint, { elementBytes: 2, int4: checkpoint.int4 !== undefined });
  const freeBytes = await freeDeviceMemory(device) - weights;
  if (freeBytes < 2 * KERNEL_LOADING_BYTES) return undefined;
  return await openCudaEngine(firstLayer(checkpoint), {
    device,
    freeBytes: KERNEL_LOADING_BYTES,
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(halfType === undefined ? {} : { halfType }),
    ...(decoding === undefined ? {} : { decoding }),
  });
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
  readonly #options: LoraSites;
  readonly #contextLength: number;
  readonly #runs: PlannedRuns;

  /** An engine over a runner of the graph that `openCudaEngine` writes. */
  constructor(
    runner: GraphRunner,
    checkpoint: Checkpoint,
    options: CudaEngineOptions & { readonly freeBytes: number; readonly contextLength: number },
  ) {
    const { config } = checkpoint;
    this.#runner = runner;
    this.#checkpoint = checkpoint;
    this.#options = options;
    this.#contextLength = options.contextLength;
    const shape = bundlesOf(checkpoint, options);
    const always = options.decoding === "bundled";
    const plan = planMemory(checkpoint, {
      ...options,
      ...(shape ? { bundles: { ...shape, always } } : {}),
    });
    this.#runs = new PlannedRuns(runner, config, { plan, onPlan: options.onPlan });
  }

  /** What a run may hold at present; halved after a failed allocation. */
  get memoryPlan(): MemoryPlan {
    return this.#runs.plan;
  }

  /** Greedy completions; see {@linkcode Engine}. */
  async *generate(
    prompts: readonly Prompt[],
    options: GenerateOptions,
  ): AsyncGenerator<Completion> {
    const { maxNewTokens, variant = {} } = options;
    const { endTokenIds = this.#checkpoint.config.endTokenIds } = options;
    checkPrompts(prompts, this.#contextLength - maxNewTokens);
    const call = await this.#call(variant, { maxNewTokens, endTokenIds });
    const ends = new Set(endTokenIds);
    for await (const { prompts: rows, out } of this.#runs.run(prompts, call, options)) {
      const first = out.first_tokens!.data as BigInt64Array;
      const next = out.next_tokens!.data as BigInt64Array;
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
    checkPrompts(prompts, this.#contextLength);
    const call = await this.#call(options.variant, { choices });
    yield* this.#scores(prompts, call, { ...options, counts: () => choices.length });
  }

  /** Log-probabilities of texts; see {@linkcode Engine}. */
  async *textLogProbs(
    texts: readonly (readonly number[])[],
    options: EngineCallOptions = {},
  ): AsyncGenerator<TextScores> {
    checkTexts(texts, this.#contextLength);
    const prompts = texts.map((text) => ({ prefix: [], suffix: text.slice(0, -1) }));
    const targets = texts.map((text) => text.slice(1));
    const call = { ...await this.#call(options.variant, {}), targets };
    yield* this.#scores(prompts, call, { ...options, counts: (index) => targets[index]!.length });
  }

  /** Answers questions that nobody asked, so that the kernels of first runs are there. */
  async warmUp(): Promise<void> {
    const prompts = [{ prefix: [], suffix: [0] }];
    await Array.fromAsync(this.choiceLogProbs(prompts, [0]));
    await Array.fromAsync(this.generate(prompts, { maxNewTokens: 2 }));
  }

  /** Frees the session's memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.release();
  }

  /** The scores of each prompt, as many as `counts` says. */
  async *#scores(
    prompts: readonly Prompt[],
    call: GraphCall,
    { counts, ...options }: EngineCallOptions & { counts(index: number): number },
  ): AsyncGenerator<{ index: number; logProbs: number[] }> {
    for await (const { prompts: rows, out } of this.#runs.run(prompts, call, options)) {
      const scores = out.choice_log_probs!.data as Float32Array;
      let at = 0;
      for (const index of rows) {
        const logProbs = [...scores.subarray(at, at += counts(index))];
        refuseNotFiniteScores(logProbs, this.#checkpoint, options.variant ?? {});
        yield { index, logProbs };
      }
    }
  }

  /** A call that generates, or, without new tokens, one that scores. */
  async #call(
    variant: Variant = {},
    { maxNewTokens = 0, endTokenIds = [], choices = [0] }: {
      readonly maxNewTokens?: number;
      readonly endTokenIds?: readonly number[];
      readonly choices?: readonly number[];
    },
  ): Promise<GraphCall> {
    const scores = maxNewTokens === 0;
    return {
      maxNewTokens,
      feeds: {
        choice_ids: int64(choices),
        want_scores: flag(scores),
        no_tokens: int64([]),
        no_scores: floats([], [0, choices.length]),
        decode_steps: int64([Math.max(0, maxNewTokens - 1)], []),
        end_ids: int64([...endTokenIds, NOT_FINITE]),
        ...await loraFeeds(this.#checkpoint, this.#options, variant),
      },
      outputs: scores ? ["choice_log_probs"] : ["first_tokens", "next_tokens"],
    };
  }
}
