import assert from "node:assert/strict";
import type { SeedPairRow } from "../rows/row_types.ts";
import { shownOf, STUDY } from "../testing/study_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { accuracyTable, chanceTable, classesTable, countsTable } from "./accuracy_table.ts";
import {
  changesTable,
  pairsTable,
  percentText,
  seedsTable,
  seedWord,
  shortChangesTable,
  tradeOffTable,
} from "./change_table.ts";
import {
  aboveChanceTable,
  flipsTable,
  lettersTable,
  proseTable,
  ratioText,
} from "./letter_table.ts";
import { needsTable, planText } from "./plan_text.ts";
import { shortTable } from "./short_table.ts";
import { studyTable, summaryTable } from "./summary_table.ts";

/** The cells of a Markdown table by their column's title, one record a row. */
function cells(table: string): Record<string, string>[] {
  const [head, , ...rows] = table.trimEnd().split("\n").map((line) =>
    line.slice(2, -2).split(" | ").map((cell) => cell.trim())
  );
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [head![i], cell])));
}

Deno.test("summaryTable() writes the study as its golden copy", () => {
  const golden = new URL("../testdata/summary_table.md.txt", import.meta.url);
  assert.equal(summaryTable(SUMMARY), Deno.readTextFileSync(golden));
});

Deno.test("studyTable() says how many examples were shown before multiple-choice questions, where it is known", () => {
  const line = (shots: { readonly shots?: number; readonly fewestShots?: number }): string => {
    const coverage = STUDY.coverage.map((row) =>
      row.measure === "mmlu" ? { ...row, ...shots } : row
    );
    return studyTable({ ...STUDY, coverage }).split("\n").find((text) => /^- MMLU/.test(text))!;
  };
  assert.match(line({ shots: 0 }), / subjects, 0 examples shown\.$/);
  assert.match(line({ shots: 1 }), / subjects, 1 example shown\.$/);
  assert.match(line({ shots: 4, fewestShots: 1 }), / subjects, 1 to 4 examples shown\.$/);
  assert.match(line({}), / subjects\.$/);
});

Deno.test("studyTable() says what was measured, then the answer, then the trade-off, then details", () => {
  const table = studyTable(STUDY);
  const order = [
    "240 of 242 questions scored, 12 databases, 3 examples shown",
    "### The answer",
    "**Recommendation.** **all-linear@0.5** is recommended",
    "### Trade-off",
    "### SQL execution accuracy by hardness",
    "### Changes on text-to-SQL",
    "### Changes on MMLU",
    "### Changes on general text",
    "### Recipes against each other",
    "### The plan",
  ].map((text) => table.indexOf(text));
  assert.ok(order.every((place, i) => place > (order[i - 1] ?? -1)), order.join());
  for (const heading of table.split("\n").filter((line) => line.startsWith("#"))) {
    assert.ok(heading.endsWith("(made up)"), heading);
    assert.doesNotMatch(heading, /\bgain|\blos[st]/i);
  }
});

Deno.test("captions name the columns of their table, and no others", () => {
  const paragraphs = studyTable(STUDY).split("\n\n");
  const captions = paragraphs.flatMap((text, i) =>
    text.startsWith("Changes are in ") ? [{ text, table: paragraphs[i - 1]! }] : []
  );
  assert.equal(captions.length, 4);
  for (const { text, table } of captions) {
    assert.equal(text.includes("Gained and lost"), / gained \|/.test(table), text);
    assert.equal(text.includes("Unadjusted:"), table.includes("| unadjusted |"), text);
  }
});

Deno.test("needsTable() gives no number of items that a normal approximation says nothing of", () => {
  const needs = [2, 29, 30, 63].map((items) => ({ flipShare: 0.0004, designEffect: 1, items }));
  const shown = cells(needsTable({ gauge: "prose", needs })).map((row) => row["items needed"]);
  assert.deepEqual(shown, ["< 30", "< 30", "30", "63"]);
});

