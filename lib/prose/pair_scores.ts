import { alignById } from "../stats/mod.ts";
import { natsPerToken } from "./cross_entropy.ts";
import type { ProseScore } from "./types.ts";

/** Scores of two variants, passage by passage: all lists are in the same order. */
export interface PairedScores {
  /** The passages' kinds, in the order of the base model's scores. */
  readonly kinds: readonly string[];
  /** The passages' topics: what is independent, and so what to cluster by. */
  readonly clusters: readonly string[];
  /** The base model's nats a token. */
  readonly base: readonly number[];
  /** The tuned variant's nats a token. */
  readonly tuned: readonly number[];
}

/**
 * Pairs the scores of two variants by passage, as data for `lib/stats`.
 *
 * Mind the sign: cross-entropy is a cost, so a change above 0 is for the worse, where a change of
 * accuracy above 0 is for the better. For one kind alone, pass only its scores.
 *
 * @param base The base model's scores.
 * @param tuned The tuned variant's scores, in any order.
 * @returns Lists of the same length.
 * @throws {RangeError} If there are no scores; an id is on one side only or twice; or a passage has
 * another topic, kind or number of tokens on the other side: then its text was not the same.
 *
 * @example The mean change with an interval that knows of topics
 * ```ts
 * import assert from "node:assert/strict";
 * import { meanEvidence } from "../stats/mod.ts";
 *
 * const score = (id: string, topic: string, nats: number) => ({
 *   id,
 *   kind: "narrative",
 *   topic,
 *   tokens: 100,
 *   nats,
 * });
 * const base = [score("a", "sea", 300), score("b", "sea", 310), score("c", "snow", 320)];
 * const tuned = [score("c", "snow", 340), score("a", "sea", 305), score("b", "sea", 325)];
 * const { clusters, ...rates } = pairScores(base, tuned);
 * const change = meanEvidence(rates.base, rates.tuned, { clusters, better: "lower" });
 * assert.equal(change.difference.toFixed(2), "0.13");
 * assert.equal(change.clustered?.clusters, 2);
 * ```
 */
export function pairScores(
  base: readonly ProseScore[],
  tuned: readonly ProseScore[],
): PairedScores {
  const pairs = alignById(base, tuned);
  if (pairs.length === 0) throw new RangeError("Cannot pair the scores of no passages");
  const other = otherPassage(base, tuned);
  if (other) {
    throw new RangeError(
      `Cannot pair passage ${other.id} as its ${other.field} must be the same for both variants: ` +
        `current values are ${other.values.join(" and ")}`,
    );
  }
  return {
    kinds: pairs.map((pair) => pair.base.kind),
    clusters: pairs.map((pair) => pair.base.topic),
    base: pairs.map((pair) => natsPerToken(pair.base)),
    tuned: pairs.map((pair) => natsPerToken(pair.tuned)),
  };
}

/** A passage that was not the same to both variants, and in what. */
export interface OtherPassage {
  /** The passage's id. */
  readonly id: string;
  /** What differs; of two models it is the number of tokens if their tokenizers are not one. */
  readonly field: "topic" | "kind" | "tokens";
  /** The value of the first scores, then that of the others. */
  readonly values: readonly [string | number, string | number];
}

/**
 * The first passage whose topic, kind or number of tokens is another on the other side: such scores
 * cannot be paired.
 *
 * @returns Nothing if all are the same.
 * @throws {RangeError} If an id is on one side only or twice.
 */
export function otherPassage(
  base: readonly ProseScore[],
  tuned: readonly ProseScore[],
): OtherPassage | undefined {
  for (const pair of alignById(base, tuned)) {
    for (const field of ["topic", "kind", "tokens"] as const) {
      const values = [pair.base[field], pair.tuned[field]] as const;
      if (values[0] !== values[1]) return { id: pair.id, field, values };
    }
  }
  return undefined;
}
