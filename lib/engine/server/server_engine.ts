import { UsageError } from "../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint/mod.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import type {
  ChoiceScores,
  Completion,
  Engine,
  EngineCallOptions,
  GenerateOptions,
  Prompt,
  TextScores,
} from "../engine.ts";
import { checkTexts, groupByPrefix } from "../graph/mod.ts";
import { probeScoring, scoreChoices, type Scoring, type ScoringMethod } from "./choice_scoring.ts";
import { requestCompletion } from "./completion_request.ts";
import { checkTokenizer, identifyModel, type ServedModel } from "./identify_server.ts";
import { runPool } from "./request_pool.ts";
import { type RequestOptions, ServerClient, type ServerClientOptions } from "./server_client.ts";
import { ServedAdapters } from "./served_adapters.ts";
import { scoreText } from "./text_scoring.ts";

/** Which model the study has here, and where the server is. */
export interface ServerEngineOptions extends ServerClientOptions {
  /** The server's address, with or without `/v1`. */
  readonly url: string;
  /** The model's id in the config. */
  readonly modelId: string;
  /** The checkpoint's folder and configuration; its weights are not read. */
  readonly checkpoint: Pick<Checkpoint, "dir" | "config">;
  /** The study's tokenizer, which the server's is compared with. */
  readonly tokenizer: Pick<Tokenizer, "encode">;
  /** The base model's name on the server, where it is neither its id nor its folder. */
  readonly servedModel?: string | undefined;
  /** Names of adapters on the server by their folder's name, for those loaded there by hand. */
  readonly servedAdapters?: Readonly<Record<string, string>> | undefined;
  /** Most requests in flight; 64 when left out. */
  readonly concurrency?: number;
  /** Stops the opening. */
  readonly signal?: AbortSignal;
}

/** What is known of the server after its opening, to be recorded with the results. */
export interface ServerFacts extends ServedModel {
  /** The server's address. */
  readonly url: string;
  /** How it gives log-probabilities. */
  readonly scoring: ScoringMethod;
}

/**
 * While it opens, a server that does not answer is more likely a wrong address
 * than a busy server.
 */
const OPENING_ATTEMPTS = 3;

/**
 * Opens an OpenAI-compatible completions server as an engine: vLLM (0.10.2 or
 * later) on this machine, on another one, or over a cluster.
 *
 * Before anything is asked, it checks that the server has the model, that its
 * tokenizer is the study's and token ids arrive as they are, that it returns
 * the ids that it generated, and how it gives log-probabilities that are
 * normalised over the whole vocabulary.
 *
 * @throws {UsageError} If the server cannot be reached or a check fails.
 *
 * @example (not run: needs a server)
 * ```ts ignore
 * await using engine = await openServerEngine({
 *   url: "http://127.0.0.1:8000/v1",
 *   modelId: config.model.id,
 *   checkpoint,
 *   tokenizer,
 *   concurrency: config.engine.batchSize,
 * });
 * ```
 */
export async function openServerEngine(
  {
    url,
    modelId,
    checkpoint,
    tokenizer,
    servedModel,
    servedAdapters = {},
    concurrency = 64,
    signal,
    ...clientOptions
  }: ServerEngineOptions,
): Promise<ServerEngine> {
  const client = new ServerClient(url, clientOptions);
  const options: RequestOptions = {
    signal,
    attempts: Math.min(clientOptions.attempts ?? OPENING_ATTEMPTS, OPENING_ATTEMPTS),
  };
  const { dir, config } = checkpoint;
  const served = await identifyModel(client, { id: modelId, dir, servedModel }, options);
  const model = served.name;
  const prompt = await checkTokenizer(client, { model, tokenizer }, options);
  const { vocabSize, endTokenIds } = config;
  const scoring = await probeScoring(client, { model, prompt, vocabSize }, options);
  const adapters = new ServedAdapters(client, {
    base: model,
    names: served.names,
    servedAdapters,
  });
  return new ServerEngine(client, {
    facts: { ...served, url: client.root, scoring: scoring.method },
    scoring,
    adapters,
    endTokenIds,
    concurrency,
  });
}

interface ServerEngineParts {
  readonly facts: ServerFacts;
  readonly scoring: Scoring;
  readonly adapters: ServedAdapters;
  readonly endTokenIds: readonly number[];
  readonly concurrency: number;
}

/** The inference engine over a completions server; made by {@linkcode openServerEngine}. */
export class ServerEngine implements Engine {
  readonly #client: ServerClient;
  readonly #parts: ServerEngineParts;

  /** An engine over a client whose server was checked. */
  constructor(client: ServerClient, parts: ServerEngineParts) {
    this.#client = client;
    this.#parts = parts;
  }

  /** What the server is. */
  get facts(): ServerFacts {
    return this.#parts.facts;
  }

