import assert from "node:assert/strict";
import fc from "fast-check";
import { answersOf } from "./testing/from_counts.ts";
import { primaryClaims } from "./primary_claims.ts";
import { scoreEvidence } from "./score_evidence.ts";
import { verdict } from "./verdict.ts";

const COUNTS = fc.tuple(fc.nat(20), fc.nat(20)).map(([gained, lost]) => {
  const { base, tuned } = answersOf({ n: 200, gained, lost });
  return scoreEvidence(base, tuned);
});

Deno.test("primaryClaims() gives the words that Holm's sequential procedure gives", () => {
  fc.assert(
    fc.property(fc.array(COUNTS, { minLength: 1, maxLength: 6 }), (evidences) => {
      const delta = 0.05;
      const claims = evidences.map((evidence, i) => ({ name: `${i}`, evidence, delta }));
      const own = evidences.map((evidence) => verdict(evidence, { delta }));
      const differs = rejected(own.map(({ pValue }) => pValue));
      const excluded = rejected(own.map(({ pLossExcluded }) => pLossExcluded));
      primaryClaims(claims).forEach(({ outcome, verdict: alone }, i) => {
        assert.deepEqual(alone, own[i]);
        const expected = differs.has(i)
          ? own[i]!.outcome
          : excluded.has(i)
          ? "loss_excluded"
          : "no_difference_shown";
        assert.equal(outcome, expected);
      });
    }),
    { seed: 1, numRuns: 60 },
  );
});

Deno.test("primaryClaims() of a single claim is its verdict", () => {
  fc.assert(
    fc.property(COUNTS, (evidence) => {
      const [claim] = primaryClaims([{ name: "only", evidence, delta: 0.05 }]);
      assert.equal(claim!.outcome, verdict(evidence, { delta: 0.05 }).outcome);
      assert.equal(claim!.adjustedP, claim!.verdict.pValue);
    }),
    { seed: 2, numRuns: 60 },
  );
  assert.deepEqual(primaryClaims([]), []);
});

Deno.test("primaryClaims() leaves claims without a tolerance out of the family of excluded losses", () => {
  const { base, tuned } = answersOf({ n: 400, gained: 3, lost: 3 });
  const evidence = scoreEvidence(base, tuned);
  const without = Array.from({ length: 9 }, (_, i) => ({ name: `${i}`, evidence }));
  const claims = primaryClaims([{ name: "MMLU", evidence, delta: 0.02 }, ...without]);
  assert.equal(claims[0]!.adjustedPLossExcluded, claims[0]!.verdict.pLossExcluded);
  assert.deepEqual([claims[0]!.outcome, claims[1]!.outcome], [
    "loss_excluded",
    "no_difference_shown",
  ]);
});

/** Holm's own words: go up from the smallest, stop at the first that is not significant. */
function rejected(pValues: readonly number[]): Set<number> {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const result = new Set<number>();
  for (const [rank, i] of order.entries()) {
    if (!((pValues.length - rank) * pValues[i]! < 0.05)) break;
    result.add(i);
  }
  return result;
}
