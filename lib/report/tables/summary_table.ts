import { adapterText, GAUGES, type Summary } from "../../runs/mod.ts";
import { fewAnswersNotes } from "../findings/caution_notes.ts";
import { correlationFinding, pairsFinding, seedsFinding } from "../findings/recipe_findings.ts";
import { recommendationFinding } from "../findings/recommendation_finding.ts";
import { tradeOffFinding } from "../findings/trade_off_finding.ts";
import { unstableNotes } from "../findings/unstable_notes.ts";
import type { Part } from "../measures/measure.ts";
import { SHOWN } from "../measures/measures.ts";
import type { CoverageRow, GaugeTitles, StudyRows } from "../rows/row_types.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import type { UnstableRow } from "../rows/training_types.ts";
import { formatCount, formatCounted } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { unitOf } from "../words/measures.ts";
import { INTERVAL_NOTE } from "../words/verdict_words.ts";
import { pairsTable, seedsTable, tradeOffTable } from "./change_table.ts";
import { planText } from "./plan_text.ts";
import { shortTable } from "./short_table.ts";

/**
 * A study as Markdown: what was measured, the answer in a few sentences, the trade-off, the plan,
 * then every table of each measure, and what each adapter is by its own config; every number with its
 * n and its 95 % interval.
 *
 * @param options `limits` are sentences on what the numbers do not tell, which somebody wrote;
 * `unstable` are the trainings that their loss logs tell to be so.
 *
 * @example
 * ```ts ignore
 * const markdown = summaryTable(readSummary("results/sample/summary.json"));
 * ```
 */
export function summaryTable(
  summary: Summary,
  { limits = [], unstable = [] }: {
    readonly limits?: readonly string[];
    readonly unstable?: readonly UnstableRow[];
  } = {},
): string {
  const adapters = Object.entries(summary.provenance.adapterSettings)
    .map(([recipe, settings]) =>
      `- ${markdownText(recipe)}: ${markdownText(adapterText(settings))}.`
    );
  const list = adapters.length > 0 ? ["", "### Adapters\n", ...adapters, ""].join("\n") : "";
  return studyTable(summaryRows(summary, { unstable }), limits) + list;
}

/** What of it a screen has room for: what was measured, and a row a variant. */
export function briefTable(summary: Summary): string {
  const study = summaryRows(summary);
  return [
    titleOf(study),
    `${coverageText(study.coverage, study.titles)}\n`,
    shortTable(summary),
    ...study.tradeOff.length > 0 ? [`${INTERVAL_NOTE}\n`] : [],
  ].join("\n");
}

/**
 * The whole from rows. Parts that the study has not are left out.
 *
 * @param limits What the numbers do not tell, a sentence or more each.
 * @throws {RangeError} If a number is not finite.
 */
export function studyTable(study: StudyRows, limits: readonly string[] = []): string {
  const label = study.label === undefined ? "" : ` (${markdownText(study.label)})`;
  const parts = [
    { title: "", body: [coverageText(study.coverage, study.titles)] },
    { title: "The answer", body: answerParts(study) },
    { title: "Limits", body: [limits.map((text) => `- ${plainText(text)}`).join("\n")] },
    { title: "Trade-off", body: tradeOffParts(study) },
    ...GAUGES.flatMap((gauge) => SHOWN[gauge].parts(study)),
    ...recipeParts(study),
    { title: "The plan", body: planParts(study) },
  ];
  const sections = parts.flatMap(({ title, body }) => {
    const filled = body.filter((text) => text !== "");
    if (filled.length === 0) return [];
    return [...(title === "" ? [] : [`### ${title}${label}\n`]), ...filled.map(ended)];
  });
  return [titleOf(study), ...sections].join("\n");
}

function titleOf({ model, label }: StudyRows): string {
  return `## ${markdownText(model)}${label === undefined ? "" : ` (${markdownText(label)})`}\n`;
}

function plainText(text: string): string {
  return markdownText(text, { longest: Infinity });
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function answerParts(study: StudyRows): string[] {
  return [
    recommendationFinding(study),
    study.tradeOff.length > 0 ? tradeOffFinding(study) : "",
    unstableNotes(study).join("\n\n"),
    fewAnswersNotes(study).join("\n\n"),
    seedsFinding(study),
    correlationFinding(study),
  ];
}

/** A plan speaks of a loss on its gauge, and so of nothing where that was not measured. */
function planParts({ plan, titles, coverage, changes }: StudyRows): string[] {
  const claimed = GAUGES.filter((gauge) =>
    changes.some(({ measure, adjusted }) => measure === gauge && adjusted)
  );
  return coverage.some(({ measure }) => measure === plan.gauge)
    ? [planText(plan, titles, { coverage, claimed })]
    : [];
}

function tradeOffParts({ tradeOff, titles }: StudyRows): string[] {
  if (tradeOff.length === 0) return [];
  return [
    tradeOffTable(tradeOff, titles),
    `Changes against the base model on the same examples. ${INTERVAL_NOTE} No interval is ` +
    "adjusted, those of the primary claims neither: their words are." +
    (tradeOff.some(({ step }) => step !== undefined)
      ? ' "Loss excluded": whether the tolerated loss of the plan is, as a step of its path; after ' +
        "the first that does not pass none is tested."
      : ""),
  ];
}

function recipeParts({ pairs, seeds, seedPairs, titles }: StudyRows): Part[] {
  const points = pairs.filter((row) => unitOf(row.measure) === "points");
  const nats = pairs.filter((row) => unitOf(row.measure) !== "points");
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
      body: seeds.length > 0 ? [seedsTable([...seeds, ...seedPairs], titles)] : [],
    },
  ];
}

function coverageText(rows: readonly CoverageRow[], titles: GaugeTitles): string {
  return rows.map(({ measure, asked, scored, clusters, shots, fewestShots, missing }) =>
    `- ${markdownText(titles[measure])}: ${formatCount(scored)} of ` +
    `${formatCounted(asked, SHOWN[measure].item)} scored, ` +
    formatCounted(clusters, SHOWN[measure].cluster) +
    (fewestShots === undefined ? "" : `, ${formatCount(fewestShots)} to`) +
    (shots === undefined
      ? ""
      : `${fewestShots === undefined ? "," : ""} ${formatCounted(shots, "example")} shown`) +
    (missing === "" ? "." : `; not scored: ${markdownText(missing, { longest: Infinity })}.`)
  ).join("\n");
}
