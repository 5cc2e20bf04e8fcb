import {
  type Comparison,
  type Gauge,
  GAUGE_SCALES,
  GAUGES,
  overallChange,
  type RecipeOverSeeds,
  type SeedPair,
  type StudyFindings,
  type SweepPlan,
  type VariantPair,
} from "../../runs/mod.ts";
import {
  alignById,
  type Correlation,
  correlation,
  crossedSeeds,
  holm,
  primaryClaims,
  recommend,
  type Recommendation,
  verdict,
} from "../../stats/mod.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { compareVariants, type Tolerances } from "../numbers/compare_variants.ts";

/** A variant with what was found of it against the base model. */
export interface ComparedVariant {
  readonly answers: VariantAnswers;
  readonly versusBase: Comparison;
}

/** What a study says beyond its single variants, by the plan that was written before. */
export function studyFindings(
  plan: SweepPlan,
  base: VariantAnswers,
  tuned: readonly ComparedVariant[],
): StudyFindings {
  const correlated = proseAndMmlu(tuned);
  const recommendation = recommendedBy(plan, base, tuned);
  const recipes = recipeRuns(tuned);
  const seedPairs = pairsOverSeeds(recipes);
  return {
    claims: claims(plan, tuned),
    pairs: pairs(plan, tuned),
    seeds: recipesOverSeeds(base, recipes),
    ...(seedPairs.length > 0 && { seedPairs }),
    ...(correlated && { proseAndMmlu: correlated }),
    ...(recommendation && { recommendation }),
  };
}

/** The tolerance of the plan, for the measure that it is of. */
export function tolerancesOf({ gauge, delta }: Pick<SweepPlan, "gauge" | "delta">): Tolerances {
  return { [gauge]: delta };
}

function claims(plan: SweepPlan, tuned: readonly ComparedVariant[]): StudyFindings["claims"] {
  const tolerances = tolerancesOf(plan);
  const named = tuned.filter(({ answers }) => plan.primary.includes(answers.name));
  const made = named.flatMap(({ answers: { name }, versusBase }) =>
    GAUGES.flatMap((gauge) => {
      const change = overallChange(versusBase, gauge);
      const { primary } = MEASURES[gauge];
      if (!change || (primary === "as gauge" && plan.gauge !== gauge)) return [];
      const delta = tolerances[gauge];
      return [{
        variant: name,
        gauge,
        name: `${name}, ${gauge}`,
        evidence: change.evidence,
        ...(delta === undefined ? {} : { delta }),
      }];
    })
  );
  return primaryClaims(made).map((claim, i) => ({
    ...claim,
    variant: made[i]!.variant,
    gauge: made[i]!.gauge,
  }));
}

/** The recipes compared with each other, all pairs. */
function pairs(plan: SweepPlan, tuned: readonly ComparedVariant[]): VariantPair[] {
  const named = tuned.filter(({ answers }) => plan.primary.includes(answers.name));
  const tolerances = tolerancesOf(plan);
  const compared = named.flatMap(({ answers: first }, i) =>
    named.slice(i + 1).map(({ answers: second }) => ({
      first: first.name,
      second: second.name,
      comparison: compareVariants(first, second, tolerances),
    }))
  );
  const adjusted = adjustedByGauge(
    compared.map(({ comparison }) => (gauge) => overallChange(comparison, gauge)?.verdict.pValue),
  );
  return compared.map((pair, i) => ({ ...pair, adjustedP: adjusted[i]! }));
}

/** Holm's p-values, each gauge over all that have it. */
function adjustedByGauge(
  pValues: readonly ((gauge: Gauge) => number | undefined)[],
): Partial<Record<Gauge, number>>[] {
  const adjusted: Partial<Record<Gauge, number>>[] = pValues.map(() => ({}));
  for (const gauge of GAUGES) {
    const known = pValues.flatMap((pValue, i) => {
      const p = pValue(gauge);
      return p === undefined ? [] : [{ i, p }];
    });
    for (const [at, p] of holm(known.map(({ p }) => p)).entries()) {
      adjusted[known[at]!.i]![gauge] = p;
    }
  }
  return adjusted;
}

/** The finished adapters of a recipe at full scale, by seed. */
type RecipeRuns = readonly [recipe: string, runs: ReadonlyMap<number, VariantAnswers>];

/** Every recipe that was trained with several seeds. */
function recipeRuns(tuned: readonly ComparedVariant[]): RecipeRuns[] {
  const finished = tuned.map(({ answers }) => answers).filter(({ origin }) =>
    origin.seed !== undefined && origin.checkpoint === undefined && origin.scale === 1
  );
  return [...Map.groupBy(finished, ({ origin }) => origin.source)]
    .filter(([, runs]) => runs.length > 1)
    .map(([recipe, runs]) => [recipe, new Map(runs.map((run) => [run.origin.seed!, run]))]);
}

