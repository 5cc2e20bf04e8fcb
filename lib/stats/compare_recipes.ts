import { type AdjustedClaim, primaryClaims } from "./primary_claims.ts";
import { type EvidenceOptions, scoreEvidence } from "./score_evidence.ts";
import type { ScoreEvidence } from "./evidence.ts";

/** A tuned variant's scores on the examples that all variants answered. */
export interface RecipeScores {
  /** The variant's name. */
  readonly name: string;
  /** Whether it was right, one entry an example. */
  readonly right: readonly boolean[];
}

/** Two variants compared with each other; `outcome` is of the second one. */
export interface RecipeComparison extends Omit<AdjustedClaim, "name"> {
  /** The one that the other is compared with. */
  readonly first: string;
  /** The one of which `outcome` speaks: a "gain" means that it is better than `first`. */
  readonly second: string;
  /** `second - first`. */
  readonly evidence: ScoreEvidence;
}

/**
 * Compares every two variants directly, example by example, adjusted by Holm over all pairs.
 *
 * Whether two intervals against the base model overlap says little about the two: intervals that
 * overlap by far may belong to variants that differ for sure.
 *
 * @param recipes In the order in which pairs are to be listed.
 * @returns One comparison a pair, `n (n - 1) / 2` of them.
 * @throws {RangeError} If there are no examples, or the lengths differ.
 *
 * @example Twelve that only one has right against three that only the other has
 * ```ts
 * import { compareRecipes } from "./compare_recipes.ts";
 * import assert from "node:assert/strict";
 *
 * const qv = Array.from({ length: 104 }, (_, i) => i < 3);
 * const allLinear = Array.from({ length: 104 }, (_, i) => i >= 3 && i < 15);
 * const [pair] = compareRecipes([{ name: "qv", right: qv }, { name: "all", right: allLinear }]);
 * assert.deepEqual([pair!.first, pair!.second, pair!.outcome], ["qv", "all", "gain"]);
 * ```
 */
export function compareRecipes(
  recipes: readonly RecipeScores[],
  options: EvidenceOptions = {},
): RecipeComparison[] {
  const pairs = recipes.flatMap((first, i) =>
    recipes.slice(i + 1).map((second) => ({
      first: first.name,
      second: second.name,
      name: `${first.name}, ${second.name}`,
      evidence: scoreEvidence(first.right, second.right, options),
    }))
  );
  return primaryClaims(pairs).map(({ name: _, ...claim }, i) => {
    const { first, second, evidence } = pairs[i]!;
    return { first, second, evidence, ...claim };
  });
}
