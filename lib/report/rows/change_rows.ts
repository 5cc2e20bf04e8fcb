import {
  type Comparison,
  type Gauge,
  GAUGES,
  overallChange,
  type SeedPair,
  type StudyClaim,
  type StudyFindings,
  type SweepPlan,
  type VariantPair,
} from "../../runs/mod.ts";
import type { Outcome } from "../../stats/mod.ts";
import type { ChangeRowMaker } from "../measures/measure.ts";
import { SHOWN } from "../measures/measures.ts";
import { ALL } from "./groups.ts";
import type { Placed } from "./placed.ts";
import type { Adjustment, ChangeRow, PairRow, SeedPairRow, SeedRow } from "./row_types.ts";

/** The level at which an adjusted claim is given its word. */
const ALPHA = 0.05;

/** What is known of a study beside its comparisons. */
export interface ChangeContext {
  /** The tolerated loss and what it is of. */
  readonly tolerance?: Pick<SweepPlan, "gauge" | "delta"> | undefined;
  /** The claims that were adjusted together. */
  readonly claims?: readonly StudyClaim[] | undefined;
}

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
  const row: ChangeRowMaker["row"] = (measure, group, change) =>
    placed({ measure, variant, group }, change, context);
  const named: ChangeRowMaker["named"] = (measure, changes) =>
    Object.entries(changes).map(([group, change]) => row(measure, group, change));
  const groups: ChangeRowMaker["groups"] = (measure, changes, { evidence: { n } }) =>
    named(measure, changes).filter(({ evidence }) => evidence.n < n);
  return GAUGES.flatMap((gauge) => SHOWN[gauge].changes(comparison, { row, named, groups }));
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
  const lossExcluded = delta !== undefined && verdict.lossExcluded &&
    (claim === undefined || claim.adjustedPLossExcluded < ALPHA);
  return {
    ...place,
    evidence,
    verdict,
    outcome: nameable(claim?.outcome ?? verdict.outcome, delta),
    ...(claim && { adjusted: { p: claim.adjustedP, claims: claims.length } }),
    ...(delta !== undefined && { delta }),
    ...(lossExcluded && { lossExcluded }),
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
    GAUGES.flatMap((measure) => {
      const [p, change] = [adjustedP[measure], overallChange(comparison, measure)];
      if (p === undefined || change === undefined) return [];
      const row = placed({ measure, variant: second, group: ALL }, change, {});
      return [{
        ...row,
        first,
        ...adjustedWord(row.outcome, { p, claims: claimsOf(pairs, measure) }),
      }];
    })
  );
}

/** How many pairs a measure has. */
function claimsOf(pairs: readonly Pick<VariantPair, "adjustedP">[], measure: Gauge): number {
  return pairs.filter(({ adjustedP }) => adjustedP[measure] !== undefined).length;
}

/** A word after an adjustment, with that. */
function adjustedWord(
  outcome: Outcome,
  adjusted: Adjustment,
): Required<Pick<ChangeRow, "outcome" | "adjusted">> {
  return { outcome: adjustedOutcome(outcome, adjusted.p), adjusted };
}

function adjustedOutcome(outcome: Outcome, p: number): Outcome {
  const shown = (outcome === "gain" || outcome === "loss") && p < ALPHA;
  return shown ? outcome : "no_difference_shown";
}

/** Recipes with several seeds, compared with each other seed by seed, a row a gauge. */
export function seedPairRows(pairs: readonly SeedPair[]): SeedPairRow[] {
  return pairs.flatMap((pair) =>
    seedRows([pair]).flatMap((row) => {
      const p = pair.adjustedP[row.measure];
      if (p === undefined) return [];
      const { outcome } = row.change.verdict;
      const claims = claimsOf(pairs, row.measure);
      const word = claims > 1 ? adjustedWord(outcome, { p, claims }) : { outcome };
      return [{ ...row, against: pair.against, ...word }];
    })
  );
}

/** Recipes over their training seeds, a row a gauge. */
export function seedRows(seeds: StudyFindings["seeds"]): SeedRow[] {
  return seeds.flatMap(({ recipe, changes }) =>
    GAUGES.flatMap((measure) => {
      const change = changes[measure];
      return change ? [{ recipe, measure, change }] : [];
    })
  );
}
