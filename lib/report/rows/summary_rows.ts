import { printable } from "../../ground/mod.ts";
import {
  modelTitle,
  type SqlScores,
  type StudyClaim,
  type StudyConfig,
  type Summary,
  type VariantSummary,
} from "../../runs/mod.ts";
import { HARDNESS_LEVELS, READINGS, VERDICT_STATUSES } from "../../sql/mod.ts";
import type { Proportion } from "../../stats/mod.ts";
import { ALL, changeRows, pairRows, seedRows, shotsName } from "./change_rows.ts";
import type {
  AccuracyRow,
  ChanceRow,
  ClassRow,
  CountRow,
  CoverageRow,
  GaugeTitles,
  ProseRow,
  StudyRows,
  VariantRows,
} from "./row_types.ts";
import { tradeOffRows } from "./trade_off_rows.ts";

/** What is said of a study beside its variants: its config has most of it. */
export interface StudyFacts {
  /** The base model. */
  readonly model: StudyConfig["model"];
  /** What runs it: another model where its weights are not the checkpoint's. */
  readonly engine: Pick<StudyConfig["engine"], "weights">;
  /** Shown wherever a number of the study appears. */
  readonly label?: string | undefined;
  /** The tolerated loss and what it is of; without it no loss is excluded. */
  readonly sweep?: Pick<StudyConfig["sweep"], "gauge" | "delta">;
  /** The examples shown in the study's own prompt, beside other numbers of them. */
  readonly spider?: Pick<StudyConfig["spider"], "shots">;
  /** Where multiple choice is called otherwise than "MMLU". */
  readonly mmlu?: Pick<StudyConfig["mmlu"], "title">;
  /** The claims that were adjusted together; none if left out, and then all are unadjusted. */
  readonly claims?: readonly StudyClaim[];
}

/** What the data of each gauge are called where a study does not say. */
export const GAUGE_TITLES: GaugeTitles = {
  sql: "text-to-SQL",
  mmlu: "MMLU",
  prose: "general text",
};

/**
 * All rows of a study's summary, for tables, frames, figures and sentences: the base model first,
 * then the variants in the order of the summary; groups in the order in which they are reported,
 * "all" last, and none that is all. Measures that the study has not have no rows.
 *
 * SQL is the official reading throughout, except in `readings`.
 */
export function summaryRows(summary: Summary): StudyRows {
  const { config, counts, label, plan, variants, findings } = summary;
  const { claims, pairs, seeds, recommendation, proseAndMmlu } = findings;
  const rows = variantRows(variants, {
    model: config.model,
    engine: config.engine,
    label,
    sweep: plan,
    ...(counts.sql ? { spider: { shots: counts.sql.shots } } : {}),
    claims,
  });
  return {
    ...rows,
    titles: {
      sql: counts.sql?.title ?? GAUGE_TITLES.sql,
      mmlu: counts.mmlu?.title ?? GAUGE_TITLES.mmlu,
      prose: counts.prose?.title ?? GAUGE_TITLES.prose,
    },
    tradeOff: tradeOffRows(variants, rows.changes, recommendation),
    coverage: coverageRows(summary),
    plan,
    pairs: pairRows(pairs),
    seeds: seedRows(seeds),
    ...(recommendation && { recommendation }),
    ...(proseAndMmlu && { proseAndMmlu }),
  };
}

/**
 * The rows of some variants, the base model first: what there is to show before a study is whole.
 *
 * @param facts A study's config fits.
 */
export function variantRows(variants: readonly VariantSummary[], facts: StudyFacts): VariantRows {
  const { label, sweep, spider, mmlu, claims } = facts;
  const changes = variants.flatMap(({ name, versusBase }) =>
    versusBase ? changeRows(name, versusBase, { tolerance: sweep, claims }) : []
  );
  return {
    model: modelTitle(facts),
    ...(label === undefined ? {} : { label }),
    titles: { ...GAUGE_TITLES, ...(mmlu?.title === undefined ? {} : { mmlu: mmlu.title }) },
    accuracy: variants.flatMap(accuracyRows),
    readings: variants.flatMap((variant) =>
      READINGS.flatMap((reading) =>
        variant.sql ? [sqlRow(variant.name, reading, variant.sql.overall[reading])] : []
      )
    ),
    shots: variants.flatMap((variant) => shotRows(variant, spider?.shots)),
    funnel: variants.flatMap(({ name, sql }) =>
      sql
        ? (["parses", "runs", "right"] as const).map((step) => sqlRow(name, step, sql.funnel[step]))
        : []
    ),
    counts: variants.flatMap(countRows),
    classes: variants.flatMap(classRows),
    sqlFlips: variants.flatMap(({ name, versusBase }) =>
      versusBase?.sql ? [{ variant: name, flips: versusBase.sql.flips }] : []
    ),
    chance: variants.flatMap(chanceRows),
    aboveChance: variants.flatMap(({ name, versusBase }) =>
      versusBase?.mmlu ? [{ variant: name, change: versusBase.mmlu.aboveChance }] : []
    ),
    letters: variants.flatMap(({ name, mmlu }) =>
      mmlu?.letters ? [{ variant: name, ...mmlu.letters }] : []
    ),
    letterFlips: variants.flatMap(({ name, versusBase }) =>
      versusBase?.mmlu?.letters ? [{ variant: name, flips: versusBase.mmlu.letters.flips }] : []
    ),
    prose: variants.flatMap(proseRows),
    changes,
    tradeOff: tradeOffRows(variants, changes),
  };
}

