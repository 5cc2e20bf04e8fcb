import { normalizeQuestion } from "./normalize_question.ts";
import { normalizeSql } from "../normalize_sql.ts";
import type { SpiderExample } from "../types.ts";

/** Examples, each once, and those that repeat one of them. */
export interface DistinctExamples {
  /** The first of each, in their order. */
  readonly distinct: readonly SpiderExample[];
  /** The others, in their order. */
  readonly repeats: readonly SpiderExample[];
}

/**
 * Parts examples from those that say the same again: the same database, the same question by
 * `normalizeQuestion`, and the same gold query by `normalizeSql`. A question that has two golds
 * stays with both: which is right cannot be told here.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const one = { id: "train-0", dbId: "music", question: "How many?", query: "SELECT count(*)" };
 * const two = { ...one, id: "train-1", question: "how many", query: "SELECT count (*) ;" };
 * const { distinct, repeats } = distinctExamples([one, two]);
 * assert.deepEqual([distinct, repeats], [[one], [two]]);
 * ```
 */
export function distinctExamples(examples: Iterable<SpiderExample>): DistinctExamples {
  const seen = new Set<string>();
  const distinct: SpiderExample[] = [];
  const repeats: SpiderExample[] = [];
  for (const example of examples) {
    const { dbId, question, query } = example;
    const key = JSON.stringify([dbId, normalizeQuestion(question), normalizeSql(query)]);
    (seen.has(key) ? repeats : distinct).push(example);
    seen.add(key);
  }
  return { distinct, repeats };
}
