import { adapterText, type Summary } from "../../runs/mod.ts";
import { cutCounts, cutSentence, cutText } from "../cut_text.ts";
import {
  formatBounds,
  formatChange,
  formatCount,
  formatDifference,
  formatEstimate,
  formatPercent,
  formatPValue,
} from "../format_numbers.ts";
import { type MarkdownColumn, markdownTable } from "./markdown_table.ts";
import { markdownText } from "../markdown_text.ts";
import type {
  AccuracyRow,
  ChanceRow,
  ChangeRow,
  CountRow,
  CoverageRow,
  DifferenceRow,
  Measure,
  StudyRows,
} from "../rows.ts";
import { summaryRows } from "./summary_rows.ts";

const NAMES: Readonly<Record<Measure, string>> = { sql: "SQL", mmlu: "MMLU" };

/**
 * A study as Markdown: what was scored, accuracies by group, verdict counts, paired differences
 * to the base model, and what each adapter is by its own config, every number with its n and its 95 % interval.
 *
 * @example
 * ```ts ignore
 * const markdown = summaryTable(readSummary("results/sample/summary.json"));
 * ```
 */
export function summaryTable(summary: Summary): string {
  const adapters = Object.entries(summary.provenance.adapterSettings ?? {})
    .map(([recipe, settings]) =>
      `- ${markdownText(recipe)}: ${markdownText(adapterText(settings))}.`
    );
  const list = adapters.length > 0 ? ["", "### Adapters\n", ...adapters, ""].join("\n") : "";
  return studyTable(summaryRows(summary)) + list;
}

/**
 * The same from rows.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function studyTable(study: StudyRows): string {
  const label = study.label === undefined ? "" : ` (${markdownText(study.label)})`;
  const of = (measure: Measure): readonly AccuracyRow[] =>
    study.accuracy.filter((row) => row.measure === measure);
  const cut = cutSentence(cutCounts(study.accuracy));
  return [
    `## ${markdownText(study.model)}${label}\n`,
    coverageText(study.coverage),
    `### SQL execution accuracy by hardness${label}\n`,
    accuracyTable(of("sql")),
    `### SQL execution accuracy by reading${label}\n`,
    accuracyTable(study.readings),
    `### SQL verdicts${label}\n`,
    countsTable(study.counts),
    `### MMLU accuracy by category${label}\n`,
    accuracyTable(of("mmlu")),
    chanceText(study.chance),
    `### Paired differences to the base model${label}\n`,
    differencesTable(study.differences, study.changes),
    ...(cut === "" ? [] : [`${cut}\n`]),
    "Differences are in percentage points, with 95 % intervals: of pairs, and of clusters " +
    "(databases, subjects). Gained and lost count examples. The last column is the smallest " +
    "difference that a study of this size would probably find.\n",
  ].join("\n");
}

/**
 * Accuracies, one row a variant and one column a group: percentage, 95 % interval, raw counts; and
 * below the table how many completions were cut, where the rows know it.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function accuracyTable(rows: readonly AccuracyRow[]): string {
  const groups = [...new Set(rows.map((row) => row.group))];
  const variants = [...new Set(rows.map((row) => row.variant))];
  const table = markdownTable(
    [{ title: "model" }, ...groups.map(numeric)],
    variants.map((variant) => [
      variant,
      ...groups.map((group) => {
        const row = rows.find((row) => row.variant === variant && row.group === group);
        return row === undefined ? "" : `${formatEstimate(row)}, ${ratio(row)}`;
      }),
    ]),
  );
  const cut = cutText(cutCounts(rows));
  return cut === "" ? table : `${table}\n${cut}\n`;
}

/**
 * Raw counts of verdicts: successes, failures, every status that is listed, and, where the rows
 * know it, the completions that were cut, which have a status as all others.
 */
export function countsTable(rows: readonly CountRow[]): string {
  const statuses = [...new Set(rows.map((row) => row.status))].filter((s) => s !== "match");
  const variants = [...new Set(rows.map((row) => row.variant))];
  const cut = rows.some((row) => row.cut !== undefined);
  return markdownTable(
    [
      { title: "model" },
      ...["n", "success", "failure", ...statuses, ...(cut ? ["cut"] : [])].map(numeric),
    ],
    variants.map((variant) => {
      const own = rows.filter((row) => row.variant === variant);
      const count = (status: string): number =>
        own.find((row) => row.status === status)?.count ?? 0;
      const n = own[0]?.n ?? 0;
      const numbers = [n, count("match"), n - count("match"), ...statuses.map(count)];
      const known = own[0]?.cut;
      const last = cut ? [known === undefined ? "" : formatCount(known)] : [];
      return [variant, ...numbers.map(formatCount), ...last];
    }),
  );
}

/**
 * Paired differences in percentage points with their intervals, the examples behind them, and the
 * percentage change where one can be stated.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function differencesTable(
  rows: readonly DifferenceRow[],
  changes: readonly ChangeRow[],
): string {
  const columns: readonly MarkdownColumn[] = [
    { title: "measure" },
    { title: "model" },
    { title: "group" },
    ...["n", "difference", "clustered", "gained", "lost", "McNemar p", "Holm p", "change"].map(
      numeric,
    ),
    numeric("detectable"),
  ];
  return markdownTable(
    columns,
    rows.map((row) => {
      const change = changes.find((change) =>
        change.measure === row.measure && change.variant === row.variant &&
        change.group === row.group
      );
      return [
        NAMES[row.measure],
        row.variant,
        row.group,
        formatCount(row.n),
        formatDifference(row),
        row.clusteredCi95 === undefined ? "" : formatBounds(row.clusteredCi95),
        formatCount(row.gained),
        formatCount(row.lost),
        formatPValue(row.pValue),
        row.holmP === undefined ? "" : formatPValue(row.holmP),
        change === undefined ? "" : changeText(change.change),
        detectableText(row.smallestDetectable),
      ];
    }),
  );
}

function numeric(title: string): MarkdownColumn {
  return { title, align: "right" };
}

function ratio({ successes, n }: AccuracyRow): string {
  return `${formatCount(successes)}/${formatCount(n)}`;
}

function changeText(change: ChangeRow["change"]): string {
  switch (change.kind) {
    case "relative":
      return formatChange(change);
    case "at_chance":
      return "at chance: no loss can be measured";
    case "base_zero":
      return "base is 0: no ratio";
  }
}

function detectableText(smallest: number | null | undefined): string {
  if (smallest === undefined) return "";
  return smallest === null ? "none" : formatPercent(smallest).replace(" %", "");
}

function coverageText(rows: readonly CoverageRow[]): string {
  return rows.map(({ measure, asked, scored, missing }) =>
    `${NAMES[measure]}: ${formatCount(scored)} of ${formatCount(asked)} examples scored` +
    (missing === "" ? "." : `; not scored: ${markdownText(missing, { longest: Infinity })}.`)
  ).join("\n") + "\n";
}

function chanceText(rows: readonly ChanceRow[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const verdicts = rows.filter((row) => row.group === "all").map((row) =>
    `${markdownText(row.variant)} ${row.verdict} (p ${comparison(formatPValue(row.pValue))})`
  );
  return `Against guessing (${formatPercent(first.chance)}, exact binomial, one-sided, all ` +
    `categories): ${verdicts.join("; ")}.\n`;
}

function comparison(pValue: string): string {
  return pValue.startsWith("<") ? pValue : `= ${pValue}`;
}
