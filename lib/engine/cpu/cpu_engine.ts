import type { InferenceSession } from "onnxruntime-node";
import { type Batch, commonLength, planBatches } from "./batch_plan.ts";
import type { Checkpoint } from "../checkpoint/mod.ts";
import { buildCpuGraph } from "./cpu_graph.ts";
import { CpuRunner } from "./cpu_runner.ts";
import { GROWTH, OwnCache, PrefixCache } from "./kv_cache.ts";
import {
  checkPrompts,
  checkTexts,
  defaultContextLength,
  type Feeds,
  loraFeeds,
  type LoraSites,
  openSession,
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

/** Options of {@linkcode openCpuEngine}. */
export interface CpuEngineOptions extends LoraSites {
  /** Most sequences that are decoded together; 64 when left out. */
  readonly batchSize?: number;
  /** Most tokens of a prompt with its completion; the model's own limit, at most 8,192, when left out. */
  readonly contextLength?: number;
  /** Threads of one operator; ONNX Runtime's choice (the physical cores) when left out. */
  readonly threads?: number;
  /**
   * What runs the operators; the CPU when left out. `"cuda"` computes the same graph in float32 on a GPU,
   * what has no kernel there on the CPU: slower than `openCudaEngine` and exact, so that the half types
   * can be held against it. Set the environment variable `NVIDIA_TF32_OVERRIDE=0` before the process
   * starts, or products are rounded to 10 bits.
   */
  readonly provider?: "cpu" | "cuda";
}

type Settings = Required<Omit<CpuEngineOptions, "threads" | "provider">>;

/** Steps between two looks at which sequences have ended: those leave the batch. */
const STEPS_PER_RUN = 8;
/** Sequences leave the batch when at least this share of it has ended: leaving costs a copy of the rest. */
const LEAVING_SHARE = 1 / 8;
/** What reading a batch of prompts takes of answering it, about: it is for what is told meanwhile. */
const READING_SHARE = 1 / 2;
/** Bytes of keys and values that may be copied so that groups with other prefixes run together. */
const BRANCH_BYTES = 192 * 2 ** 20;
/**
 * How long a thread without work looks for more in a loop before it sleeps. Waking one takes longer
 * than most of a step's small operators; without a bound the loops take the cores from other processes.
 */
const SPIN_MICROSECONDS = "100";
const DEFAULT_BATCH_SIZE = 64;

/**
 * Opens a checkpoint for inference in float32, on the CPU unless the options name a GPU. Writes nothing but a
 * graph of about a megabyte beside the weights (ONNX Runtime reads external
 * data only from the graph's own folder), under a name that depends on its
 * content, so that it is written once.
 *
 * @throws {UsageError} If the folder of the weights cannot be written.
 */
export async function openCpuEngine(
  checkpoint: Checkpoint,
  options: CpuEngineOptions = {},
): Promise<CpuEngine> {
  const contextLength = options.contextLength ?? defaultContextLength(checkpoint);
  const { loraModules = [], loraTerms = [] } = options;
  const graph = buildCpuGraph(checkpoint, { loraModules, loraTerms, contextLength });
  const path = await writeGraph(checkpoint, graph, "cpu");
  const session = await openSession(path, {
    executionProviders: options.provider === "cuda" ? ["cuda", "cpu"] : ["cpu"],
    graphOptimizationLevel: "all",
    extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: SPIN_MICROSECONDS } } },
    ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
  });
  return new CpuEngine(session, checkpoint, {
    batchSize: options.batchSize ?? DEFAULT_BATCH_SIZE,
    loraModules,
    loraTerms,
    contextLength,
  });
}

/** The inference engine over one ONNX Runtime session; made by {@linkcode openCpuEngine}. */
export class CpuEngine implements Engine {
  readonly #session: InferenceSession;
  readonly #runner: CpuRunner;
  readonly #checkpoint: Checkpoint;
  readonly #settings: Settings;
  /** The shared beginning that was computed last, and for which weights. */
  #known: { readonly variant: Variant; readonly cache: PrefixCache };