function accuracyRows({ name, sql, mmlu }: VariantSummary): AccuracyRow[] {
  const choice = (group: string, score: Proportion): AccuracyRow => ({
    ...accuracy(name, group, score),
    measure: "mmlu",
  });
  return [
    ...(sql
      ? [
        ...HARDNESS_LEVELS.flatMap((level) => {
          const scores = sql.byHardness[level];
          return scores && scores.official.n < sql.overall.official.n
            ? [sqlRow(name, level, scores.official)]
            : [];
        }),
        { ...sqlRow(name, ALL, sql.overall.official), ...cutOf(sql) },
      ]
      : []),
    ...(mmlu
      ? [
        ...Object.entries(mmlu.byCategory)
          .filter(([, { accuracy }]) => accuracy.n < mmlu.overall.accuracy.n)
          .map(([category, score]) => choice(category, score.accuracy)),
        choice(ALL, mmlu.overall.accuracy),
      ]
      : []),
  ];
}

function shotRows({ name, sql, sqlByShots }: VariantSummary, own?: number): AccuracyRow[] {
  if (!sql || !sqlByShots || Object.keys(sqlByShots).length === 0) return [];
  const scores: readonly (readonly [string, SqlScores])[] = [
    [own === undefined ? "own prompt" : shotsName(own), sql],
    ...Object.entries(sqlByShots).map(([shots, scores]) => [shotsName(shots), scores] as const),
  ];
  return scores.map(([group, { overall }]) => sqlRow(name, group, overall.official));
}

function sqlRow(variant: string, group: string, score: Proportion): AccuracyRow {
  return { ...accuracy(variant, group, score), measure: "sql" };
}

function accuracy(
  variant: string,
  group: string,
  { successes, n, mean, ci95 }: Proportion,
): Omit<AccuracyRow, "measure"> {
  return { variant, group, successes, n, mean, ci95 };
}

function cutOf({ cut, cutInReasoning }: SqlScores): Pick<AccuracyRow, "cut" | "cutInReasoning"> {
  return { cut, cutInReasoning };
}

function countRows({ name, sql }: VariantSummary): CountRow[] {
  if (!sql) return [];
  const { cut, byStatus, overall: { official: { n } } } = sql;
  return VERDICT_STATUSES.map((status) => ({
    variant: name,
    status,
    count: byStatus[status],
    n,
    cut,
  }));
}

function classRows({ name, sql }: VariantSummary): ClassRow[] {
  if (!sql) return [];
  return Object.entries(sql.byClass).map(([errorClass, count]) => ({
    variant: name,
    errorClass,
    count,
    n: sql.overall.official.n,
  }));
}

function chanceRows({ name, mmlu }: VariantSummary): ChanceRow[] {
  if (!mmlu) return [];
  return [...Object.entries(mmlu.byCategory), [ALL, mmlu.overall] as const].map((
    [group, { chance }],
  ) => ({
    variant: name,
    group,
    chance: chance.chance,
    pValue: chance.pValue,
    shown: chance.above,
  }));
}

function proseRows({ name, prose }: VariantSummary): ProseRow[] {
  if (!prose) return [];
  const kinds = Object.entries(prose.byKind);
  // one kind alone is the whole
  return [...(kinds.length > 1 ? kinds : []), [ALL, prose.nats] as const]
    .map(([group, nats]) => ({ variant: name, group, nats }));
}

/** Which text-to-SQL questions could not be scored and why, in words; empty where all were. */
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

function coverageRows({ counts: { sql, mmlu, prose } }: Summary): CoverageRow[] {
  return [
    ...(sql
      ? [{
        measure: "sql" as const,
        asked: sql.asked,
        scored: sql.scored,
        clusters: sql.databases,
        shots: sql.shots,
        missing: unscoredText(sql),
      }]
      : []),
    ...(mmlu
      ? [{
        measure: "mmlu" as const,
        asked: mmlu.asked,
        scored: mmlu.scored,
        clusters: mmlu.subjects,
        missing: "",
      }]
      : []),
    ...(prose
      ? [{
        measure: "prose" as const,
        asked: prose.asked,
        scored: prose.scored,
        clusters: prose.topics,
        missing: "",
      }]
      : []),
  ];
}
