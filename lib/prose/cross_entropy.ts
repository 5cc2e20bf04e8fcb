import type { ProseScore } from "./types.ts";

/** How well a variant predicts a set of passages. Lower is better; `exp` of it is a perplexity. */
export interface CrossEntropy {
  /** Passages scored. */
  readonly passages: number;
  /** Tokens scored, over all passages. */
  readonly tokens: number;
  /** The mean over passages of their nats a token: each passage counts the same. */
  readonly perPassage: number;
}

/**
 * Cross-entropy in nats a token.
 *
 * `perPassage` is the figure to compare and to give an interval, since passages are what is
 * sampled and paired.
 *
 * @param scores One score a passage.
 * @throws {RangeError} If there are no scores, or one is of no token or not finite.
 *
 * @example A short passage weighs as much as a long one
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const passage = { kind: "narrative", topic: "sea" };
 * const { perPassage } = crossEntropy([
 *   { ...passage, id: "a", tokens: 10, nats: 40 },
 *   { ...passage, id: "b", tokens: 90, nats: 180 },
 * ]);
 * assert.equal(perPassage, 3);
 * ```
 */
export function crossEntropy(scores: readonly ProseScore[]): CrossEntropy {
  if (scores.length === 0) throw new RangeError("Cannot average the scores of no passages");
  const rates = scores.reduce((sum, score) => sum + natsPerToken(score), 0);
  const tokens = scores.reduce((sum, score) => sum + score.tokens, 0);
  return { passages: scores.length, tokens, perPassage: rates / scores.length };
}

/**
 * A passage's own cross-entropy: its nats over its scored tokens.
 *
 * @throws {RangeError} If no token was scored, or a number is not finite or negative.
 */
export function natsPerToken({ id, tokens, nats }: ProseScore): number {
  if (!Number.isSafeInteger(tokens) || tokens < 1 || !Number.isFinite(nats) || nats < 0) {
    throw new RangeError(
      `Cannot read the score of passage ${id} as it needs tokens >= 1 and finite nats >= 0: ` +
        `current values are ${tokens} and ${nats}`,
    );
  }
  return nats / tokens;
}
