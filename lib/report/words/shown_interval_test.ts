import assert from "node:assert/strict";
import { meanEvidence, scoreEvidence, verdict } from "../../stats/mod.ts";
import { changesTable } from "../tables/change_table.ts";
import type { ChangeRow } from "../rows/row_types.ts";
import { GAUGE_TITLES } from "../rows/summary_rows.ts";
import { shownInterval } from "./shown_interval.ts";
import { changeSentence } from "./verdict_words.ts";

/** Twenty answers in so many clusters, of which so many became right. */
function changed(clusters: number, gained: number, delta?: number): ChangeRow {
  const base = Array.from({ length: 20 }, () => false);
  const tuned = base.map((_, i) => i < gained);
  const evidence = scoreEvidence(base, tuned, { clusters: base.map((_, i) => `${i % clusters}`) });
  const found = verdict(evidence, delta === undefined ? {} : { delta });
  return {
    measure: "mmlu",
    variant: "tuned",
    group: "food",
    evidence,
    verdict: found,
    outcome: found.outcome,
    ...(delta === undefined ? {} : { delta }),
  };
}

Deno.test("shownInterval() has none of two or three clusters in which nothing flipped", () => {
  for (const clusters of [2, 3]) {
    const row = changed(clusters, 0);
    assert.ok(row.verdict.ci95);
    assert.equal(shownInterval(row), undefined);
    assert.equal(
      changeSentence(row),
      "0.0 points: no difference shown (unadjusted); too few clusters for an interval",
    );
    const [, , cells] = changesTable([row], GAUGE_TITLES).split("\n");
    assert.equal(cells!.match(/too few clusters/g)!.length, 2);
  }
});

Deno.test("shownInterval() keeps the interval of more clusters, of answers that flipped, and of an excluded loss", () => {
  const rows = [changed(4, 0), changed(2, 3), changed(3, 0, 0.9)];
  assert.equal(rows[2]!.outcome, "loss_excluded");
  for (const row of rows) {
    assert.equal(shownInterval(row), row.verdict.ci95);
    assert.doesNotMatch(changeSentence(row), /too few/);
    assert.doesNotMatch(changesTable([row], GAUGE_TITLES), /too few/);
  }
});

Deno.test("shownInterval() has none of means in three clusters or fewer, whatever changed", () => {
  const rowOf = (topics: number, each: number): ChangeRow => {
    const base = Array.from({ length: topics * each }, (_, i) => 2 + i / 10);
    const tuned = base.map((value, i) => value + 0.1 + i / 1000);
    const clusters = base.map((_, i) => `${i % topics}`);
    const evidence = meanEvidence(base, tuned, { clusters, better: "lower" });
    const found = verdict(evidence, { delta: 0.5 });
    const { outcome } = found;
    return {
      measure: "prose",
      variant: "tuned",
      group: "all",
      evidence,
      verdict: found,
      outcome,
      delta: 0.5,
    };
  };
  for (const topics of [2, 3]) {
    const { verdict: { pValue, lossExcluded, ci95 }, outcome } = rowOf(topics, 5);
    assert.deepEqual([pValue, lossExcluded, ci95, outcome], [
      1,
      false,
      undefined,
      "no_difference_shown",
    ]);
    assert.match(
      changeSentence(rowOf(topics, 5)),
      /: no difference shown \(unadjusted\); too few clusters for an interval$/,
    );
    assert.match(changeSentence(rowOf(topics, 1)), /\(unadjusted\); too few passages to say$/);
    assert.match(changesTable([rowOf(topics, 1)], GAUGE_TITLES), /too few clusters/);
  }
  assert.equal(rowOf(4, 1).outcome, "loss");
});
