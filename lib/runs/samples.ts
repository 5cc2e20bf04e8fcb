import { z } from "zod";
import { COUNT, type RecordOf, SHA256, TEXT } from "../ground/mod.ts";

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

/** The keys of {@linkcode WrittenSample}. */
export const WRITTEN_SAMPLE_KEYS:
  & typeof SAMPLE_NAME_KEYS
  & typeof SAMPLE_PROMPT_KEYS
  & typeof COMPLETION_KEYS = {
    ...SAMPLE_NAME_KEYS,
    ...SAMPLE_PROMPT_KEYS,
    ...COMPLETION_KEYS,
  };

/** What a variant wrote to a multiple-choice question. */
export interface WrittenSample extends RecordOf<typeof WRITTEN_SAMPLE_KEYS> {}

/** The keys of {@linkcode SqlSample}. */
export const SQL_SAMPLE_KEYS = {
  ...SAMPLE_NAME_KEYS,
  /** The example's database. */
  dbId: TEXT,
  ...SAMPLE_PROMPT_KEYS,
  ...COMPLETION_KEYS,
};

/** One greedy completion of a text-to-SQL prompt: what the model said, not yet judged. */
export interface SqlSample extends RecordOf<typeof SQL_SAMPLE_KEYS> {}

/** The keys of {@linkcode MmluSample}. */
export const MMLU_SAMPLE_KEYS = {
  ...SAMPLE_NAME_KEYS,
  /** The question's subject. */
  subject: TEXT,
  /** The subject's category. */
  category: TEXT,
  ...SAMPLE_PROMPT_KEYS,
  /**
   * Log-probabilities of the letters from A on as the next token, nats, <= 0; as many as the
   * question has choices: 4 in MMLU, 2 to 10 in data of one's own.
   */
  logProbs: z.array(z.number().max(0)).min(2).max(10),
};

/** The letter scores of one multiple-choice question. */
export interface MmluSample extends RecordOf<typeof MMLU_SAMPLE_KEYS> {}

/** The keys of {@linkcode ProseSample}. */
export const PROSE_SAMPLE_KEYS = {
  ...SAMPLE_NAME_KEYS,
  /** The passage's kind. */
  kind: TEXT,
  /** The passage's topic. */
  topic: TEXT,
  ...SAMPLE_PROMPT_KEYS,
  /** Tokens that were scored. */
  tokens: z.int().min(1),
  /** The sum of their negative log-probabilities, nats. */
  nats: z.number().min(0),
};

/** How well a variant predicts one passage. */
export interface ProseSample extends RecordOf<typeof PROSE_SAMPLE_KEYS> {}

/** The lines of the stores. */
export const SAMPLES = {
  /** {@linkcode SqlSample} */
  sql: z.strictObject(SQL_SAMPLE_KEYS),
  /** {@linkcode MmluSample} */
  mmlu: z.strictObject(MMLU_SAMPLE_KEYS),
  /** {@linkcode WrittenSample} */
  written: z.strictObject(WRITTEN_SAMPLE_KEYS),
  /** {@linkcode ProseSample} */
  prose: z.strictObject(PROSE_SAMPLE_KEYS),
};
