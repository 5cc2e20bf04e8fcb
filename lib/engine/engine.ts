import type { Adapter } from "./checkpoint/mod.ts";
import type { Prompt } from "./tokenizer/mod.ts";

export type { Prompt };

/** Which weights answer: none of the fields is the base model. */
export interface Variant {
  /** The adapter on top of the base model. */
  readonly adapter?: Adapter;
  /** Factor on the adapter's own `alpha / rank`; 1 when left out, 0 is the base model. */
  readonly scale?: number;
}

/** Why a completion ended: at an end token, or at `maxNewTokens`. */
export type FinishReason = "stop" | "length";

/** A greedy completion of one prompt. */
export interface Completion {
  /** Position of the prompt in the call's list. */
  readonly index: number;
  /** Generated token ids without the end token. */
  readonly tokens: readonly number[];
  /** Why it ended. */
  readonly finishReason: FinishReason;
}

/** Log-probabilities of the asked token ids as the next token of one prompt. */
export interface ChoiceScores {
  /** Position of the prompt in the call's list. */
  readonly index: number;
  /** `[choices.length]`, nats, normalised over the whole vocabulary. */
  readonly logProbs: readonly number[];
}

/** How likely a text is to a model: the log-probability of each token given those before it. */
export interface TextScores {
  /** Position of the text in the call's list. */
  readonly index: number;
  /** `[tokens - 1]`, nats: of the second token given the first, and so on. */
  readonly logProbs: readonly number[];
}

/** Options that generation and scoring share. */
export interface EngineCallOptions {
  /** The weights that answer; the base model when left out. */
  readonly variant?: Variant;
  /** Called after each finished batch with prompts done and prompts asked. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * Called while a batch is worked on, by engines whose batches take long: prompts done and prompts
   * asked, those of the batch counted in parts.
   */
  readonly onPart?: (done: number, total: number) => void;
  /** Stops the call between batches. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode Engine.generate}. */
export interface GenerateOptions extends EngineCallOptions {
  /** Most tokens of a completion. */
  readonly maxNewTokens: number;
  /** Ids that end a completion; those of the checkpoint when left out, none for an empty list. */
  readonly endTokenIds?: readonly number[];
}

/**
 * What everything else talks to. Results arrive batch by batch, in an order
 * that suits the engine; `index` says which prompt each belongs to.
 */
export interface Engine extends AsyncDisposable {
  /** Completes prompts greedily: at each step the likeliest token. */
  generate(prompts: readonly Prompt[], options: GenerateOptions): AsyncIterable<Completion>;
  /** Scores token ids as the next token of each prompt. */
  choiceLogProbs(
    prompts: readonly Prompt[],
    choices: readonly number[],
    options?: EngineCallOptions,
  ): AsyncIterable<ChoiceScores>;
  /**
   * Scores texts as they are, each from its first token on.
   *
   * @param texts Token ids, at least two a text.
   */
  textLogProbs(
    texts: readonly (readonly number[])[],
    options?: EngineCallOptions,
  ): AsyncIterable<TextScores>;
  /**
   * Does beforehand what the first question would wait for, such as loading a
   * device's kernels; left out where there is nothing of the kind.
   */
  warmUp?(): Promise<void>;
}