function recipesOverSeeds(
  base: VariantAnswers,
  recipes: readonly RecipeRuns[],
): RecipeOverSeeds[] {
  return recipes.map(([recipe, runs]) => ({
    recipe,
    seeds: [...runs.keys()],
    changes: changesOverSeeds([...runs.values()].map((run) => [base, run])),
  }));
}

/** All pairs of recipes, over the seeds that both were trained with. */
function pairsOverSeeds(recipes: readonly RecipeRuns[]): SeedPair[] {
  const compared = recipes.flatMap(([against, before], i) =>
    recipes.slice(i + 1).flatMap(([recipe, after]) => {
      const seeds = [...before.keys()].filter((seed) => after.has(seed));
      if (seeds.length < 2) return [];
      const runs = seeds.map((seed) => [before.get(seed)!, after.get(seed)!] as const);
      return [{ recipe, against, seeds, changes: changesOverSeeds(runs) }];
    })
  );
  const adjusted = adjustedByGauge(
    compared.map(({ changes }) => (gauge) => changes[gauge]?.verdict.pValue),
  );
  return compared.map((pair, i) => ({ ...pair, adjustedP: adjusted[i]! }));
}

/** By measure; `runs`: of each seed what its changes are counted from, and its adapter's answers. */
function changesOverSeeds(
  runs: readonly (readonly [VariantAnswers, VariantAnswers])[],
): RecipeOverSeeds["changes"] {
  return Object.fromEntries(GAUGES.flatMap((gauge) => {
    const [first, ...others] = runs.map(([from, to]) => itemChanges(from, to, gauge));
    if (!first || first.length < 2) return [];
    // an item is the same one in every seed, in whatever order a seed's answers lie
    const rows = [first, ...others.map((row) => alignById(first, row).map(({ tuned }) => tuned))];
    const found = crossedSeeds(rows.map((row) => row.map(({ change }) => change)), {
      clusters: first.map(({ cluster }) => cluster),
    });
    const { better } = GAUGE_SCALES[gauge];
    const evidence = { ...found.evidence, better } as const;
    return [[gauge, { ...found, evidence, verdict: verdict(evidence) }]];
  }));
}

/** `tuned - base` of each example, with its id and cluster, in the order of `base`. */
function itemChanges(
  base: VariantAnswers,
  tuned: VariantAnswers,
  gauge: Gauge,
): { readonly id: string; readonly change: number; readonly cluster: string }[] {
  const [before, after] = [base, tuned].map(MEASURES[gauge].outcomes);
  return alignById(before!, after!).map(({ id, base, tuned }) => ({
    id,
    change: tuned.value - base.value,
    cluster: base.cluster,
  }));
}

/** Whether general text foretells multiple choice: both changes over all variants, by recipe. */
function proseAndMmlu(tuned: readonly ComparedVariant[]): Correlation | undefined {
  const both = tuned.flatMap(({ answers, versusBase }) => {
    const prose = overallChange(versusBase, "prose");
    const mmlu = overallChange(versusBase, "mmlu");
    return prose && mmlu
      ? [{
        x: prose.evidence.difference,
        y: mmlu.evidence.difference,
        group: answers.origin.source,
      }]
      : [];
  });
  if (both.length < 3) return undefined;
  return correlation(both.map(({ x }) => x), both.map(({ y }) => y), {
    groups: both.map(({ group }) => group),
  });
}

function recommendedBy(
  plan: SweepPlan,
  base: VariantAnswers,
  tuned: readonly ComparedVariant[],
): Recommendation | undefined {
  const inPaths = new Set(plan.paths.flatMap(({ variants }) => variants));
  const candidates = tuned.filter(({ answers }) => inPaths.has(answers.name));
  const known = candidates.map(({ versusBase }) => overallChange(versusBase, plan.gauge)?.evidence);
  if (candidates.length < inPaths.size || candidates.length === 0) return undefined;
  if (base.verdicts.length === 0 || known.some((evidence) => evidence === undefined)) {
    return undefined;
  }
  return recommend(plan, {
    databases: base.verdicts.map(({ dbId }) => dbId),
    base: base.verdicts.map(({ official }) => official),
    variants: candidates.map(({ answers }, i) => ({
      name: answers.name,
      knowledge: known[i]!,
      right: alignById(base.verdicts, answers.verdicts).map((pair) => pair.tuned.official),
    })),
  });
}
