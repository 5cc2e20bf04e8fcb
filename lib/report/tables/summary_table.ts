import { adapterText, type Summary } from "../../runs/mod.ts";
import { cutCounts, cutSentence } from "../words/cut_text.ts";
import { formatCount, formatCounted } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { INTERVAL_NOTE, UNADJUSTED_NOTE } from "../words/verdict_words.ts";
import { mmluFinding } from "../findings/mmlu_finding.ts";
import { proseFinding } from "../findings/prose_finding.ts";
import { correlationFinding, pairsFinding, seedsFinding } from "../findings/recipe_findings.ts";
import { recommendationFinding } from "../findings/recommendation_finding.ts";
import { sqlFinding } from "../findings/sql_finding.ts";
import { tradeOffFinding } from "../findings/trade_off_finding.ts";
import type { ChangeRow, CoverageRow, GaugeTitles, StudyRows } from "../rows/row_types.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { accuracyTable, chanceTable, classesTable, countsTable } from "./accuracy_table.ts";
import { changesTable, pairsTable, seedsTable, tradeOffTable } from "./change_table.ts";
import { aboveChanceTable, flipsTable, lettersTable, proseTable } from "./letter_table.ts";
import { planText } from "./plan_text.ts";

/**
 * A study as Markdown: what was measured, the answer in a few sentences, the trade-off, the plan,
 * then every table of each measure, and what each adapter is by its own config; every number with its
 * n and its 95 % interval.
 *
 * @example
 * ```ts ignore
 * const markdown = summaryTable(readSummary("results/sample/summary.json"));
 * ```
 */
export function summaryTable(summary: Summary): string {
  const adapters = Object.entries(summary.provenance.adapterSettings)
    .map(([recipe, settings]) =>
      `- ${markdownText(recipe)}: ${markdownText(adapterText(settings))}.`
    );
  const list = adapters.length > 0 ? ["", "### Adapters\n", ...adapters, ""].join("\n") : "";
  return studyTable(summaryRows(summary)) + list;
}

