import assert from "node:assert/strict";
import { answersOfChanges } from "./from_counts.ts";
import { recommend } from "../recommend.ts";
import { scoreEvidence } from "../score_evidence.ts";
import reference from "../testdata/statistics_reference.json" with { type: "json" };

/** The block `recommendation`: both conditions must hold, with nothing divided between them. */
export function checkRecommendation(): void {
  assert.match(reference.recommendation.rule, /Both must hold: intersection-union/);
  const databases = Array.from({ length: 240 }, (_, i) => `database ${i % 12}`);
  const subjects = Array.from({ length: 600 }, (_, i) => `subject ${i % 20}`);
  const outcomeOf = (changes: { readonly sql: number; readonly lost: number }): string => {
    const sql = databases.map((_, i) => (i % 240 < changes.sql ? 1 : 0));
    const known = subjects.map((_, i) => (i < changes.lost ? -1 : 0));
    const before = answersOfChanges(known);
    const { base, tuned } = answersOfChanges(sql);
    const knowledge = scoreEvidence(before.base, before.tuned, { clusters: subjects });
    return recommend(
      { delta: 0.03, seed: 42, paths: [{ name: "qv", variants: ["qv"] }] },
      { databases, base, variants: [{ name: "qv", knowledge, right: tuned }] },
    ).outcome;
  };
  assert.equal(outcomeOf({ sql: 60, lost: 5 }), "recommended");
  assert.equal(outcomeOf({ sql: 60, lost: 17 }), "none_passed");
  assert.equal(outcomeOf({ sql: 2, lost: 5 }), "not_confirmed");
  assert.equal(outcomeOf({ sql: 2, lost: 17 }), "none_passed");
}
