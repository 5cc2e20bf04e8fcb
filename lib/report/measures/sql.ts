import { printable } from "../../ground/mod.ts";
import type { Summary, VariantSummary } from "../../runs/mod.ts";
import { HARDNESS_LEVELS } from "../../sql/mod.ts";
import { sqlFinding } from "../findings/sql_finding.ts";
import { ALL, shotsName } from "../rows/groups.ts";
import type { AccuracyRow, ChangeRow, CoverageRow, StudyRows } from "../rows/row_types.ts";
import { accuracyTable, classesTable, countsTable } from "../tables/accuracy_table.ts";
import { changeParts } from "../tables/change_parts.ts";
import { flipsTable } from "../tables/letter_table.ts";
import { markdownText } from "../words/markdown_text.ts";
import { CLUSTERS } from "../words/measures.ts";
import { accuracyRow, type Part, type ShownMeasure } from "./measure.ts";

/** Text-to-SQL, in the official reading throughout. */
export const SHOWN_SQL: ShownMeasure = {
  title: "text-to-SQL",
  name: "SQL",
  cluster: CLUSTERS.sql,
  item: "question",
  repeated: "SQL, verdicts",
  hub: { task: "text-generation", metric: "execution_accuracy", score: "execution accuracy" },
  accuracy: sqlAccuracy,
  changes({ sql }, { row, named, groups }): ChangeRow[] {
    if (!sql) return [];
    const { official, ...otherReadings } = sql.overall;
    return [
      ...groups("sql", sql.byHardness, official),
      row("sql", ALL, official),
      ...named("sql", otherReadings),
      ...Object.entries(sql.byShots ?? {}).map(([shots, change]) =>
        row("sql", shotsName(shots), change)
      ),
      row("runs", ALL, sql.runs),
    ];
  },
  coverage: sqlCoverage,
  parts: sqlParts,
};

function sqlAccuracy({ name, sql }: VariantSummary): AccuracyRow[] {
  if (!sql) return [];
  const { cut, cutInReasoning, byHardness, overall: { official } } = sql;
  return [
    ...HARDNESS_LEVELS.flatMap((level) => {
      const scores = byHardness[level];
      return scores && scores.official.n < official.n
        ? [accuracyRow("sql", name, level, scores.official)]
        : [];
    }),
    { ...accuracyRow("sql", name, ALL, official), cut, cutInReasoning },
  ];
}

/** Which questions could not be scored and why, in words; empty where all were. */
export function unscoredText(
  { missingDatabases, unjudged = [] }: Pick<
    NonNullable<Summary["counts"]["sql"]>,
    "missingDatabases" | "unjudged"
  >,
): string {
  const databases = missingDatabases.map(({ dbId, examples }) =>
    `${examples} on database ${printable(dbId)}, which has no file`
  );
  const others = unjudged.map(({ id, dbId, status }) =>
    status === "gold_failed"
      ? `${printable(id)}, whose gold statement fails on ${printable(dbId)}`
      : `${printable(id)}, whose database ${printable(dbId)} cannot be read`
  );
  return [...databases, ...others].join("; ");
}

function sqlCoverage({ sql }: Summary["counts"]): CoverageRow[] {
  if (!sql) return [];
  return [{
    measure: "sql",
    asked: sql.asked,
    scored: sql.scored,
    clusters: sql.databases,
    shots: sql.shots,
    missing: unscoredText(sql),
  }];
}

function sqlParts(study: StudyRows): Part[] {
  const { accuracy, readings, shots, funnel, counts, classes, sqlFlips, titles } = study;
  const own = accuracy.filter((row) => row.measure === "sql");
  if (own.length === 0) return [];
  // what to do about cut completions stands in the answer, where there is one
  const isCompared = study.tradeOff.length > 0;
  return [
    {
      title: "SQL execution accuracy by hardness",
      body: [accuracyTable(own, { cutNotes: !isCompared })],
    },
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
    { title: "SQL verdicts", body: [countsTable(counts)] },
    {
      title: "Classes of error",
      body: classes.length > 0 ? [classesTable(classes)] : [],
    },
    ...(isCompared
      ? [
        { title: "Verdicts that moved", body: [flipsTable(sqlFlips, "verdicts")] },
        {
          title: `Changes on ${markdownText(titles.sql)}`,
          body: [
            sqlFinding(study, { cut: false }),
            ...changeParts(study, ["sql", "runs"]),
          ],
        },
      ]
      : []),
  ];
}
