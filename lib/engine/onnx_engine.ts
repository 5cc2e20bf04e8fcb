import { InferenceSession, Tensor } from "onnxruntime-node";
import { adaptedLayers, type Adapter } from "./adapter.ts";
import { planBatches, type PlannedPrompt } from "./batch_plan.ts";
import type { Checkpoint, LinearModule } from "./checkpoint.ts";
import { buildCpuGraph, cacheNames, LORA_SCALE, loraInputs } from "./cpu_graph.ts";
import { layOutSlots } from "./slot_layout.ts";
import { writeGraph } from "./write_graph.ts";
import type {
  ChoiceScores,
  Completion,
  Engine,
  EngineCallOptions,
  GenerateOptions,
  Prompt,
  Variant,
} from "./types.ts";

/** Options of {@linkcode openOnnxEngine}. */
export interface OnnxEngineOptions {
  /** Most sequences of one run; 32 when left out. */
  readonly batchSize?: number;
  /** Module kinds that the adapters of this session may change; none when left out. */
  readonly loraModules?: readonly LinearModule[];
  /** Most tokens of a prompt with its completion; the model's own limit, at most 8,192, when left out. */
  readonly contextLength?: number;
  /** Threads of one operator; ONNX Runtime's choice (the physical cores) when left out. */
  readonly threads?: number;
}

type Feeds = Record<string, Tensor>;

/** Steps between two looks at which sequences have ended: those leave the batch. */
const STEPS_PER_RUN = 8;
/** Tokens of a prefix that go through the model at once: bounds the size of the score matrices. */
const PREFIX_CHUNK = 512;
const DEFAULT_CONTEXT = 8192;

/**
 * Opens a checkpoint for inference on the CPU, in float32. Writes nothing but a
 * graph of about a megabyte beside the weights (ONNX Runtime reads external
 * data only from the graph's own folder), under a name that depends on its
 * content, so that it is written once.
 *
 * @throws {UsageError} If the folder of the weights cannot be written.
 */
export async function openOnnxEngine(
  checkpoint: Checkpoint,
  options: OnnxEngineOptions = {},
): Promise<OnnxEngine> {
  const contextLength = options.contextLength ??
    Math.min(checkpoint.config.maxPositions, DEFAULT_CONTEXT);
  const loraModules = options.loraModules ?? [];
  const graph = buildCpuGraph(checkpoint, { loraModules, contextLength });
  const path = await writeGraph(checkpoint, graph, "cpu");
  const session = await InferenceSession.create(path, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // threads that wait in a loop take the cores from other processes, and from each other
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
  });
  return new OnnxEngine(session, checkpoint, {
    batchSize: options.batchSize ?? 32,
    loraModules,
    contextLength,
  });
}

/** The inference engine over one ONNX Runtime session; made by {@linkcode openOnnxEngine}. */
export class OnnxEngine implements Engine {
  readonly #session: InferenceSession;
  readonly #checkpoint: Checkpoint;
  readonly #settings: Required<Omit<OnnxEngineOptions, "threads">>;
  readonly #emptyCache: { readonly prefix: Feeds };

