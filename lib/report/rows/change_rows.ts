import type {
  Comparison,
  Gauge,
  PairedChange,
  ScoreChange,
  StudyClaim,
  StudyFindings,
  SweepPlan,
  VariantPair,
} from "../../runs/mod.ts";
import type { Outcome } from "../../stats/mod.ts";
import type { ChangeRow, Measure, PairRow, SeedRow } from "./row_types.ts";

/** The name of the group of all examples. */
export const ALL = "all";

/** The level at which an adjusted claim is given its word. */
const ALPHA = 0.05;

/** What is known of a study beside its comparisons. */
export interface ChangeContext {
  /** The tolerated loss and what it is of. */
  readonly tolerance?: Pick<SweepPlan, "gauge" | "delta"> | undefined;
  /** The claims that were adjusted together. */
  readonly claims?: readonly StudyClaim[] | undefined;
}

/** A change that is not placed yet; scores have mid-p and a percentage change. */
type Placed = PairedChange & Partial<Pick<ScoreChange, "midP" | "percent">>;

/**
 * Every change of a comparison as rows: groups in the order in which they are reported, "all" last. A
 * group of all examples is not listed beside them.
 * A primary claim has the outcome that is left of it beside the others.
 */
export function changeRows(
  variant: string,
  comparison: Comparison,
  context: ChangeContext = {},
): ChangeRow[] {
  const row = (measure: Measure, group: string, change: Placed): ChangeRow =>
    placed({ measure, variant, group }, change, context);
  const named = (measure: Measure, changes: Readonly<Record<string, Placed>>): ChangeRow[] =>
    Object.entries(changes).map(([group, change]) => row(measure, group, change));
  const groups = (
    measure: Measure,
    changes: Readonly<Record<string, Placed>>,
    { evidence: { n } }: Placed,
  ): ChangeRow[] => named(measure, changes).filter(({ evidence }) => evidence.n < n);
  const { sql, mmlu, prose } = comparison;
  const { official: _shown, ...otherReadings } = sql?.overall ?? {};
  const letters = mmlu?.letters;
  return [
    ...(sql
      ? [
        ...groups("sql", sql.byHardness, sql.overall.official),
        row("sql", ALL, sql.overall.official),
        ...named("sql", otherReadings),
        ...Object.entries(sql.byShots ?? {}).map(([shots, change]) =>
          row("sql", shotsName(shots), change)
        ),
        row("runs", ALL, sql.runs),
      ]
      : []),
    ...(mmlu
      ? [...groups("mmlu", mmlu.byCategory, mmlu.overall), row("mmlu", ALL, mmlu.overall)]
      : []),
    ...(letters
      ? [
        row("prior_free", ALL, letters.priorFree),
        row("habit", ALL, letters.habit),
        row("right_probability", ALL, letters.rightProbability),
        row("brier", ALL, letters.brier),
        ...(letters.written ? [row("written", ALL, letters.written)] : []),
      ]
      : []),
    ...(prose
      ? [...groups("prose", prose.byKind, prose.overall), row("prose", ALL, prose.overall)]
      : []),
  ];
}

/** "3-shot" for "3". */
export function shotsName(shots: string | number): string {
  return `${shots}-shot`;
}

function placed(
  place: Pick<ChangeRow, "measure" | "variant" | "group">,
  { evidence, verdict, midP, percent }: Placed,
  { tolerance, claims = [] }: ChangeContext,
): ChangeRow {
  const overall = place.group === ALL;
  const claim = overall
    ? claims.find(({ variant, gauge }) => variant === place.variant && gauge === place.measure)
    : undefined;
  const delta = overall && tolerance?.gauge === place.measure ? tolerance.delta : undefined;
  return {
    ...place,
    evidence,
    verdict,
    outcome: nameable(claim?.outcome ?? verdict.outcome, delta),
    ...(claim && { adjusted: { p: claim.adjustedP, claims: claims.length } }),
    ...(delta !== undefined && { delta }),
    ...(midP !== undefined && { midP }),
    ...(percent !== undefined && { percent }),
  };
}

/** An excluded loss needs its size to be told. */
function nameable(outcome: Outcome, delta: number | undefined): Outcome {
  return outcome === "loss_excluded" && delta === undefined ? "no_difference_shown" : outcome;
}

/**
 * The recipes compared with each other, each gauge over all examples. Excluded losses are not
 * adjusted, and so they are no word for a pair.
 */
export function pairRows(pairs: readonly VariantPair[]): PairRow[] {
  return pairs.flatMap(({ first, second, comparison, adjustedP }) =>
    overallChanges(comparison).flatMap(({ measure, change }) => {
      const p = adjustedP[measure];
      if (p === undefined) return [];
      const row = placed({ measure, variant: second, group: ALL }, change, {});
      const claims = pairs.filter((pair) => pair.adjustedP[measure] !== undefined).length;
      return [{ ...row, first, outcome: adjustedOutcome(row.outcome, p), adjusted: { p, claims } }];
    })
  );
}

function overallChanges(
  { sql, mmlu, prose }: Comparison,
): { readonly measure: Gauge; readonly change: Placed }[] {
  return [
    ...(sql ? [{ measure: "sql" as const, change: sql.overall.official }] : []),
    ...(mmlu ? [{ measure: "mmlu" as const, change: mmlu.overall }] : []),
    ...(prose ? [{ measure: "prose" as const, change: prose.overall }] : []),
  ];
}

function adjustedOutcome(outcome: Outcome, p: number): Outcome {
  const shown = (outcome === "gain" || outcome === "loss") && p < ALPHA;
  return shown ? outcome : "no_difference_shown";
}

/** Recipes over their training seeds, a row a gauge. */
export function seedRows(seeds: StudyFindings["seeds"]): SeedRow[] {
  return seeds.flatMap(({ recipe, changes }) =>
    (["sql", "mmlu", "prose"] as const).flatMap((measure) => {
      const change = changes[measure];
      return change ? [{ recipe, measure, change }] : [];
    })
  );
}
