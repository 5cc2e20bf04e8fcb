import {
  type AdapterSettings,
  type Gauge,
  GAUGES,
  modelTitle,
  type SqlScores,
  type StudyClaim,
  type StudyConfig,
  type Summary,
  type VariantSummary,
} from "../../runs/mod.ts";
import { READINGS, VERDICT_STATUSES } from "../../sql/mod.ts";
import { accuracyRow } from "../measures/measure.ts";
import { SHOWN } from "../measures/measures.ts";
import { changeRows, pairRows, seedPairRows, seedRows } from "./change_rows.ts";
import { ALL, shotsName } from "./groups.ts";
import type { ChanceRow } from "./choice_rows.ts";
import type {
  AccuracyRow,
  ClassRow,
  CountRow,
  GaugeTitles,
  GeneralRow,
  ProseRow,
  StudyRows,
  VariantRows,
} from "./row_types.ts";
import { tradeOffRows } from "./trade_off_rows.ts";
import type { UnstableRow } from "./training_types.ts";

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
export const GAUGE_TITLES: GaugeTitles = titlesBy(() => undefined);

function titlesBy(own: (gauge: Gauge) => string | undefined): GaugeTitles {
  return Object.fromEntries(
    GAUGES.map((gauge) => [gauge, own(gauge) ?? SHOWN[gauge].title]),
  ) as GaugeTitles;
}

/**
 * All rows of a study's summary, for tables, frames, figures and sentences: the base model first,
 * then the variants in the order of the summary; groups in the order in which they are reported,
 * "all" last, and none that is all. Measures that the study has not have no rows.
 *
 * SQL is the official reading throughout, except in `readings`.
 *
 * @param options `unstable` are the trainings that their loss logs, which lie beside the summary,
 * tell to be so.
 */
export function summaryRows(
  summary: Summary,
  { unstable = [] }: { readonly unstable?: readonly UnstableRow[] } = {},
): StudyRows {
  const { config, counts, label, plan, variants, findings, provenance } = summary;
  const { claims, pairs, seeds, seedPairs = [], recommendation, proseAndMmlu } = findings;
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
    titles: titlesBy((gauge) => counts[gauge]?.title),
    tradeOff: tradeOffRows(variants, rows.changes, recommendation),
    coverage: GAUGES.flatMap((gauge) => SHOWN[gauge].coverage(counts)),
    plan,
    pairs: pairRows(pairs),
    seeds: seedRows(seeds),
    seedPairs: seedPairRows(seedPairs),
    general: generalRows(provenance.adapterSettings),
    unstable,
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
    accuracy: variants.flatMap((variant) =>
      GAUGES.flatMap((gauge) => SHOWN[gauge].accuracy(variant))
    ),
    readings: variants.flatMap((variant) =>
      READINGS.flatMap((reading) =>
        variant.sql ? [accuracyRow("sql", variant.name, reading, variant.sql.overall[reading])] : []
      )
    ),
    shots: variants.flatMap((variant) => shotRows(variant, spider?.shots)),
    funnel: variants.flatMap(({ name, sql }) =>
      sql
        ? (["parses", "runs", "right"] as const).map((step) =>
          accuracyRow("sql", name, step, sql.funnel[step])
        )
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

function generalRows(adapters: Summary["provenance"]["adapterSettings"]): GeneralRow[] {
  return Object.entries(adapters).flatMap(([recipe, { general, averageOf = [] }]) => [
    ...(general === undefined ? [] : [generalRow(recipe, general)]),
    ...averageOf.flatMap((parent) =>
      parent.general ? [generalRow(`${parent.name}, averaged in ${recipe}`, parent.general)] : []
    ),
  ]);
}

/** The row of a training on general records, as its settings have them. */
export function generalRow(
  recipe: string,
  { replay, anchor, answers }: Pick<
    NonNullable<AdapterSettings["general"]>,
    "replay" | "anchor" | "answers"
  >,
): GeneralRow {
  return { recipe, records: replay + anchor, ...(answers === undefined ? {} : { answers }) };
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

function shotRows({ name, sql, sqlByShots }: VariantSummary, own?: number): AccuracyRow[] {
  if (!sql || !sqlByShots || Object.keys(sqlByShots).length === 0) return [];
  const scores: readonly (readonly [string, SqlScores])[] = [
    [own === undefined ? "own prompt" : shotsName(own), sql],
    ...Object.entries(sqlByShots).map(([shots, scores]) => [shotsName(shots), scores] as const),
  ];
  return scores.map(([group, { overall }]) => accuracyRow("sql", name, group, overall.official));
}
