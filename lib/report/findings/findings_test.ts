import assert from "node:assert/strict";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { baselineFinding } from "./baseline_finding.ts";
import { bestVariant } from "../best_variant.ts";
import { mmluFinding } from "./mmlu_finding.ts";
import type { ChangeRow, DifferenceRow, StudyRows } from "../rows.ts";
import { sqlFinding } from "./sql_finding.ts";
import { summaryRows } from "../tables/summary_rows.ts";
import { tradeOffFinding } from "./trade_off_finding.ts";
import { trainingFinding } from "./training_finding.ts";

const ROWS = summaryRows(SUMMARY);

Deno.test("baselineFinding() gives raw counts, the interval, and failures by frequency", () => {
  assert.equal(
    baselineFinding(ROWS),
    "**Finding.** Before any training, own/Tiny-Model (sample) gets 1 of 20 questions right and " +
      "19 wrong: 5.0 % [0.9, 23.6] execution accuracy. The failures: 15 no_sql, 3 mismatch, " +
      "1 sql_error.",
  );
});

Deno.test("sqlFinding() says gain or loss only where the interval leaves 0 out", () => {
  assert.match(sqlFinding(ROWS), /\+40\.0 points \[\+17\.4, \+61\.3\].* above 0: a gain\./);
  assert.match(sqlFinding(ROWS), /databases as the unit.* \[\+14\.0, \+66\.0\]/);
  const open = sqlFinding(changed("sql", { ci95: [-0.01, 0.6] }));
  assert.match(open, /has 0 in it: neither gain nor loss is shown\./);
  assert.doesNotMatch(open, /: a gain/);
  assert.match(sqlFinding(changed("sql", { mean: -0.4, ci95: [-0.6, -0.2] })), /below 0: a loss\./);
});

Deno.test("mmluFinding() measures no loss of a base model that guesses", () => {
  const text = mmluFinding(ROWS);
  assert.match(
    text,
    /25 of 100 right.* is not above chance: guessing gives 25\.0 % \(p = 0\.538\)/,
  );
  assert.match(text, /No percentage change: at chance, no loss can be measured\./);
  assert.match(text, /under 8\.8 points would probably be missed/);
  assert.doesNotMatch(text, /neither gain nor loss|: a loss/);
});

Deno.test("mmluFinding() gives the percentage change, and the categories that differ", () => {
  const change = { kind: "relative", mean: -0.2, ci95: [-0.3, -0.1] } as const;
  const rows = changed("mmlu", { ci95: [-0.3, -0.1], holmP: 0.0004 }, change);
  const text = mmluFinding(rows);
  assert.match(text, /a change of −20\.0 % \[−30\.0, −10\.0\]\. .* below 0: a loss\./);
  assert.match(text, /Categories that differ \(Holm, 5 %\): STEM by .* \(p < 0\.001\)/);
});

Deno.test("tradeOffFinding() has both sides of each recipe in a sentence", () => {
  assert.match(
    tradeOffFinding(ROWS),
    /a gain on SQL; on MMLU no loss can be measured, as the base model is at chance\.$/,
  );
  const loss = changed("mmlu", { ci95: [-0.3, -0.1] }, { kind: "base_zero" });
  assert.match(tradeOffFinding(loss), /a gain on SQL; a loss on MMLU\.$/);
  const gain = changed("mmlu", { ci95: [0.1, 0.3] }, { kind: "at_chance" });
  assert.match(tradeOffFinding(gain), /a gain on SQL; a gain on MMLU\.$/);
});

Deno.test("trainingFinding() says that a loss fell only where its interval is below the first", () => {
  const run = { variant: "qv", steps: 40, tokens: 900, seconds: 9, firstLossNats: 2.5 };
  const fell = trainingFinding([{ ...run, lastLossNats: { n: 9, mean: 0.5, ci95: [0.4, 0.6] } }]);
  assert.match(
    fell,
    /2\.50 nats a token at first, 0\.50 \[0\.40, 0\.60\] at the end .*900 tokens\. It fell\./,
  );
  const open = trainingFinding([{ ...run, lastLossNats: { n: 9, mean: 2.4, ci95: [2.2, 2.6] } }]);
  assert.match(open, /no fall is shown/);
  const short = trainingFinding([{ ...run, lastLossNats: { n: 1, mean: 2.4 } }]);
  assert.match(short, /Too few losses for an interval/);
});

Deno.test("bestVariant() is the tuned variant with the highest SQL accuracy", () => {
  const rows = ["base", "one", "two", "three"].map((variant, i) => ({
    ...ROWS.accuracy.find(({ measure, group }) => measure === "sql" && group === "all")!,
    variant,
    mean: [0.9, 0.1, 0.3, 0.3][i]!,
  }));
  assert.equal(bestVariant({ ...ROWS, accuracy: rows }), "two");
  assert.throws(() => bestVariant({ ...ROWS, accuracy: rows.slice(0, 1) }), RangeError);
});

Deno.test("findings refuse rows that do not have what they state", () => {
  assert.throws(() => sqlFinding({ ...ROWS, differences: [] }), {
    name: "RangeError",
    message: 'Cannot state a finding as there is no row of sql for "all-linear" on "all"',
  });
});

/** The study with other differences, and perhaps another percentage change, of one measure. */
function changed(
  measure: "sql" | "mmlu",
  difference: Partial<DifferenceRow>,
  change?: ChangeRow["change"],
): StudyRows {
  return {
    ...ROWS,
    differences: ROWS.differences.map((row) =>
      row.measure === measure ? { ...row, ...difference } : row
    ),
    changes: ROWS.changes.map((row) =>
      row.measure === measure && change !== undefined ? { ...row, change } : row
    ),
  };
}
