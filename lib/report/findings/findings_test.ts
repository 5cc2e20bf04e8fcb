import assert from "node:assert/strict";
import { seedPairRows } from "../rows/change_rows.ts";
import type { ChangeRow, Measure, StudyRows } from "../rows/row_types.ts";
import { changeOf, type Counts } from "../testing/made_up_changes.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { baselineFinding } from "./baseline_finding.ts";
import { mmluFinding } from "./mmlu_finding.ts";
import { proseFinding } from "./prose_finding.ts";
import { correlationFinding, pairsFinding, seedsFinding } from "./recipe_findings.ts";
import { recommendationFinding } from "./recommendation_finding.ts";
import { sqlFinding } from "./sql_finding.ts";
import { tradeOffFinding } from "./trade_off_finding.ts";
import { trainingFinding } from "./training_finding.ts";

const LOSS: Counts = { n: 400, gained: 0, lost: 30, clusters: 20, heaped: false };
const GAIN: Counts = { ...LOSS, gained: 30, lost: 0 };
const OPEN: Counts = { ...LOSS, gained: 12, lost: 15 };

/** The study with other changes of qv over all examples. */
function changed(counts: Partial<Record<Measure, Counts>>): StudyRows {
  const made = (row: ChangeRow): ChangeRow => {
    const own = counts[row.measure];
    return row.variant === "qv" && row.group === "all" && own
      ? changeOf(row.measure, own, { claims: row.adjusted ? 4 : 0 })
      : row;
  };
  return { ...STUDY, changes: STUDY.changes.map(made) };
}

/** What a finding says of qv. */
function ofQv(text: string): string {
  return text.slice(text.indexOf("- **qv**"), text.indexOf("\n\n", text.indexOf("- **qv**")));
}

Deno.test("baselineFinding() gives raw counts, the interval, and failures by frequency", () => {
  assert.equal(
    baselineFinding(STUDY),
    "**Finding.** Before any training, own/Tiny-Model (made up) gets 90 of 240 questions right and " +
      "150 wrong: 37.5 % [31.6, 43.8] execution accuracy. The failures: 80 sql_error, 70 mismatch. " +
      "Completions cut at the token limit: base 4 of 240.",
  );
});

Deno.test("sqlFinding() speaks of the plan's variants, with flips, statements that run, and seeds", () => {
  const text = sqlFinding(STUDY);
  assert.match(
    text,
    /- \*\*qv\*\*: 46\.3 % against the base model's 37\.5 %, \+8\.8 points \[\+4\.2, \+13\.3\]: a gain\. Of 240 questions 21 gained and 0 lost\. Statements that run: \+24\.2 points .*: a gain \(unadjusted\)\./,
  );
  assert.equal(text.match(/^- /gm)?.length, 2);
  assert.match(text, /The words are of these adapters: .* a word on a recipe takes 5 seeds\./);
  assert.match(ofQv(sqlFinding(changed({ sql: OPEN }))), /: no difference shown; between /);
});