  /** Greedy completions; see {@linkcode Engine}. */
  async *generate(
    prompts: readonly Prompt[],
    {
      maxNewTokens,
      endTokenIds = this.#parts.endTokenIds,
      variant = {},
      onProgress,
      signal,
    }: GenerateOptions,
  ): AsyncGenerator<Completion> {
    this.#checkLengths(prompts, maxNewTokens);
    const model = await this.#parts.adapters.nameOf(variant, { signal });
    yield* this.#askAll(prompts, { onProgress, signal }, async (index, prompt, options) => {
      const { tokens, finishReason } = await requestCompletion(this.#client, {
        model,
        prompt,
        max_tokens: maxNewTokens,
        // these end tokens and no others, whatever the server takes for one
        ignore_eos: true,
        stop_token_ids: endTokenIds,
      }, options);
      const ended = endTokenIds.includes(tokens.at(-1) ?? -1);
      const kept = ended ? tokens.slice(0, -1) : tokens;
      const isWhole = (ended || (finishReason === "length" && tokens.length === maxNewTokens)) &&
        !kept.some((id) => endTokenIds.includes(id));
      if (!isWhole) {
        throw new Error(
          `Cannot take the completion of prompt ${index}: the server at ${this.#client.root} ended ` +
            `it by "${finishReason}" after ${tokens.length} of ${maxNewTokens} tokens, the last ` +
            `one ${tokens.at(-1)}, with the end tokens ${endTokenIds.join(", ")}`,
        );
      }
      return { index, tokens: kept, finishReason: ended ? "stop" : "length" };
    });
  }

  /** Log-probabilities of the choices as the next token; see {@linkcode Engine}. */
  async *choiceLogProbs(
    prompts: readonly Prompt[],
    choices: readonly number[],
    { variant = {}, onProgress, signal }: EngineCallOptions = {},
  ): AsyncGenerator<ChoiceScores> {
    this.#checkLengths(prompts, 1);
    const model = await this.#parts.adapters.nameOf(variant, { signal });
    const { scoring } = this.#parts;
    yield* this.#askAll(prompts, { onProgress, signal }, async (index, prompt, options) => {
      const request = { model, prompt, choices };
      const logProbs = await scoreChoices(this.#client, request, { ...options, scoring });
      return { index, logProbs };
    });
  }

  /** Log-probabilities of texts; see {@linkcode Engine}. */
  async *textLogProbs(
    texts: readonly (readonly number[])[],
    { variant = {}, onProgress, signal }: EngineCallOptions = {},
  ): AsyncGenerator<TextScores> {
    const { maxModelLen = Infinity } = this.#parts.facts;
    checkTexts(texts, maxModelLen - 1);
    const model = await this.#parts.adapters.nameOf(variant, { signal });
    const prompts = texts.map((text) => ({ prefix: [], suffix: text }));
    yield* this.#askAll(prompts, { onProgress, signal }, async (index, text, options) => ({
      index,
      logProbs: await scoreText(this.#client, { model, text }, options),
    }));
  }

  /** Takes off the server what was loaded onto it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.adapters.unload();
  }

  /** Asks one request a prompt, those with the same prefix one after the other. */
  async *#askAll<Result>(
    prompts: readonly Prompt[],
    { onProgress, signal }: {
      readonly onProgress: EngineCallOptions["onProgress"] | undefined;
      readonly signal: AbortSignal | undefined;
    },
    ask: (index: number, prompt: readonly number[], options: RequestOptions) => Promise<Result>,
  ): AsyncGenerator<Result> {
    const order = orderByPrefix(prompts);
    const groups = runPool(order, (index, slot) => {
      const { prefix, suffix } = prompts[index]!;
      return ask(index, [...prefix, ...suffix], slot);
    }, { concurrency: this.#parts.concurrency, signal });
    let done = 0;
    for await (const group of groups) {
      yield* group;
      done += group.length;
      onProgress?.(done, prompts.length);
    }
  }

  #checkLengths(prompts: readonly Prompt[], newTokens: number): void {
    const { maxModelLen = Infinity } = this.#parts.facts;
    for (const [index, { prefix, suffix }] of prompts.entries()) {
      const length = prefix.length + suffix.length;
      if (suffix.length === 0) {
        throw new RangeError(`Cannot ask prompt ${index}: its suffix is empty`);
      }
      if (length + newTokens > maxModelLen) {
        throw new UsageError(
          `Cannot ask prompt ${index} of the server at ${this.#client.root}: it has ${length} ` +
            `tokens and ${newTokens} are to follow, the server takes ${maxModelLen} in all: ` +
            "start it with a larger --max-model-len",
        );
      }
    }
  }
}

/** Positions of the prompts, equal prefixes together, so that the server's prefix cache has them. */
function orderByPrefix(prompts: readonly Prompt[]): number[] {
  const groups = groupByPrefix(prompts).map(({ prompts }) => prompts.map(({ index }) => index));
  return groups.flatMap((indices) => indices.sort((x, y) => x - y));
}
