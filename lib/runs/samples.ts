import { anyText, type Check, integer, list, number, oneOf, shape, text } from "../ground/mod.ts";

/** One greedy completion of a text-to-SQL prompt: what the model said, not yet judged. */
export interface SqlSample {
  /** `contentKey` of what determines the completion. */
  readonly key: string;
  /** The example's id, such as `dev-12`. */
  readonly id: string;
  /** The example's database. */
  readonly dbId: string;
  /** "base" or the recipe's name. */
  readonly variant: string;
  /** SHA-256 of the prompt's token ids, hexadecimal. */
  readonly promptHash: string;
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** The generated token ids, without the end token. */
  readonly tokens: readonly number[];
  /** The generated text, decoded. */
  readonly text: string;
  /** `stop` at the end token, `length` at the limit. */
  readonly finishReason: "stop" | "length";
}

/** The letter scores of one multiple-choice question. */
export interface MmluSample {
  /** `contentKey` of what determines the scores. */
  readonly key: string;
  /** The question's id, such as `astronomy-7`. */
  readonly id: string;
  /** The question's subject. */
  readonly subject: string;
  /** The subject's category. */
  readonly category: string;
  /** "base" or the recipe's name. */
  readonly variant: string;
  /** SHA-256 of the prompt's token ids, hexadecimal. */
  readonly promptHash: string;
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /**
   * Log-probabilities of the letters from A on as the next token, nats, <= 0; as many as the
   * question has choices: 4 in MMLU, 2 to 10 in data of one's own.
   */
  readonly logProbs: readonly number[];
}

const SHA256 = text({ pattern: /^[0-9a-f]{64}$/, says: "64 hexadecimal digits" });

/** Checks a line of a store of {@linkcode SqlSample}s. */
export const checkSqlSample: Check<SqlSample> = shape<SqlSample>({
  key: SHA256,
  id: text(),
  dbId: text(),
  variant: text(),
  promptHash: SHA256,
  promptTokens: integer({ min: 1 }),
  tokens: list(integer({ min: 0 })),
  text: anyText(),
  finishReason: oneOf(["stop", "length"]),
});

/** Checks a line of a store of {@linkcode MmluSample}s. */
export const checkMmluSample: Check<MmluSample> = shape<MmluSample>({
  key: SHA256,
  id: text(),
  subject: text(),
  category: text(),
  variant: text(),
  promptHash: SHA256,
  promptTokens: integer({ min: 1 }),
  logProbs: list(number({ max: 0 }), { min: 2, max: 10 }),
});
