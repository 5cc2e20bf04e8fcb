import { z } from "zod";
import { type Check, checkRecord, type RecordOf, textOfForm } from "../ground/mod.ts";

const TEXT = z.string().min(1);
const COUNT = z.int().min(0);
const SHA256 = textOfForm(/^[0-9a-f]{64}$/, "64 hexadecimal digits");

const SAMPLE_KEYS = {
  /** `contentKey` of what determines the sample. */
  key: SHA256,
  /** The id of the passage or the question. */
  id: TEXT,
  /** "base", or the variant's name. */
  variant: TEXT,
  /** SHA-256 of the prompt's token ids, hexadecimal. */
  promptHash: SHA256,
  /** Tokens of the prompt. */
  promptTokens: z.int().min(1),
};

/** The keys of {@linkcode ProseSample}. */
export const PROSE_SAMPLE_KEYS = {
  ...SAMPLE_KEYS,
  /** The passage's kind. */
  kind: TEXT,
  /** The passage's topic. */
  topic: TEXT,
  /** Tokens that were scored. */
  tokens: z.int().min(1),
  /** The sum of their negative log-probabilities, nats. */
  nats: z.number().min(0),
};

/** How well a variant predicts one passage. */
export interface ProseSample extends RecordOf<typeof PROSE_SAMPLE_KEYS> {}

/** The keys of {@linkcode WrittenSample}. */
export const WRITTEN_SAMPLE_KEYS = {
  ...SAMPLE_KEYS,
  /** The generated token ids, without the end token. */
  tokens: z.array(COUNT),
  /** The generated text, decoded. */
  text: z.string(),
  /** `stop` at the end token, `length` at the limit. */
  finishReason: z.enum(["stop", "length"]),
};

/** What a variant wrote to a multiple-choice question. */
export interface WrittenSample extends RecordOf<typeof WRITTEN_SAMPLE_KEYS> {}

/** Checks a line of a store of {@linkcode ProseSample}s. */
export const checkProseSample: Check<ProseSample> = (value, { file }) =>
  checkRecord(z.strictObject(PROSE_SAMPLE_KEYS), value, file);

/** Checks a line of a store of {@linkcode WrittenSample}s. */
export const checkWrittenSample: Check<WrittenSample> = (value, { file }) =>
  checkRecord(z.strictObject(WRITTEN_SAMPLE_KEYS), value, file);
