import { alignById, type AlignedPair } from "../stats/mod.ts";
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
 * @throws {RangeError} If there are no scores, or an id is on one side only or twice.
 * @throws {OtherPassageError} If a passage has another topic, kind or number of tokens on the other
 * side: then its text was not the same.
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
  refuseOther(pairs);
  return {
    kinds: pairs.map((pair) => pair.base.kind),
    clusters: pairs.map((pair) => pair.base.topic),
    base: pairs.map((pair) => natsPerToken(pair.base)),
    tuned: pairs.map((pair) => natsPerToken(pair.tuned)),
  };
}

/** A passage that was not the same to both variants, and in what: its scores cannot be paired. */
export class OtherPassageError extends RangeError {
  /** The passage's id. */
  readonly id: string;
  /** What differs; of two models it is the number of tokens if their tokenizers are not one. */
  readonly field: "topic" | "kind" | "tokens";
  /** The value of the first scores, then that of the others. */
  readonly values: readonly [string | number, string | number];

  /** An error that names the passage, what differs and both values. */
  constructor({ id, field, values }: Pick<OtherPassageError, "id" | "field" | "values">) {
    super(
      `Cannot pair passage ${id} as its ${field} must be the same for both variants: ` +
        `current values are ${values.join(" and ")}`,
    );
    this.name = "OtherPassageError";
    this.id = id;
    this.field = field;
    this.values = values;
  }
}

/** @throws {OtherPassageError} At the first passage with another topic, kind or number of tokens. */
function refuseOther(pairs: readonly AlignedPair<ProseScore, ProseScore>[]): void {
  for (const { id, base, tuned } of pairs) {
    for (const field of ["topic", "kind", "tokens"] as const) {
      const values = [base[field], tuned[field]] as const;
      if (values[0] !== values[1]) throw new OtherPassageError({ id, field, values });
    }
  }
}