Deno.test("tables have empty cells for what there is not", () => {
  const table = summaryTable(SUMMARY) + shortTable(SUMMARY);
  assert.doesNotMatch(table, /\b(?:null|undefined|NaN|Infinity)\b/);
});

Deno.test("changesTable() has change, both intervals, flips, mid-p, percentage, and the word", () => {
  const rows = STUDY.changes.filter(({ measure, variant }) =>
    measure === "mmlu" && variant === "qv"
  );
  const [stem, , , all] = cells(changesTable(rows, STUDY.titles));
  assert.deepEqual(all, {
    measure: "MMLU",
    model: "qv",
    group: "all",
    n: "900",
    change: "\u22124.2",
    "95 % interval": "[\u22126.7, \u22121.8]",
    "by examples": "[\u22126.7, \u22121.8]",
    "by clusters": "[\u22126.4, \u22122.0]",
    clusters: "18",
    gained: "46",
    lost: "84",
    "mid-p": "< 0.001",
    "adjusted p": "0.002",
    "in percent of the base score": "\u22125.8 % [\u22129.2, \u22122.5]",
    finding: "a loss",
  });
  assert.equal(stem!["adjusted p"], "unadjusted");
  assert.equal(stem!["group"], "STEM");
});

Deno.test("shortChangesTable() has what the finding rests on, and the measure where there are several", () => {
  const rows = STUDY.changes.filter(({ variant, group }) => variant === "qv" && group === "all");
  const head = (own: typeof rows): string[] =>
    shortChangesTable(own, STUDY.titles).split("\n")[0]!.split("|").map((cell) => cell.trim())
      .filter((cell) => cell !== "");
  const ofSql = rows.filter(({ measure }) => measure === "sql");
  const short = ["model", "group", "n", "change", "95 % interval", "gained", "lost", "adjusted p"];
  assert.deepEqual(head(ofSql), [...short, "finding"]);
  const both = rows.filter(({ measure }) => measure === "sql" || measure === "mmlu");
  assert.deepEqual(head(both), ["measure", ...short, "finding"]);
  assert.match(
    shortChangesTable(both, STUDY.titles),
    /\| MMLU +\| qv .*−4\.2 \| +\[−6\.7, −1\.8\].*a loss/,
  );
});

Deno.test("changesTable() has no columns of flips for general text, and its unit's decimals", () => {
  const rows = STUDY.changes.filter(({ measure }) => measure === "prose");
  const [first] = cells(changesTable(rows, STUDY.titles));
  assert.ok(!("gained" in first!) && !("mid-p" in first!));
  assert.match(first!["change"]!, /^\+\d\.\d{3}$/);
});

Deno.test("percentText() takes the wider interval, and says where there are no bounds", () => {
  const ci95 = [-0.2, 0.1] as const;
  assert.equal(
    percentText({ change: -0.05, ci95, clusteredCi95: [-0.3, 0] }),
    "\u22125.0 % [\u221230.0, +10.0]",
  );
  assert.equal(
    percentText({ change: 5.25, ci95, clusteredCi95: null }),
    "+525.0 % (no bounds by clusters)",
  );
  assert.equal(percentText({ change: 1, ci95 }), "+100.0 % (one cluster alone)");
  assert.equal(percentText(null), "none right before");
});

Deno.test("ratioText() says that a base not shown to be above guessing has no bounds, and no more", () => {
  const none = "no bounds: the base model is not shown to be above guessing";
  assert.equal(ratioText({ ci95: null, points: 0 }), none);
  assert.equal(ratioText({ change: 1, ci95: [0, 2], clusteredCi95: null, points: 0 }), none);
  assert.equal(
    ratioText({ change: -0.27, ci95: [-0.6, -0.06], clusteredCi95: [-0.7, -0.1], points: 0 }),
    "\u221227.0 % [\u221270.0, \u22126.0]",
  );
});

