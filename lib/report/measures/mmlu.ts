import { mmluFinding } from "../findings/mmlu_finding.ts";
import { ALL } from "../rows/groups.ts";
import type { AccuracyRow, ChangeRow, StudyRows } from "../rows/row_types.ts";
import { accuracyTable, chanceTable } from "../tables/accuracy_table.ts";
import { changeParts } from "../tables/change_parts.ts";
import { aboveChanceTable, flipsTable, lettersTable } from "../tables/letter_table.ts";
import { markdownText } from "../words/markdown_text.ts";
import { CLUSTERS } from "../words/measures.ts";
import { accuracyRow, type Part, type ShownMeasure } from "./measure.ts";

/** Multiple choice: its accuracy, and what the log-probabilities of the letters say beside it. */
export const SHOWN_MMLU: ShownMeasure = {
  title: "MMLU",
  name: "multiple choice",
  cluster: CLUSTERS.mmlu,
  item: "question",
  repeated: "multiple choice, letters",
  hub: { task: "text-generation", metric: "accuracy", score: "accuracy by log-probability" },
  accuracy({ name, mmlu }): AccuracyRow[] {
    if (!mmlu) return [];
    const { byCategory, overall } = mmlu;
    return [
      ...Object.entries(byCategory)
        .filter(([, { accuracy }]) => accuracy.n < overall.accuracy.n)
        .map(([category, { accuracy }]) => accuracyRow("mmlu", name, category, accuracy)),
      accuracyRow("mmlu", name, ALL, overall.accuracy),
    ];
  },
  changes({ mmlu }, { row, groups }): ChangeRow[] {
    if (!mmlu) return [];
    const { overall, byCategory, letters } = mmlu;
    return [
      ...groups("mmlu", byCategory, overall),
      row("mmlu", ALL, overall),
      ...(letters
        ? [
          row("prior_free", ALL, letters.priorFree),
          row("habit", ALL, letters.habit),
          row("right_probability", ALL, letters.rightProbability),
          row("brier", ALL, letters.brier),
          ...(letters.written ? [row("written", ALL, letters.written)] : []),
        ]
        : []),
    ];
  },
  coverage: ({ mmlu }) =>
    mmlu
      ? [{
        measure: "mmlu",
        asked: mmlu.asked,
        scored: mmlu.scored,
        clusters: mmlu.subjects,
        ...(mmlu.shots === undefined ? {} : { shots: mmlu.shots }),
        ...(mmlu.fewestShots === undefined ? {} : { fewestShots: mmlu.fewestShots }),
        missing: "",
      }]
      : [],
  parts: choiceParts,
};

function choiceParts(study: StudyRows): Part[] {
  const { accuracy, chance, letters, letterFlips, aboveChance, titles } = study;
  const own = accuracy.filter((row) => row.measure === "mmlu");
  if (own.length === 0) return [];
  const title = markdownText(titles.mmlu);
  const tuned = study.tradeOff.length > 0;
  return [
    { title: `${title} accuracy by category`, body: [accuracyTable(own)] },
    {
      title: `${title} against guessing`,
      body: [
        chanceTable(chance.filter(({ group }) => group === "all")),
        "Exact binomial test, one-sided. Where it is not shown, that is no finding that the model " +
        "guesses.",
        tuned ? aboveChanceTable(aboveChance) : "",
      ],
    },
    { title: `${title}: letters`, body: letters.length > 0 ? [lettersTable(letters)] : [] },
    {
      title: `${title}: letters that moved`,
      body: letterFlips.length > 0 ? [flipsTable(letterFlips, "letters")] : [],
    },
    ...(tuned
      ? [{
        title: `Changes on ${title}`,
        body: [
          mmluFinding(study),
          ...changeParts(study, ["mmlu", "prior_free", "habit", "right_probability", "written"]),
          ...(letters.length > 0 ? changeParts(study, ["brier"]) : []),
        ],
      }]
      : []),
  ];
}