  constructor(
    session: InferenceSession,
    checkpoint: Checkpoint,
    settings: Required<Omit<OnnxEngineOptions, "threads">>,
  ) {
    this.#session = session;
    this.#checkpoint = checkpoint;
    this.#settings = settings;
    const { layers, kvHeads, headDim } = checkpoint.config;
    this.#emptyCache = {
      prefix: Object.fromEntries(
        cacheNames("prefix", layers).map((name) => [name, zeros([kvHeads, 0, headDim])]),
      ),
    };
  }

  /** The checkpoint that this engine runs. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Greedy completions; see {@linkcode Engine}. */
  async *generate(
    prompts: readonly Prompt[],
    { maxNewTokens, variant = {}, onProgress, signal }: GenerateOptions,
  ): AsyncGenerator<Completion> {
    const lora = this.#loraFeeds(variant);
    let done = 0;
    const maxTokens = this.#settings.contextLength - maxNewTokens;
    for (const { prefix, batches } of planBatches(prompts, { ...this.#settings, maxTokens })) {
      const base = { ...lora, ...await this.#runPrefix(prefix, lora, signal) };
      for (const batch of batches) {
        yield* await this.#decode(batch, { base, start: prefix.length, maxNewTokens, signal });
        done += batch.length;
        onProgress?.(done, prompts.length);
      }
    }
  }

  /** Log-probabilities of the choices as the next token; see {@linkcode Engine}. */
  async *choiceLogProbs(
    prompts: readonly Prompt[],
    choices: readonly number[],
    { variant = {}, onProgress, signal }: EngineCallOptions = {},
  ): AsyncGenerator<ChoiceScores> {
    const lora = this.#loraFeeds(variant);
    let done = 0;
    const maxTokens = this.#settings.contextLength;
    for (const { prefix, batches } of planBatches(prompts, { ...this.#settings, maxTokens })) {
      const base = { ...lora, ...await this.#runPrefix(prefix, lora, signal) };
      for (const batch of batches) {
        signal?.throwIfAborted();
        const feeds = this.#startFeeds(batch.map(({ suffix }) => suffix), prefix.length);
        const out = await this.#session.run(
          { ...base, ...feeds, max_new: scalar(1), choice_ids: int64(choices), ...WANT_SCORES },
          ["choice_log_probs"],
        );
        const scores = out.choice_log_probs!.data as Float32Array;
        for (const [b, { index }] of batch.entries()) {
          const logProbs = [...scores.slice(b * choices.length, (b + 1) * choices.length)];
          yield { index, logProbs };
        }
        done += batch.length;
        onProgress?.(done, prompts.length);
      }
    }
  }

  /** Frees the session's memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }

  /** Computes the keys and values of a shared prefix, a chunk at a time. */
  async #runPrefix(
    prefix: readonly number[],
    lora: Feeds,
    signal: AbortSignal | undefined,
  ): Promise<Feeds> {
    const { layers } = this.#checkpoint.config;
    const names = cacheNames("prefix", layers);
    const outputs = cacheNames("prefix_out", layers);
    let cache = this.#emptyCache.prefix;
    for (let at = 0; at < prefix.length; at += PREFIX_CHUNK) {
      signal?.throwIfAborted();
      const feeds = this.#startFeeds([prefix.slice(at, at + PREFIX_CHUNK)], at);
      const out = await this.#session.run(
        { ...lora, ...cache, ...feeds, max_new: scalar(1), want_prefix: flag(true) },
        outputs,
      );
      cache = Object.fromEntries(names.map((name, i) => [name, out[outputs[i]!]! as Tensor]));
    }
    return cache;
  }

  /** Decodes a batch to its end, in runs of a few steps; ended sequences leave between runs. */
  async #decode(
    batch: readonly PlannedPrompt[],
    { base, start, maxNewTokens, signal }: {
      readonly base: Feeds;
      readonly start: number;
      readonly maxNewTokens: number;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Completion[]> {
    const { layers } = this.#checkpoint.config;
    const ownIn = cacheNames("own", layers);
    const ownOut = cacheNames("own_out", layers);
    const generated = batch.map((): number[] => []);
    const finished: Completion[] = [];
    // rows of the running batch, as positions in `batch`
    let running = batch.map((_, b) => b);
    let feeds = this.#startFeeds(batch.map(({ suffix }) => suffix), start);
    for (let made = 0; running.length > 0;) {
      signal?.throwIfAborted();
      const steps = Math.min(STEPS_PER_RUN, maxNewTokens - made);
      const out = await this.#session.run(
        { ...base, ...feeds, max_new: scalar(steps) },
        ["next_tokens", "done", "own_position_out", ...ownOut],
      );
      made += steps;
      const next = out.next_tokens!.data as BigInt64Array;
      const rows = running.length;
      for (let at = 0; at < next.length; at++) {
        const token = Number(next[at]);
        if (token >= 0) generated[running[at % rows]!]!.push(token);
      }
      const ended = out.done!.data as Uint8Array;
      const keep: number[] = [];
      for (const [row, b] of running.entries()) {
        if (ended[row] || made >= maxNewTokens) {
          const finishReason = ended[row] ? "stop" : "length";
          finished.push({ index: batch[b]!.index, tokens: generated[b]!, finishReason });
        } else keep.push(row);
      }
      running = keep.map((row) => running[row]!);
      if (running.length === 0) break;
      const layout = layOutSlots(
        running.map((b) => generated[b]!.slice(-1)),
        running.map((b) => start + batch[b]!.suffix.length + generated[b]!.length - 1),
      );
      feeds = {
        ...layoutFeeds(layout),
        keep: int64(keep),
        own_position: out.own_position_out as Tensor,
        ...Object.fromEntries(ownIn.map((name, i) => [name, out[ownOut[i]!] as Tensor])),
      };
    }
    return finished;
  }

  /** Feeds of sequences without own tokens yet, whose first new token has position `start`. */
  #startFeeds(sequences: readonly (readonly number[])[], start: number): Feeds {
    const { layers, kvHeads, headDim } = this.#checkpoint.config;
    const batch = sequences.length;
    const empty = zeros([kvHeads, batch, 0, headDim]);
    return {
      ...layoutFeeds(layOutSlots(sequences, sequences.map(() => start))),
      keep: int64(sequences.map((_, b) => b)),
      own_position: int64([], [batch, 0]),
      ...Object.fromEntries(cacheNames("own", layers).map((name) => [name, empty])),
    };
  }

  /** The adapter's factors as feeds; layers that it leaves alone get a rank of one, all zeros. */
  #loraFeeds({ adapter, scale = 1 }: Variant): Feeds {
    const { loraModules } = this.#settings;
    checkModules(adapter, loraModules);
    const feeds: Feeds = {
      ...DEFAULT_FEEDS,
      end_ids: int64(this.#checkpoint.config.endTokenIds),
    };
    if (loraModules.length === 0) return feeds;
    feeds[LORA_SCALE] = new Tensor("float32", [adapter ? adapter.scaling * scale : 0], []);
    for (const layer of adaptedLayers(this.#checkpoint, loraModules)) {
      const [out, inner] = this.#checkpoint.tensors.get(`${layer}.weight`)!.shape as [
        number,
        number,
      ];
      const factors = adapter?.factors.get(layer);
      const names = loraInputs(layer);
      feeds[names.a] = factors
        ? new Tensor("float32", factors.a, [factors.rank, inner])
        : zeros([1, inner]);
      feeds[names.b] = factors
        ? new Tensor("float32", factors.b, [out, factors.rank])
        : zeros([out, 1]);
    }
    return feeds;
  }
}

const WANT_SCORES: Feeds = { want_scores: flag(true) };

/** Feeds that most runs share; a run overrides what it needs. */
const DEFAULT_FEEDS: Feeds = {
  choice_ids: int64([0]),
  want_scores: flag(false),
  want_prefix: flag(false),
};

function checkModules(adapter: Adapter | undefined, loraModules: readonly LinearModule[]): void {
  const missing = adapter?.modules.filter((module) => !loraModules.includes(module)) ?? [];
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot apply the adapter in "${adapter!.dir}": the session was opened without ${missing}`,
    );
  }
}

function layoutFeeds(layout: ReturnType<typeof layOutSlots>): Feeds {
  const grid = [layout.batch, layout.slots];
  return {
    tokens: int64(layout.tokens),
    positions: int64(layout.positions),
    slot_token: int64(layout.slotToken, grid),
    slot_position: int64(layout.slotPosition, grid),
    token_slot: int64(layout.tokenSlot),
    last_token: int64(layout.lastToken),
  };
}

function int64(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

function scalar(value: number): Tensor {
  return int64([value], []);
}

function flag(value: boolean): Tensor {
  return new Tensor("bool", [value], []);
}

function zeros(dims: readonly number[]): Tensor {
  return new Tensor("float32", new Float32Array(dims.reduce((n, d) => n * d, 1)), dims);
}