/**
 * The same from rows. Parts that the study has not are left out.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function studyTable(study: StudyRows): string {
  const label = study.label === undefined ? "" : ` (${markdownText(study.label)})`;
  const parts = [
    { title: "", body: [coverageText(study.coverage, study.titles)] },
    { title: "The answer", body: answerParts(study) },
    { title: "Trade-off", body: tradeOffParts(study) },
    ...sqlParts(study),
    ...choiceParts(study),
    ...proseParts(study),
    ...recipeParts(study),
    { title: "The plan", body: planParts(study) },
  ];
  const sections = parts.flatMap(({ title, body }) => {
    const filled = body.filter((text) => text !== "");
    if (filled.length === 0) return [];
    return [...(title === "" ? [] : [`### ${title}${label}\n`]), ...filled.map(ended)];
  });
  return [`## ${markdownText(study.model)}${label}\n`, ...sections].join("\n");
}

/** A part of the report: a title, and paragraphs or tables below it. */
interface Part {
  readonly title: string;
  readonly body: readonly string[];
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function answerParts(study: StudyRows): string[] {
  return [
    recommendationFinding(study),
    study.tradeOff.length > 0 ? tradeOffFinding(study) : "",
    seedsFinding(study),
    correlationFinding(study),
  ];
}

/** A plan speaks of a loss on its gauge, and so of nothing where that was not measured. */
function planParts({ plan, titles, coverage }: StudyRows): string[] {
  return coverage.some(({ measure }) => measure === plan.gauge)
    ? [planText(plan, titles, { coverage })]
    : [];
}

function tradeOffParts({ tradeOff, titles }: StudyRows): string[] {
  if (tradeOff.length === 0) return [];
  return [
    tradeOffTable(tradeOff, titles),
    `Changes against the base model on the same examples. ${INTERVAL_NOTE} They are unadjusted ` +
    'but for the primary claims. "Loss excluded": whether the tolerated loss of the plan is, as a ' +
    "step of its path; after the first that does not pass none is tested.",
  ];
}

function sqlParts(study: StudyRows): Part[] {
  const { accuracy, readings, shots, funnel, counts, classes, sqlFlips, titles } = study;
  const own = accuracy.filter((row) => row.measure === "sql");
  if (own.length === 0) return [];
  const cut = cutSentence(cutCounts(accuracy));
  return [
    { title: "SQL execution accuracy by hardness", body: [accuracyTable(own)] },
    { title: "SQL execution accuracy by reading", body: [accuracyTable(readings)] },
    {
      title: "SQL execution accuracy by examples shown",
      body: shots.length > 0 ? [accuracyTable(shots)] : [],
    },
    {
      title: "How far statements get",
      body: [
        accuracyTable(funnel),
        "Parses: a statement in SQLite's grammar. Runs: it ended within the limits. Right: its rows " +
        "are the gold's (official reading).",
      ],
    },
    { title: "SQL verdicts", body: [countsTable(counts), cut] },
    {
      title: "Classes of error",
      body: classes.length > 0 ? [classesTable(classes)] : [],
    },
    ...(study.tradeOff.length > 0
      ? [
        { title: "Verdicts that moved", body: [flipsTable(sqlFlips, "verdicts")] },
        {
          title: `Changes on ${markdownText(titles.sql)}`,
          body: [
            sqlFinding(study),
            ...changeParts(study, ["sql", "runs"]),
          ],
        },
      ]
      : []),
  ];
}

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

function proseParts(study: StudyRows): Part[] {
  const { prose, titles, tradeOff } = study;
  if (prose.length === 0) return [];
  const title = markdownText(titles.prose);
  return [
    { title: `${title}: nats a token`, body: [proseTable(prose), "Lower is better."] },
    // one passage alone has no change with a spread
    ...(tradeOff.some((row) => row.prose)
      ? [{
        title: `Changes on ${title}`,
        body: [proseFinding(study), ...changeParts(study, ["prose"])],
      }]
      : []),
  ];
}

function recipeParts({ pairs, seeds, titles }: StudyRows): Part[] {
  const points = pairs.filter((row) => row.measure !== "prose");
  const nats = pairs.filter((row) => row.measure === "prose");
  return [
    {
      title: "Recipes against each other",
      body: pairs.length === 0 ? [] : [
        pairsFinding({ pairs, titles }),
        ...[points, nats].map((rows) => rows.length > 0 ? pairsTable(rows, titles) : ""),
      ],
    },
    {
      title: "Recipes over seeds",
      body: seeds.length > 0 ? [seedsTable(seeds, titles)] : [],
    },
  ];
}

/** A table of changes of one unit, with what its columns are. */
function changeParts(study: StudyRows, measures: readonly ChangeRow["measure"][]): string[] {
  const rows = study.changes.filter(({ measure }) => measures.includes(measure));
  if (rows.length === 0) return [];
  const unit = unitOf(measures[0]!);
  const lower = betterOf(measures[0]!) === "lower" ? ", lower is better" : "";
  const counted = rows.some(({ evidence }) => evidence.kind === "score");
  const unadjusted = rows.some(({ adjusted }) => !adjusted);
  return [
    changesTable(rows, study.titles),
    `Changes are in ${
      unit === "points" ? "percentage points" : unit
    }${lower}, tuned less base on ` +
    "the same examples; the 95 % interval is the wider of those by examples and by clusters, and " +
    "the finding follows both." + (counted ? " Gained and lost count examples." : "") +
    (unadjusted ? ` ${UNADJUSTED_NOTE}` : ""),
  ];
}

const CLUSTER_NAMES = { sql: "database", mmlu: "subject", prose: "topic" } as const;
const ITEM_NAMES = { sql: "question", mmlu: "question", prose: "passage" } as const;

function coverageText(rows: readonly CoverageRow[], titles: GaugeTitles): string {
  return rows.map(({ measure, asked, scored, clusters, shots, missing }) =>
    `- ${markdownText(titles[measure])}: ${formatCount(scored)} of ` +
    `${formatCounted(asked, ITEM_NAMES[measure])} scored, ` +
    formatCounted(clusters, CLUSTER_NAMES[measure]) +
    (shots === undefined ? "" : `, ${formatCounted(shots, "example")} shown`) +
    (missing === "" ? "." : `; not scored: ${markdownText(missing, { longest: Infinity })}.`)
  ).join("\n");
}