Deno.test("tradeOffTable() has one row a variant, with its steps and the recommended one", () => {
  const rows = cells(tradeOffTable(STUDY.tradeOff, STUDY.titles));
  assert.equal(rows.length, 9);
  assert.deepEqual(
    rows.map((row) => [row["model"], row["loss excluded"], row["recommended"]]).slice(0, 4),
    [
      ["all-linear@0.5", "yes", "recommended"],
      ["all-linear", "no", ""],
      ["all-linear/1of2", "no", ""],
      ["all-linear#43", "", ""],
    ],
  );
  assert.deepEqual(
    [rows[2]!["checkpoint"], rows[2]!["scale"], rows[2]!["seed"]],
    ["1 of 2", "1", "42"],
  );
});

Deno.test("pairsTable() words the second of two recipes, adjusted for all pairs", () => {
  const [sql] = cells(pairsTable(STUDY.pairs, STUDY.titles));
  assert.deepEqual([sql!["first"], sql!["second"], sql!["finding"]], [
    "all-linear",
    "qv",
    "a loss",
  ]);
  assert.notEqual(sql!["adjusted p"], "unadjusted");
});

Deno.test("seedsTable() has a word on a recipe with five seeds, and none with fewer", () => {
  const [sql] = cells(seedsTable(STUDY.seeds, STUDY.titles));
  assert.deepEqual([sql!["seeds"], sql!["finding"]], ["5", "a gain (unadjusted)"]);
  const [row] = STUDY.seeds;
  const few = { ...row!, change: { ...row!.change, seeds: 4, speaksOfRecipe: false } };
  assert.equal(seedWord(few), "too few seeds for a word on the recipe");

  const pair = { against: "qv", outcome: "no_difference_shown", adjusted: { p: 0.2, claims: 3 } };
  const rows = [row!, { ...row!, ...pair } as SeedPairRow];
  const [base, other] = cells(seedsTable(rows, STUDY.titles));
  assert.deepEqual([base!["against"], base!["finding"]], ["base", "a gain (unadjusted)"]);
  assert.equal(other!["against"], "qv");
  assert.match(other!["finding"]!, /^no difference shown;.* once 3 claims are adjusted together/);
});

Deno.test("lettersTable() counts chosen letters, which sum to n, and flipsTable() their moves", () => {
  const [chose, right, written] = lettersTable(STUDY.letters).trimEnd().split(/\n\n+/).map(cells);
  for (const row of chose!) {
    const chosen = [..."ABCD"].map((letter) => Number(row[`chose ${letter}`]));
    assert.equal(chosen.reduce((sum, count) => sum + count, 0), Number(row["n"]));
  }
  assert.ok(right!.every((row) => row["prior-free accuracy %"] !== ""));
  const asked = STUDY.letters.filter((row) => row.written !== undefined);
  assert.deepEqual(
    written?.map((row) => row["model"]),
    asked.length > 0 ? asked.map(({ variant }) => variant) : undefined,
  );
  const unasked = STUDY.letters.map(({ written: _, ...row }) => row);
  assert.equal(lettersTable(unasked).trimEnd().split(/\n\n+/).length, 2);
  const qv = cells(flipsTable(STUDY.letterFlips, "letters")).at(-1)!;
  assert.equal(qv["to the most frequent target %"], "95.8");
  assert.equal(qv["most frequent moves"], "A to C 57, B to C 56, D to C 48");
  const none = { n: 3, moved: 0, gained: 0, lost: 0, rows: [], largestTargetShare: 0 };
  const [still] = cells(flipsTable([{ variant: "x", flips: none }], "letters"));
  assert.ok(!("to the most frequent target %" in still!));
});

Deno.test("accuracyTable() and classesTable() give raw counts by group, chanceTable() no verdict", () => {
  const rows = shownOf(STUDY.accuracy).filter(({ measure }) => measure === "mmlu");
  const [base] = cells(accuracyTable(rows));
  assert.equal(base!["STEM"], "70.7 % [65.3, 75.5], 212/300");
  const [classes] = cells(classesTable(STUDY.classes));
  assert.equal(classes!["schema_linking"], "43");
  const chance = STUDY.chance.map((row) => ({ ...row, shown: false }));
  assert.equal(cells(chanceTable(chance))[0]!["above guessing"], "not shown");
  assert.match(aboveChanceTable(STUDY.aboveChance), /change of what is above guessing/);
});