  /** An engine over a session of the graph that `buildCpuGraph` writes. */
  constructor(session: InferenceSession, checkpoint: Checkpoint, settings: Settings) {
    this.#session = session;
    this.#runner = new CpuRunner(session, checkpoint);
    this.#checkpoint = checkpoint;
    this.#settings = settings;
    this.#known = { variant: {}, cache: new PrefixCache(this.#runner.shape) };
  }

  /** Greedy completions; see {@linkcode Engine}. */
  async *generate(
    prompts: readonly Prompt[],
    { maxNewTokens, endTokenIds, variant = {}, onProgress, onPart, signal }: GenerateOptions,
  ): AsyncGenerator<Completion> {
    checkPrompts(prompts, this.#settings.contextLength - maxNewTokens);
    let done = 0;
    const call = {
      ...await this.#openCall(variant, signal),
      onRows: (rows: number) => onPart?.(done + rows, prompts.length),
    };
    const { layers, kvHeads, headDim, endTokenIds: ownEnds } = this.#checkpoint.config;
    const limits = { maxNewTokens, endTokenIds: endTokenIds ?? ownEnds };
    const batches = planBatches(prompts, {
      batchSize: this.#settings.batchSize,
      maxBranchTokens: BRANCH_BYTES / (layers * kvHeads * headDim * 2 * 4),
    });
    for (const batch of batches) {
      const completions = await this.#complete(batch, limits, call);
      yield* completions;
      done += completions.length;
      onProgress?.(done, prompts.length);
    }
  }

  /** Log-probabilities of the choices as the next token; see {@linkcode Engine}. */
  async *choiceLogProbs(
    prompts: readonly Prompt[],
    choices: readonly number[],
    { variant = {}, onProgress, onPart, signal }: EngineCallOptions = {},
  ): AsyncGenerator<ChoiceScores> {
    checkPrompts(prompts, this.#settings.contextLength);
    const call = await this.#openCall(variant, signal);
    let done = 0;
    // one step asks for no packing: groups run one after the other
    const batches = planBatches(prompts, {
      batchSize: this.#settings.batchSize,
      maxBranchTokens: 0,
    });
    for (const { trunk, groups } of batches) {
      const rows = groups.flatMap(({ prompts }) => prompts);
      const { logProbs } = await this.#runner.prefill({
        sequences: rows.map(({ suffix }) => suffix),
        prefix: await this.#prefix(trunk, call),
        past: new OwnCache(this.#runner.shape, rows.length),
        choices,
        ...call.weights,
      }, { signal, onRows: (rows) => onPart?.(done + rows, prompts.length) });
      yield* rows.map(({ index }, row) => ({ index, logProbs: logProbs[row]! }));
      done += rows.length;
      onProgress?.(done, prompts.length);
    }
  }

  /** Log-probabilities of texts; see {@linkcode Engine}. */
  async *textLogProbs(
    texts: readonly (readonly number[])[],
    { variant = {}, onProgress, onPart, signal }: EngineCallOptions = {},
  ): AsyncGenerator<TextScores> {
    checkTexts(texts, this.#settings.contextLength);
    const { weights } = await this.#openCall(variant, signal);
    for (let done = 0; done < texts.length;) {
      const batch = texts.slice(done, done + this.#settings.batchSize);
      const first = done;
      const { logProbs } = await this.#runner.prefill({
        sequences: batch.map((text) => text.slice(0, -1)),
        targets: batch.map((text) => text.slice(1)),
        prefix: new PrefixCache(this.#runner.shape),
        past: new OwnCache(this.#runner.shape, batch.length),
        ...weights,
      }, { signal, onRows: (rows) => onPart?.(first + rows, texts.length) });
      yield* logProbs.map((row, i) => ({ index: first + i, logProbs: row }));
      done += batch.length;
      onProgress?.(done, texts.length);
    }
  }

  /** Frees the session's memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }

  async #openCall(variant: Variant, signal: AbortSignal | undefined): Promise<Call> {
    const lora = await loraFeeds(this.#checkpoint, this.#settings, variant);
    return { signal, weights: { variant, lora } };
  }

  /** Keys and values of a shared beginning, from where it parts from the one computed last. */
  async #prefix(tokens: readonly number[], { weights, signal }: Call): Promise<PrefixCache> {
    const { variant } = weights;
    const same = variant.adapter === this.#known.variant.adapter &&
      variant.scale === this.#known.variant.scale;
    const { cache } = this.#known;
    const known = cache.truncate(same ? commonLength(cache.tokens, tokens) : 0);
    const extended = await this.#runner.extendPrefix(known, tokens, { ...weights, signal });
    this.#known = { variant, cache: extended };
    return extended;
  }

  /** Decodes a batch to its end, in runs of a few steps; ended sequences leave between runs. */
  async #complete(
    { trunk, groups }: Batch,
    { maxNewTokens, endTokenIds }: Required<Pick<GenerateOptions, "maxNewTokens" | "endTokenIds">>,
    call: Call & { onRows(rows: number): void },
  ): Promise<Completion[]> {
    const { weights, signal, onRows } = call;
    const prefix = await this.#prefix(trunk, call);
    const rows = groups.flatMap(({ prompts }) => prompts);
    const branches = await this.#branches(groups, prefix, call);
    const longest = Math.max(...rows.map(({ suffix }) => suffix.length));
    let past = branches.select(
      groups.flatMap(({ prompts }, group) => prompts.map(() => group)),
      longest + Math.min(maxNewTokens, STEPS_PER_RUN),
    );
    const first = await this.#runner.prefill(
      { sequences: rows.map(({ suffix }) => suffix), prefix, past, endTokenIds, ...weights },
      { signal, onRows: (read) => onRows(READING_SHARE * read) },
    );
    const generated = first.tokens.map((tokens) => [...tokens]);
    const ended = [...first.ended];
    // rows of the cache, as positions in `rows`
    let running = rows.map((_, row) => row);
    for (let made = 1; made < maxNewTokens;) {
      const going = running.filter((row) => !ended[row]);
      if (going.length === 0) break;
      if (running.length - going.length >= running.length * LEAVING_SHARE) {
        past = past.select(going.map((row) => running.indexOf(row)), GROWTH);
        running = going;
      }
      signal?.throwIfAborted();
      const steps = Math.min(STEPS_PER_RUN, maxNewTokens - made);
      // a sequence that has ended and not left yet repeats its last token to no effect
      const sequences = running.map((row) => [generated[row]!.at(-1) ?? rows[row]!.suffix.at(-1)!]);
      const result = await this.#runner.run({
        ...{ sequences, prefix, past, steps, endTokenIds },
        ...weights,
      });
      made += steps;
      if (made < maxNewTokens) past.append(0, result.recent);
      for (const [i, row] of running.entries()) {
        if (ended[row]) continue;
        generated[row]!.push(...result.tokens[i]!);
        ended[row] = result.ended[i]!;
      }
      const over = made < maxNewTokens ? ended.filter(Boolean).length : rows.length;
      onRows(READING_SHARE * rows.length + (1 - READING_SHARE) * over);
    }
    return rows.map(({ index }, row) => ({
      index,
      tokens: generated[row]!,
      finishReason: ended[row] ? "stop" : "length",
    }));
  }

  /** Keys and values of each group's branch, a row each. */
  async #branches(
    groups: Batch["groups"],
    prefix: PrefixCache,
    { weights, signal }: Call,
  ): Promise<OwnCache> {
    const past = new OwnCache(this.#runner.shape, groups.length);
    if (groups.every(({ branch }) => branch.length === 0)) return past;
    const sequences = groups.map(({ branch }) => branch);
    await this.#runner.prefill({ sequences, prefix, past, ...weights }, { signal });
    return past;
  }
}

/** What every run of one call needs. */
interface Call {
  readonly signal: AbortSignal | undefined;
  /** The variant, and its adapter as the graph takes it. */
  readonly weights: { readonly variant: Variant; readonly lora: Feeds };
}
