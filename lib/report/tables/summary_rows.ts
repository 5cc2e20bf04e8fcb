import { printable } from "../../ground/mod.ts";
import {
  type Change,
  HARDNESS_LEVELS,
  SQL_MODES,
  SQL_STATUSES,
  type SqlScores,
  type StudyConfig,
  type Summary,
  type VariantSummary,
} from "../../runs/mod.ts";
import type { PairedDifference, Proportion } from "../../stats/mod.ts";
import type {
  AccuracyRow,
  ChanceRow,
  ChangeRow,
  CountRow,
  CoverageRow,
  DifferenceRow,
  Measure,
  StudyRows,
  TradeOffPoint,
  VariantRows,
} from "../rows.ts";

const ALL = "all";

/**
 * All rows of a study's summary, for tables, frames and bars: the base model first, then the
 * recipes in the order of the config; groups in the order in which they are reported, "all" last.
 *
 * SQL is the official reading throughout, except in `readings`.
 */
export function summaryRows(summary: Summary): StudyRows {
  const { config: { model }, label, variants } = summary;
  return { ...variantRows(variants, { model, label }), coverage: coverageRows(summary) };
}

/**
 * The rows of some variants, the base model first: what there is to show before a study is whole.
 *
 * @param study The model's name and the label: a study's config has them.
 */
export function variantRows(
  variants: readonly VariantSummary[],
  { model, label }: Pick<StudyConfig, "model"> & { readonly label?: string | undefined },
): VariantRows {
  return {
    model: model.id,
    ...(label === undefined ? {} : { label }),
    accuracy: variants.flatMap(accuracyRows),
    readings: variants.flatMap(({ name, sql }) =>
      SQL_MODES.map((mode) => ({
        ...accuracyRow("sql", name, mode, sql.overall[mode]),
        ...cutOf(sql),
      }))
    ),
    differences: variants.flatMap(differenceRows),
    changes: variants.flatMap(changeRows),
    counts: variants.flatMap(countRows),
    chance: variants.flatMap(chanceRows),
  };
}

/**
 * One point a recipe for the trade-off figure.
 *
 * The summary has `tuned - base`; the figure's x axis is what was lost, so the sign of MMLU and the
 * ends of its interval change places here and nowhere else.
 */
export function tradeOffPoints(summary: Summary): readonly TradeOffPoint[] {
  return summary.variants.flatMap(({ name, versusBase }) => {
    if (versusBase === undefined) return [];
    const sql = versusBase.sql.overall.official;
    const mmlu = versusBase.mmlu.overall.difference;
    return [{
      variant: name,
      sqlGain: { n: sql.n, mean: sql.difference, ci95: sql.ci95 },
      mmluLoss: {
        n: mmlu.n,
        mean: 0 - mmlu.difference,
        ci95: [0 - mmlu.ci95[1], 0 - mmlu.ci95[0]],
      },
      mmluAtChance: versusBase.mmlu.overall.change.kind === "at_chance",
    }];
  });
}

function accuracyRows({ name, sql, mmlu }: VariantSummary): AccuracyRow[] {
  return [
    ...HARDNESS_LEVELS.flatMap((level) => {
      const scores = sql.byHardness[level];
      return scores === undefined ? [] : [accuracyRow("sql", name, level, scores.official)];
    }),
    { ...accuracyRow("sql", name, ALL, sql.overall.official), ...cutOf(sql) },
    ...Object.entries(mmlu.byCategory).map(([category, score]) =>
      accuracyRow("mmlu", name, category, score.accuracy)
    ),
    accuracyRow("mmlu", name, ALL, mmlu.overall.accuracy),
  ];
}

function cutOf(
  { cut, cutInReasoning = 0 }: SqlScores,
): Pick<AccuracyRow, "cut" | "cutInReasoning"> {
  return cut === undefined ? {} : { cut, cutInReasoning };
}

function accuracyRow(
  measure: Measure,
  variant: string,
  group: string,
  { successes, n, mean, ci95 }: Proportion,
): AccuracyRow {
  return { measure, variant, group, successes, n, mean, ci95 };
}

function differenceRows({ name, versusBase }: VariantSummary): DifferenceRow[] {
  if (versusBase === undefined) return [];
  const { sql, mmlu } = versusBase;
  return [
    ...HARDNESS_LEVELS.flatMap((level) => {
      const difference = sql.byHardness[level];
      return difference === undefined ? [] : [differenceRow("sql", name, level, difference)];
    }),
    {
      ...differenceRow("sql", name, ALL, sql.overall.official),
      smallestDetectable: sql.smallestDetectable,
    },
    ...Object.entries(mmlu.byCategory).map(([category, compared]) => ({
      ...differenceRow("mmlu", name, category, compared.difference),
      holmP: compared.holmP,
      smallestDetectable: compared.smallestDetectable,
    })),
    {
      ...differenceRow("mmlu", name, ALL, mmlu.overall.difference),
      smallestDetectable: mmlu.overall.smallestDetectable,
    },
  ];
}

function differenceRow(
  measure: Measure,
  variant: string,
  group: string,
  { n, difference, ci95, lost, gained, mcnemarExactP, clustered }: PairedDifference,
): DifferenceRow {
  return {
    measure,
    variant,
    group,
    n,
    mean: difference,
    ci95,
    lost,
    gained,
    pValue: mcnemarExactP,
    ...(clustered === undefined ? {} : { clusteredCi95: clustered.ci95 }),
  };
}

function changeRows({ name, versusBase }: VariantSummary): ChangeRow[] {
  if (versusBase === undefined) return [];
  const row = (measure: Measure, group: string, change: Change): ChangeRow => ({
    measure,
    variant: name,
    group,
    change,
  });
  return [
    row("sql", ALL, versusBase.sql.change),
    ...Object.entries(versusBase.mmlu.byCategory).map(([category, compared]) =>
      row("mmlu", category, compared.change)
    ),
    row("mmlu", ALL, versusBase.mmlu.overall.change),
  ];
}

function countRows({ name, sql }: VariantSummary): CountRow[] {
  const { cut, overall: { official: { n } } } = sql;
  return SQL_STATUSES.map((status) => ({
    variant: name,
    status,
    count: sql.byStatus[status],
    n,
    ...(cut === undefined ? {} : { cut }),
  }));
}

function chanceRows({ name, mmlu }: VariantSummary): ChanceRow[] {
  return [...Object.entries(mmlu.byCategory), [ALL, mmlu.overall] as const].map((
    [group, { chance }],
  ) => ({
    variant: name,
    group,
    chance: chance.chance,
    pValue: chance.pValue,
    verdict: chance.above ? "above chance" as const : "at chance" as const,
  }));
}

function coverageRows({ counts }: Summary): CoverageRow[] {
  const databases = counts.sql.missingDatabases.map(({ dbId, examples }) =>
    `${examples} on database ${printable(dbId)}, which has no file`
  );
  const unjudged = (counts.sql.unjudged ?? []).map(({ id, dbId, status }) =>
    status === "gold_failed"
      ? `${printable(id)}, whose gold statement fails on ${printable(dbId)}`
      : `${printable(id)}, whose database ${printable(dbId)} cannot be read`
  );
  return [
    {
      measure: "sql",
      asked: counts.sql.asked,
      scored: counts.sql.scored,
      missing: [...databases, ...unjudged].join("; "),
    },
    { measure: "mmlu", asked: counts.mmlu.asked, scored: counts.mmlu.scored, missing: "" },
  ];
}
