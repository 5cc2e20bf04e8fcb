import { z } from "zod";
import { COUNT, SHA256, TEXT } from "../ground/mod.ts";

/** The keys that name a sample. */
export const SAMPLE_NAME_KEYS = {
  /** `contentKey` of what determines the sample. */
  key: SHA256,
  /** The id of the example, the question or the passage, such as `dev-12` or `astronomy-7`. */
  id: TEXT,
};

/** The keys that say who was asked what. */
export const SAMPLE_PROMPT_KEYS = {
  /** "base", or the variant's name. */
  variant: TEXT,
  /** SHA-256 of the prompt's token ids, hexadecimal. */
  promptHash: SHA256,
  /** Tokens of the prompt. */
  promptTokens: z.int().min(1),
};

/** The keys of a greedy completion. */
export const COMPLETION_KEYS = {
  /** The generated token ids, without the end token. */
  tokens: z.array(COUNT),
  /** The generated text, decoded. */
  text: z.string(),
  /** `stop` at the end token, `length` at the limit. */
  finishReason: z.enum(["stop", "length"]),
};
