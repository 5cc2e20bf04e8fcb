import { assertAlpha, assertPairs, assertPositive } from "./_checks.ts";
import { higherIsBetter } from "./_evidence_p.ts";
import { examplesForGain, examplesForPath } from "./_needed_examples.ts";
import type { Evidence } from "./evidence.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import { fixedSequence } from "./fixed_sequence.ts";
import type {
  PathStep,
  Recommendation,
  RecommendationData,
  RecommendationPlan,
  VariantResult,
} from "./recommendation.ts";
import { scoreEvidence } from "./score_evidence.ts";
import { splitHalves } from "./split_halves.ts";
import { verdict } from "./verdict.ts";

/** With fewer databases to confirm on, the interval of a gain says next to nothing. */
export const FEWEST_TO_CONFIRM = 3;

/**
 * Finds the variant to recommend by the rule that was fixed beforehand, or why there is none.
 *
 * 1. Along each path, climb while both lower bounds of the change of knowledge are above `-delta` at
 *    level `alpha / paths`; stop at the first failure.
 * 2. Of the variants that passed, choose the best one of the task on one half of the databases; on a
 *    tie the first in the order of the paths.
 * 3. Recommend it only if both 95 % intervals of its gain on the other half are above 0.
 *
 * Both conditions have to hold, so that nothing is divided between them (intersection-union). With
 * 36 variants exactly at the boundary this is wrong in 5.6 % of studies; taking the best estimate
 * within `delta` is in 99 %.
 *
 * Source: R. L. Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling", Technometrics
 * 24(4), 1982; B. L. Wiens, Pharmaceutical Statistics 2(3), 2003. The SQL side takes the ends of the
 * 95 % intervals, as `verdict` does, so that a recommended variant's gain is never called otherwise.
 *
 * @throws {RangeError} If lengths differ, a path names a variant that is not there or is in another
 * one, there are no paths, or `delta` or `alpha` is out of range.
 *
 * @example Nothing is lost at half the scale, and the other half of the databases confirms the gain
 * ```ts
 * import { recommend } from "./recommend.ts";
 * import { scoreEvidence } from "./score_evidence.ts";
 * import assert from "node:assert/strict";
 *
 * const databases = Array.from({ length: 200 }, (_, i) => `database ${i % 10}`);
 * const base = databases.map((_, i) => i % 3 === 0);
 * const right = base.map((before, i) => before || i % 7 === 0);
 * const items = Array.from({ length: 500 }, (_, i) => i % 2 === 0);
 * const forgets = items.map((before, i) => before && i >= 100);
 * const { outcome, chosen } = recommend(
 *   { delta: 0.03, seed: 42, paths: [{ name: "qv", variants: ["qv at 0.5", "qv at 1"] }] },
 *   {
 *     databases,
 *     base,
 *     variants: [
 *       { name: "qv at 0.5", knowledge: scoreEvidence(items, items), right },
 *       { name: "qv at 1", knowledge: scoreEvidence(items, forgets), right },
 *     ],
 *   },
 * );
 * assert.deepEqual([outcome, chosen], ["recommended", "qv at 0.5"]);
 * ```
 */
export function recommend(plan: RecommendationPlan, data: RecommendationData): Recommendation {
  const variants = assertPlan(plan, data);
  const { delta, alpha = 0.05, seed } = plan;
  const level = alpha / plan.paths.length;
  const halves = splitHalves([...new Set(data.databases)], seed);
  const paths = plan.paths.map(({ name, variants: names }) => ({
    name,
    steps: climb(names.map((variant) => variants.get(variant)!), delta, level),
  }));
  const passing = paths.flatMap(({ steps }) => steps.filter((step) => step.passed));
  const onChoose = within(data.databases, halves.choose);
  const passed = passing.map(({ variant }) => {
    const right = onChoose(variants.get(variant)!.right);
    return { variant, right: right.filter(Boolean).length, n: right.length };
  });
  const found = { level, halves, paths, passed };
  if (passed.length === 0) {
    const needed = examplesForPath(firstSteps(plan, variants), { delta, level });
    return { outcome: "none_passed", ...found, ...(needed && { neededExamples: needed }) };
  }
  if (halves.confirm.length < FEWEST_TO_CONFIRM) {
    return { outcome: "too_few_databases", ...found };
  }
  const chosen = passed.reduce((best, other) => (other.right > best.right ? other : best)).variant;
  const evidenceOn = (half: readonly string[]): Evidence => {
    const on = within(data.databases, half);
    const after = variants.get(chosen)!.right;
    return scoreEvidence(on(data.base), on(after), { clusters: on(data.databases) });
  };
  const gain = verdict(evidenceOn(halves.confirm));
  if (gain.outcome === "gain") return { outcome: "recommended", ...found, chosen, gain };
  const needed = examplesForGain(evidenceOn(halves.choose));
  return {
    outcome: "not_confirmed",
    ...found,
    chosen,
    gain,
    ...(needed && { neededExamples: needed }),
  };
}

/** Tests the steps of one path in their order, until the first one that does not pass. */
function climb(variants: readonly VariantResult[], delta: number, level: number): PathStep[] {
  const bounds = variants.map(({ knowledge }) => lowerBound(knowledge, level));
  const passed = fixedSequence(bounds, delta);
  return variants.map(({ name, knowledge }, i) => {
    const bound = bounds[i]!;
    const tested = i <= passed; // the first that fails is the last that is tested
    const sign = knowledge.kind === "mean" && knowledge.better === "lower" ? -1 : 1;
    return {
      variant: name,
      tested,
      passed: i < passed,
      ...(tested && Number.isFinite(bound) && { worst: sign * bound }),
    };
  });
}

/** The smaller of both lower bounds, the better way up; -Infinity where one cannot be taken. */
function lowerBound(knowledge: Evidence, level: number): number {
  const { wider } = evidenceIntervals(higherIsBetter(knowledge), { level: 1 - 2 * level });
  return wider ? wider[0] : -Infinity;
}

/** Takes the entries of questions over these databases out of any list of the task's questions. */
function within(
  databases: readonly string[],
  half: readonly string[],
): <T>(values: readonly T[]) => T[] {
  const wanted = new Set(half);
  return (values) => values.filter((_, i) => wanted.has(databases[i]!));
}

function firstSteps(
  plan: RecommendationPlan,
  variants: ReadonlyMap<string, VariantResult>,
): Evidence[] {
  return plan.paths.flatMap(({ variants: [first] }) =>
    first === undefined ? [] : [variants.get(first)!.knowledge]
  );
}

function assertPlan(
  plan: RecommendationPlan,
  data: RecommendationData,
): ReadonlyMap<string, VariantResult> {
  const { delta, alpha = 0.05, paths } = plan;
  assertPositive("tolerance", delta);
  assertAlpha(alpha);
  assertPairs(data.databases, data.base);
  for (const { right } of data.variants) assertPairs(data.base, right);
  const byName = new Map(data.variants.map((variant) => [variant.name, variant]));
  const named = paths.flatMap(({ variants }) => variants);
  const unknown = named.find((name) => !byName.has(name));
  const twice = named.find((name, i) => named.indexOf(name) !== i);
  if (paths.length === 0 || unknown !== undefined || twice !== undefined) {
    throw new RangeError(
      `Cannot recommend as each of the paths > 0 must name variants that are there, each once: ` +
        `current paths are ${paths.length}, not there "${unknown ?? ""}", twice "${twice ?? ""}"`,
    );
  }
  return byName;
}