Deno.test("mmluFinding() calls a drop a habit of letters where only that is shown", () => {
  const habit = ofQv(mmluFinding(changed({ mmlu: LOSS, prior_free: OPEN, habit: LOSS })));
  assert.match(habit, /So the drop is a habit of letters as far as it is shown/);
  assert.match(habit, /a habit of letters is shown \(unadjusted\)/);
  assert.match(habit, /168 of 900 letters moved, 95\.8 % of them to one letter \(A to C 57, /);
  const known = ofQv(mmluFinding(changed({ mmlu: LOSS, prior_free: LOSS, habit: OPEN })));
  assert.match(known, /So the drop is there without a habit of letters too\./);
  assert.match(
    known,
    /The rest, \S+ points, comes from choosing letters otherwise; that such a habit changes the score is not shown \(unadjusted\): between \S+ and \S+ points\. 168 of 900 letters moved, 95\.8 %/,
  );
  const both = ofQv(mmluFinding(changed({ mmlu: LOSS, prior_free: LOSS, habit: LOSS })));
  assert.match(both, /in part a habit of letters, and in part there without it/);
  const neither = ofQv(mmluFinding(changed({ mmlu: LOSS, prior_free: OPEN, habit: OPEN })));
  assert.match(neither, /So which part of the drop .* is not shown\./);
  const open = ofQv(mmluFinding(changed({ mmlu: OPEN, prior_free: OPEN, habit: OPEN })));
  assert.doesNotMatch(open, /the drop|the rise|The raw score/);
});

Deno.test("mmluFinding() says of a rise, and of what the raw score hides, which part is a habit", () => {
  const rise = ofQv(mmluFinding(changed({ mmlu: GAIN, prior_free: OPEN, habit: GAIN })));
  assert.match(rise, /So the rise is a habit of letters .*; that knowledge came is not shown\./);
  const hidden = ofQv(mmluFinding(changed({ mmlu: OPEN, prior_free: LOSS, habit: GAIN })));
  assert.match(
    hidden,
    /: a loss \(unadjusted\)\. The rest, .* The raw score does not show that, as/,
  );
  const unclear = ofQv(mmluFinding(changed({ mmlu: OPEN, prior_free: GAIN, habit: OPEN })));
  assert.match(unclear, /The raw score does not show that; which part of it is .* not shown\./);
});

Deno.test("mmluFinding() calls a loss in writing alone one of the form of the answer", () => {
  const form = /one of the form of the answer, as far as anything is shown/;
  assert.match(ofQv(mmluFinding(changed({ mmlu: OPEN, written: LOSS }))), form);
  assert.doesNotMatch(ofQv(mmluFinding(changed({ mmlu: LOSS, written: LOSS }))), form);
  assert.doesNotMatch(ofQv(mmluFinding(changed({ mmlu: OPEN, written: OPEN }))), form);
  assert.match(
    ofQv(mmluFinding(STUDY)),
    /By the letter that the model writes, n = 180: .* Without any letter: 10 answers, of the base model 5\./,
  );
});

Deno.test("mmluFinding() has the percentage change in total and by category, and what is above guessing", () => {
  const text = ofQv(mmluFinding(STUDY));
  assert.match(text, /In percent of the base score: \u22125\.8 % \[\u22129\.2, \u22122\.5\]\./);
  assert.match(
    text,
    /STEM .*\(unadjusted\), in percent \u22126\.6 % \[.*\]; Humanities .*; Social/,
  );
  assert.match(text, /Of what is above guessing: \u22128\.9 % \[\u221213\.9, \u22123\.8\]\./);
});

Deno.test("mmluFinding() tells a loss of a base model that is not shown to be above guessing", () => {
  const chance = STUDY.chance.map((row) => ({ ...row, shown: false, pValue: 0.22 }));
  const aboveChance = STUDY.aboveChance.map(({ variant }) => ({
    variant,
    change: { ci95: null, points: -0.1 },
  }));
  const text = mmluFinding({ ...changed({ mmlu: LOSS }), chance, aboveChance });
  assert.match(
    text,
    /It is not shown to be above guessing \(p = 0\.220\); it may still know something/,
  );
  assert.match(ofQv(text), /\u22127\.5 points \[.*\]: a loss\./);
  assert.match(ofQv(text), /Of what is above guessing: no bounds/);
});

Deno.test("mmluFinding() does without letters where their log-probabilities were not kept", () => {
  const letters = ["prior_free", "habit", "right_probability", "brier", "written"];
  const changes = STUDY.changes.filter(({ measure }) => !letters.includes(measure));
  const text = mmluFinding({ ...STUDY, changes, letters: [], letterFlips: [] });
  assert.doesNotMatch(text, /letter|undefined/);
});

Deno.test("proseFinding() has the kinds of text, where above 0 is for the worse", () => {
  const text = proseFinding(STUDY);
  assert.match(text, /^\*\*Finding\.\*\* General text with .*; lower is better\./);
  assert.match(
    ofQv(text),
    /2\.624 nats a token against the base model's 2\.618 on 60 passages, \+0\.005 nats a token \[.*\]: a loss \(unadjusted\)\. By kind: encyclopaedic \+0\.004/,
  );
});

Deno.test("tradeOffFinding() has each measure of a variant side by side, and those there are", () => {
  assert.match(
    ofQv(tradeOffFinding(STUDY)),
    /on text-to-SQL, .*; on MMLU, .*; on general text \(lower is better\), /,
  );
  const changes = STUDY.changes.filter(({ measure }) => measure === "mmlu");
  const alone = ofQv(tradeOffFinding({ ...STUDY, changes }));
  assert.match(alone, /^- \*\*qv\*\*: on MMLU, n = 900: [^;]*\.$/);
});

Deno.test("recommendationFinding() names the variant with its confirmed gain, or why there is none", () => {
  const found = STUDY.recommendation!;
  const { chosen: _, gain, ...none } = found;
  const text = (recommendation: typeof found): string =>
    recommendationFinding({ ...STUDY, recommendation });
  assert.match(
    text(found),
    /\*\*all-linear@0\.5\*\* is recommended: a loss of 3\.0 points or more on MMLU is excluded, it is the best of 2 such variants, with 70 of 120 questions right .* \+14\.2 points \[\+5\.1, \+23\.2\]: a gain\. .* 3 paths at 1\.7 % each; of 5 steps 5 tested and 2 passed\./,
  );
  assert.match(
    text({ ...none, outcome: "none_passed", passed: [], neededExamples: 2106 }),
    /None can be recommended: no variant is shown to lose less than 3\.0 points on MMLU\. It would take about 2,106 items/,
  );
  assert.match(
    text({ ...none, outcome: "none_passed", passed: [] }),
    /a loss as large was seen: if that is the true one, no number of items would exclude it/,
  );
  const few = STUDY.coverage.map((row) => ({ ...row, scored: 8 }));
  const outcome = { ...none, outcome: "none_passed", passed: [], neededExamples: 88 } as const;
  const ofFew = recommendationFinding({ ...STUDY, coverage: few, recommendation: outcome });
  assert.match(ofFew, /8 items are too few to tell by their spread how many it takes/);
  assert.ok(!ofFew.includes("88"));
  const { neededExamples: _many, ...unknown } = outcome;
  const ofNone = recommendationFinding({ ...STUDY, coverage: few, recommendation: unknown });
  assert.match(ofNone, /8 items are too few to tell/);
  assert.doesNotMatch(ofNone, /no number of items/);
  const open = { ...gain!, outcome: "no_difference_shown" as const, ci95: [-0.01, 0.2] as const };
  assert.match(
    text({ ...found, outcome: "not_confirmed", gain: open, neededExamples: 812 }),
    /kept back is \+14\.2 points: no difference shown; between \u22121\.0 and \+20\.0 points\. It would take about 812 questions/,
  );
  const halves = { choose: ["a", "b"], confirm: ["c"] };
  assert.match(
    text({ ...none, outcome: "too_few_databases", halves }),
    /but with 1 database to confirm on, no interval .* It takes 3 to confirm on, and so 6 in all/,
  );
  const { recommendation: _found, ...without } = STUDY;
  assert.equal(recommendationFinding(without), "");
});

Deno.test("recommendationFinding() tells all at once what rules a recommendation out", () => {
  const { chosen: _, gain: _gain, ...none } = STUDY.recommendation!;
  const halves = { choose: ["a", "b"], confirm: ["c"] };
  const outcome = { outcome: "none_passed", passed: [], neededExamples: 1031 } as const;
  const text = recommendationFinding({ ...STUDY, recommendation: { ...none, ...outcome, halves } });
  assert.match(text, /for two reasons\. First, no variant is shown to lose less than 3\.0 points/);
  assert.match(text, /about 1,031 items where 900 were asked, .* not by the plan's table/);
  assert.match(text, /Second, with 1 database to confirm on, .* It takes 3 to confirm on/);
});

Deno.test("recommendationFinding() says why none was looked for where a measure was not asked", () => {
  const { recommendation: _, ...without } = STUDY;
  const asked = (gauge: "sql" | "mmlu"): string =>
    recommendationFinding({
      ...without,
      coverage: STUDY.coverage.filter(({ measure }) => measure === gauge),
    });
  assert.match(asked("sql"), /of MMLU nothing was asked, so that no loss can be excluded\.$/);
  assert.match(asked("mmlu"), /of text-to-SQL nothing was asked, so that no gain can be confirmed/);
  const plan = { ...STUDY.plan, paths: [] };
  assert.equal(recommendationFinding({ ...without, coverage: [], plan }), "");
});

Deno.test("seedsFinding() says for which adapters of a recipe the tolerated loss is excluded", () => {
  const { gauge } = STUDY.plan;
  const told = (isExcluded: (variant: string) => boolean): string =>
    /Adapter by adapter.*/.exec(seedsFinding({
      ...STUDY,
      changes: STUDY.changes.map((row) =>
        row.measure === gauge
          ? { ...row, verdict: { ...row.verdict, lossExcluded: isExcluded(row.variant) } }
          : row
      ),
    }))![0];
  const start = /^Adapter by adapter \(unadjusted\), a loss of .* or more on .* is excluded for /;
  for (
    const [isExcluded, of] of [
      [() => true, "each of them."],
      [() => false, "none of them."],
      [
        (variant: string) => !/#4[35]$/.test(variant),
        "3 of 5, not for all-linear#43 and all-linear#45.",
      ],
    ] as const
  ) {
    const text = told(isExcluded);
    assert.match(text, start);
    assert.equal(text.replace(start, ""), of);
  }
  const changes = STUDY.changes.filter(({ measure }) => measure !== gauge);
  assert.doesNotMatch(seedsFinding({ ...STUDY, changes }), /Adapter by adapter/);
});

Deno.test("seedsFinding() words two recipes seed by seed, as what the adjustment leaves, and none of few seeds", () => {
  const { sql, mmlu } = SUMMARY.findings.seeds[0]!.changes;
  const pair = {
    recipe: "all-linear",
    against: "qv",
    seeds: [42, 43, 44, 45, 46],
    changes: { sql: sql!, mmlu: mmlu! },
  };
  const line = (text: string): string => /- \*\*all-linear\*\* against.*/.exec(text)?.[0] ?? "";
  const shown = seedPairRows([{ ...pair, adjustedP: { sql: 0.01, mmlu: 0.01 } }]);
  const one = line(seedsFinding({ ...STUDY, seedPairs: shown }));
  assert.match(
    one,
    /against \*\*qv\*\*, seed by seed over 5 seeds: on text-to-SQL .*: a gain \(unadjusted\); on /,
  );
  assert.doesNotMatch(one, /Holm/);

  const two = seedPairRows([
    { ...pair, adjustedP: { sql: 0.06, mmlu: 0.06 } },
    { ...pair, recipe: "other", changes: { sql: sql! }, adjustedP: { sql: 0.06 } },
  ]);
  assert.deepEqual(two.map(({ measure, outcome, adjusted }) => [measure, outcome, adjusted]), [
    ["sql", "no_difference_shown", { p: 0.06, claims: 2 }],
    ["mmlu", mmlu!.verdict.outcome, undefined],
    ["sql", "no_difference_shown", { p: 0.06, claims: 2 }],
  ]);
  const open = line(seedsFinding({ ...STUDY, seedPairs: two }));
  assert.match(
    open,
    /over 5 seeds, adjusted for 2 pairs \(Holm\): on text-to-SQL .*not shown once/,
  );

  const few = shown.map((row) => ({ ...row, change: { ...row.change, speaksOfRecipe: false } }));
  const numbers = line(seedsFinding({ ...STUDY, seedPairs: few }));
  assert.match(
    numbers,
    /seed by seed, 5 seeds, too few for a word on the recipes: on .* points \[/,
  );
  assert.doesNotMatch(numbers, /: a gain|: a loss|no difference shown/);
});

Deno.test("seedsFinding() has a word on a recipe from five seeds on, and pairsFinding() on pairs", () => {
  assert.match(seedsFinding(STUDY), /over 5 seeds and all questions: on text-to-SQL .*: a gain /);
  const seeds = STUDY.seeds.map((row) => ({
    ...row,
    change: { ...row.change, seeds: 4, speaksOfRecipe: false },
  }));
  const few = seedsFinding({ ...STUDY, seeds });
  assert.match(
    few,
    /4 seeds are too few for a word on the recipe, which takes 5; the mean of these/,
  );
  assert.doesNotMatch(few, /: a gain|: a loss|no difference/);
  assert.equal(seedsFinding({ ...STUDY, seeds: [] }), "");
  assert.match(
    pairsFinding(STUDY),
    /\*\*qv\*\* against \*\*all-linear\*\*: on text-to-SQL .*: a loss;/,
  );
});

Deno.test("correlationFinding() says that gauges go together only where the interval shows it", () => {
  const of = (ci95?: readonly [number, number], ranked?: readonly [number, number]): string =>
    correlationFinding({
      titles: STUDY.titles,
      proseAndMmlu: {
        n: 9,
        groups: 4,
        pearson: { r: -0.7, ...(ci95 && { ci95 }) },
        spearman: { r: -0.6, ...(ranked && { ci95: ranked }) },
      },
    });
  assert.match(
    of([-0.9, -0.2]),
    /r = \u22120\.70 \[\u22120\.90, \u22120\.20\] .*; where one is worse, so is/,
  );
  assert.match(of([-0.9, 0.1]), /that they go together is not shown/);
  assert.match(of(), /too few recipes for an interval/);
  assert.match(of([-1, 0.99]), /r = \u22120\.70 \(Pearson\), .*; too few recipes for an interval/);
  assert.match(of([-1, 0.99], [-0.9, -0.2]), /\u22120\.60 \(Spearman\); too few recipes/);
  assert.match(
    of([-0.9, 0.1], [-0.9, -0.2]),
    /\u22120\.60 \[\u22120\.90, \u22120\.20\] \(Spearman\)/,
  );
  assert.equal(correlationFinding({ titles: STUDY.titles }), "");
});

Deno.test("trainingFinding() gives the losses and calls nothing a fall", () => {
  const run = { variant: "qv", steps: 40, tokens: 900, seconds: 9, firstLossNats: 2.5 };
  const text = trainingFinding([{ ...run, lastLossNats: { n: 9, mean: 0.5, ci95: [0.4, 0.6] } }]);
  assert.match(
    text,
    /2\.50 nats a token in the first logged loss, 0\.50 \[0\.40, 0\.60\] in the mean of the last 9, after 40 steps and 900 tokens\./,
  );
  assert.doesNotMatch(text, /f[ae]ll/);
  const short = trainingFinding([{ ...run, lastLossNats: { n: 1, mean: 2.4 } }]);
  assert.match(short, /2\.40 in the last one/);
});

Deno.test("findings refuse rows that do not have what they state", () => {
  assert.throws(() => sqlFinding({ ...STUDY, changes: [] }), {
    name: "RangeError",
    message: 'Cannot state a finding as there is no row of sql for "all-linear"',
  });
  assert.throws(() => mmluFinding({ ...STUDY, accuracy: [] }), RangeError);
});
