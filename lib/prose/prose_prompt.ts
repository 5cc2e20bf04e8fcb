import { UsageError } from "../ground/mod.ts";
import type { Passage } from "./parse_passages.ts";
import type { ProseScore } from "./types.ts";

/** The version of how passages become tokens; results with another version are not comparable. */
export const PROSE_PROMPT_VERSION = "prose-1";

/** The most tokens of a passage that are shown to a model, the begin token included. */
export const MAX_PASSAGE_TOKENS = 512;

/** What is needed of a tokenizer; the engine's `Tokenizer` has it. */
export interface ProseTokenizer {
  /** Ids that the tokenizer puts in front of every plain text; none for many models. */
  readonly beginTokens: readonly number[];
  /** Ids of a text alone, without any special token round it. */
  encode(text: string): readonly number[];
}

/** A passage as the model sees it. */
export interface ProsePrompt extends Pick<Passage, "id" | "kind" | "topic"> {
  /** Token ids, at least 2: the second and all after it are scored. */
  readonly tokens: readonly number[];
  /** Tokens of the passage that were cut off its end, 0 for most. */
  readonly cut: number;
}

/**
 * A passage as token ids: the begin token, if the tokenizer has one, and the ids of the text, with
 * neither a chat template nor an end token.
 *
 * Each id is predicted from those before it, so the first has no prediction and the second is the
 * first that is scored. With a begin token every token of the text is scored; without one the
 * text's first token only serves as context. Nats a token therefore compare variants of one model,
 * and not models with different tokenizers.
 *
 * @param passage The passage.
 * @param tokenizer The model's tokenizer.
 * @returns The ids, and how many were cut off. Say so to the reader: see {@linkcode cutNotice}.
 * @throws {UsageError} If the passage is too short to score a single token.
 *
 * @example A tokenizer that takes characters for tokens, with begin token 1
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const tokenizer = {
 *   beginTokens: [1],
 *   encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)),
 * };
 * const passage = { id: "a", kind: "narrative", topic: "sea", text: "Ahoy" };
 * const { tokens, cut } = prosePrompt(passage, tokenizer);
 * assert.deepEqual(tokens, [1, 65, 104, 111, 121]);
 * assert.equal(cut, 0);
 * ```
 *
 * Source: https://huggingface.co/docs/transformers/perplexity, where the labels are shifted in the
 * model, so that the loss is the mean over one token fewer than it is given. We differ on purpose
 * in having no sliding window: a passage is short, and one that is not is cut.
 */
export function prosePrompt(passage: Passage, tokenizer: ProseTokenizer): ProsePrompt {
  const { id, kind, topic, text } = passage;
  const all = [...tokenizer.beginTokens, ...tokenizer.encode(text)];
  if (all.length < 2) {
    throw new UsageError(
      `Cannot score passage ${id}: it is a single token for this model, and the first is never scored`,
    );
  }
  const tokens = all.slice(0, MAX_PASSAGE_TOKENS);
  return { id, kind, topic, tokens, cut: all.length - tokens.length };
}

/**
 * The sentence that says how many passages were cut, or `undefined` if none was.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const prompt = { id: "a", kind: "own text", topic: "a", tokens: [1, 2, 3], cut: 7 };
 * assert.equal(
 *   cutNotice([prompt, { ...prompt, id: "b", cut: 0 }]),
 *   "1 of 2 passages is too long and cut: 7 of 13 tokens are not scored",
 * );
 * ```
 */
export function cutNotice(prompts: readonly ProsePrompt[]): string | undefined {
  const cut = prompts.filter((prompt) => prompt.cut > 0).length;
  if (cut === 0) return undefined;
  const lost = prompts.reduce((sum, prompt) => sum + prompt.cut, 0);
  const shown = prompts.reduce((sum, prompt) => sum + prompt.tokens.length, 0);
  return `${cut} of ${prompts.length} passages ${cut === 1 ? "is" : "are"} too long and cut: ` +
    `${lost} of ${shown + lost} tokens are not scored`;
}

/**
 * The score of a passage, from what an engine says about its prompt.
 *
 * @param prompt The prompt.
 * @param nats The sum of the negative log-probabilities of its second to last token, nats.
 * @returns The score; `tokens` is one fewer than the prompt's.
 * @throws {RangeError} If `nats` is negative or not finite: no model says that.
 */
export function proseScore(prompt: ProsePrompt, nats: number): ProseScore {
  if (!Number.isFinite(nats) || nats < 0) {
    throw new RangeError(
      `Cannot score passage ${prompt.id} as its nats must be finite and >= 0: current value is ${nats}`,
    );
  }
  const { id, kind, topic, tokens } = prompt;
  return { id, kind, topic, tokens: tokens.length - 1, nats };
}