Deno.test("countsTable() counts failures as everything that is not a match", () => {
  for (const row of cells(countsTable(STUDY.counts))) {
    const [n, success, failure] = ["n", "success", "failure"].map((title) => Number(row[title]));
    assert.equal(success! + failure!, n);
    const statuses = ["mismatch", "no_sql", "sql_error", "timeout", "too_many_rows"];
    assert.equal(statuses.reduce((sum, status) => sum + Number(row[status]), 0), failure);
  }
});

Deno.test("proseTable() leaves a kind empty that a variant has not", () => {
  const rows = [
    { variant: "base", group: "code", nats: 1.25 },
    { variant: "base", group: "all", nats: 2 },
    { variant: "qv", group: "all", nats: 2.5 },
  ];
  assert.deepEqual(cells(proseTable(rows)), [
    { model: "base", code: "1.250", all: "2.000" },
    { model: "qv", code: "", all: "2.500" },
  ]);
});

Deno.test("planText() says that a loss on what is not asked can neither be excluded nor recommended by", () => {
  for (
    const coverage of [
      STUDY.coverage.filter(({ measure }) => measure !== STUDY.plan.gauge),
      STUDY.coverage.map((row) => ({ ...row, scored: 0 })),
    ]
  ) {
    const text = planText(STUDY.plan, STUDY.titles, { coverage });
    assert.match(text, /- Of MMLU nothing is asked, so that no loss can be excluded/);
    assert.doesNotMatch(
      text,
      /not tolerated|level of recommending|Asked of MMLU|items needed/,
    );
  }
});

Deno.test("planText() says beforehand what rules a recommendation out", () => {
  const of = (choose: string[], confirm: string[]): string =>
    planText({ ...STUDY.plan, halves: { choose, confirm } }, STUDY.titles, {
      coverage: STUDY.coverage,
    });
  assert.match(
    of(["a", "b"], ["c"]),
    /- Nothing can be recommended, whatever is answered: with 1 database to confirm on/,
  );
  assert.match(of([], []), /- Of text-to-SQL nothing is asked, so that no gain can be confirmed/);
  assert.doesNotMatch(of(["a", "b", "c"], ["d", "e", "f"]), /recommended/);
});

Deno.test("planText() has the tolerated loss, the paths, the halves, and what n it needs", () => {
  const text = planText(STUDY.plan, STUDY.titles, { coverage: STUDY.coverage });
  assert.match(text, /A loss of 3\.0 points or more on MMLU is not tolerated\./);
  assert.match(text, /is 5\.0 %: 1\.7 % for each of 3 paths/);
  assert.match(text, /Path qv: qv@0\.5, then qv\./);
  assert.match(text, /- Asked of MMLU: 900 items\./);
  const few = STUDY.coverage.map((row) => ({ ...row, scored: 20 }));
  assert.match(
    planText(STUDY.plan, STUDY.titles, { coverage: few }),
    /- Asked of MMLU: 20 items, fewer than each row below needs: expect that no loss can be excluded/,
  );
  const rows = cells(needsTable(STUDY.plan));
  assert.deepEqual(
    rows.map((row) => Number(row["items needed"]!.replaceAll(",", ""))),
    STUDY.plan.needs.map(({ items }) => items),
  );
  const nats = cells(needsTable({
    gauge: "prose",
    needs: [{ flipShare: 0.0025, designEffect: 2, items: 60 }],
  }));
  assert.equal(nats[0]!["spread of a change (nats a token)"], "0.050");
});

Deno.test("shortTable() has every measure that the study has, and the recommended variant", () => {
  const [base, first] = cells(shortTable(SUMMARY));
  assert.equal(base!["change (points)"], "");
  assert.equal(base!["general text, nats a token (n = 60)"], "2.618");
  assert.match(base!["model"]!, /^base$/);
  assert.match(first!["model"]!, /^\S+ \(recommended\)$/);
  assert.doesNotMatch(shortTable(SUMMARY).split("\n")[0]!, /gained|lost/);
});
