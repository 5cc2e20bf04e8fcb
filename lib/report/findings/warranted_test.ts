import assert from "node:assert/strict";
import { changeSentence } from "../words/verdict_words.ts";
import { scaleFigure } from "../figures/change_curves.ts";
import { changePoints } from "../figures/change_points.ts";
import { tradeOffFigure } from "../figures/trade_off/trade_off_figure.ts";
import type { ChangeRow, StudyRows } from "../rows/row_types.ts";
import { shortTable } from "../tables/short_table.ts";
import { studyTable, summaryTable } from "../tables/summary_table.ts";
import { changeOf, type Counts, grid, natsOf, studyWith } from "../testing/made_up_changes.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { assertWarranted } from "../testing/warranted.ts";
import { baselineFinding } from "./baseline_finding.ts";
import { mmluFinding } from "./mmlu_finding.ts";
import { proseFinding } from "./prose_finding.ts";
import { correlationFinding, pairsFinding, seedsFinding } from "./recipe_findings.ts";
import { recommendationFinding } from "./recommendation_finding.ts";
import { sqlFinding } from "./sql_finding.ts";
import { tradeOffFinding } from "./trade_off_finding.ts";
import { trainingFinding } from "./training_finding.ts";

/** All texts that the rows of a study are put into. */
function texts(rows: StudyRows): string[] {
  return [
    sqlFinding(rows),
    mmluFinding(rows),
    proseFinding(rows),
    tradeOffFinding(rows),
    recommendationFinding(rows),
    seedsFinding(rows),
    pairsFinding(rows),
    correlationFinding(rows),
    studyTable(rows),
  ];
}

/** The same for its figures. */
function figures(rows: StudyRows): string[] {
  const changes = rows.changes.filter(({ measure, variant }) =>
    measure === "sql" && variant === "qv"
  );
  return [
    tradeOffFigure(rows),
    tradeOffFigure(rows, { gauge: "prose" }),
    changePoints(changes, { title: "changes", of: rows.titles.sql }),
  ];
}

/** The study of one variant with counts of the grid in every place that has a word. */
function studyOf(counts: Counts, other: Counts, claims: number): StudyRows {
  return studyWith([
    changeOf("sql", counts, { group: "easy" }),
    changeOf("sql", counts, { claims }),
    changeOf("runs", other),
    changeOf("mmlu", other, { group: "STEM" }),
    changeOf("mmlu", other, { claims }),
    changeOf("prior_free", counts),
    changeOf("habit", other),
    changeOf("right_probability", counts),
    changeOf("written", counts),
    natsOf(other, { claims }),
  ]);
}

function* studiesOfGrid(): Generator<StudyRows> {
  const all = grid().filter(({ n }) => n === 150);
  for (const [i, counts] of all.entries()) {
    yield studyOf(counts, all[(i * 7 + 3) % all.length]!, i % 3 === 0 ? 0 : 4);
  }
}

Deno.test("no finding, table or figure of made-up counts has an unwarranted sentence", () => {
  let studies = 0;
  for (const rows of studiesOfGrid()) {
    for (const text of texts(rows)) assertWarranted(text);
    // figures say the same whatever the counts are, but where intervals are missing
    if (studies++ % 12 === 0) figures(rows).forEach(assertWarranted);
  }
  assert.ok(studies >= 50);
});

Deno.test("nor has any of a whole study, whatever its recommendation", () => {
  for (const rows of recommendations()) texts(rows).forEach(assertWarranted);
  figures(STUDY).forEach(assertWarranted);
  assertWarranted(summaryTable(SUMMARY));
  assertWarranted(shortTable(SUMMARY));
  assertWarranted(baselineFinding(STUDY));
  assertWarranted(scaleFigure(STUDY)!);
  assertWarranted(trainingFinding([{
    variant: "qv",
    steps: 40,
    tokens: 900,
    seconds: 9,
    firstLossNats: 2.5,
    lastLossNats: { n: 9, mean: 0.5, ci95: [0.4, 0.6] },
  }]));
});

Deno.test("findings call nothing a gain or a loss but by the sentences of its changes", () => {
  for (const rows of studiesOfGrid()) {
    for (const text of [sqlFinding(rows), mmluFinding(rows), proseFinding(rows)]) {
      assertNoOtherWords(text, rows.changes);
    }
    const shown = tradeOffFinding(rows);
    for (const { variant: _, ...gauges } of rows.tradeOff) {
      for (const row of [gauges.sql!, gauges.mmlu!, gauges.prose!]) {
        assert.ok(shown.includes(changeSentence(row)), `${changeSentence(row)} in ${shown}`);
      }
    }
    assertNoOtherWords(shown, rows.changes);
  }
});

/** What stays of a text without its change sentences has no word on a change. */
function assertNoOtherWords(text: string, changes: readonly ChangeRow[]): void {
  const sentences = changes.map((row) => changeSentence(row)).toSorted((a, b) =>
    b.length - a.length
  );
  const rest = sentences.reduce((left, sentence) => left.replaceAll(sentence, "…"), text)
    .replaceAll("about one is called a gain or a loss", "")
    .replaceAll(/A loss in writing that the log-probabilities do not show[^.]*\./g, "");
  assert.doesNotMatch(rest, /\ba (?:gain|loss)\b|\bgains?\b|\blosses\b|improve|degrade/i, rest);
}

/** The study with every outcome that its search may have. */
function recommendations(): StudyRows[] {
  const found = STUDY.recommendation!;
  const { chosen: _, gain: _gain, ...none } = found;
  const open = { ...found.gain!, outcome: "no_difference_shown" as const };
  return [
    STUDY,
    { ...STUDY, recommendation: { ...none, outcome: "none_passed", passed: [] } },
    {
      ...STUDY,
      recommendation: { ...none, outcome: "none_passed", passed: [], neededExamples: 2106 },
    },
    { ...STUDY, recommendation: { ...none, outcome: "too_few_databases" } },
    { ...STUDY, recommendation: { ...found, outcome: "not_confirmed", gain: open } },
    {
      ...STUDY,
      recommendation: { ...found, outcome: "not_confirmed", gain: open, neededExamples: 812 },
    },
  ];
}
