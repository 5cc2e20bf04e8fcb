import { z } from "zod";
import { PLAN_KEYS, type PlannedNeed, type StudyConfig, type SweepPlan } from "../../runs/mod.ts";
import {
  canonicalJson,
  checkRecord,
  parseJson,
  readTextFile,
  UsageError,
  writeAtomic,
} from "../../ground/mod.ts";
import { requiredExamples, splitHalves } from "../../stats/mod.ts";
import { plainVariants, type SweepVariant } from "./sweep_variants.ts";

/** Shares of multiple-choice items that flip, as they are planned with: few to many. */
const FLIP_SHARES = [0.05, 0.1, 0.15, 0.2];

/** Standard deviations of a passage's change that are planned with, nats a token. */
const PROSE_DEVIATIONS = [0.02, 0.05, 0.1];

/** Clusters raise the variance by about so much, or not at all. */
const DESIGN_EFFECTS = [1, 2];

/**
 * What a study will do and judge by, made of its config and the questions' databases alone: no
 * answer goes into it.
 *
 * @param databases Of the asked questions, each once or more.
 * @param written When, ISO 8601.
 */
export function sweepPlan(
  { sweep, seed }: StudyConfig,
  variants: readonly SweepVariant[],
  { databases, written }: { readonly databases: readonly string[]; readonly written: string },
): SweepPlan {
  const { delta, gauge, alpha } = sweep;
  const byPath = Map.groupBy(
    variants.filter(({ path }) => path !== undefined),
    ({ path }) => path!,
  );
  const paths = [...byPath].map(([name, steps]) => ({
    name,
    variants: steps.toSorted((a, b) => (a.origin.scale ?? 1) - (b.origin.scale ?? 1))
      .map((variant) => variant.name),
  }));
  return {
    written,
    delta,
    gauge,
    alpha,
    seed,
    paths,
    halves: splitHalves([...new Set(databases)], seed),
    primary: plainVariants(variants).map(({ name }) => name),
    needs: plannedNeeds({ delta, gauge, alpha, paths: Math.max(1, paths.length) }),
  };
}

function plannedNeeds(
  { delta, gauge, alpha, paths }: Pick<SweepPlan, "delta" | "gauge" | "alpha"> & {
    readonly paths: number;
  },
): PlannedNeed[] {
  const shares = gauge === "mmlu" ? FLIP_SHARES : PROSE_DEVIATIONS.map((spread) => spread ** 2);
  return shares.flatMap((flipShare) =>
    DESIGN_EFFECTS.map((designEffect) => ({
      flipShare,
      designEffect,
      items: requiredExamples(flipShare, delta, { paths, alpha, designEffect }),
    }))
  );
}

/** Options of {@linkcode keepPlan}. */
interface KeepPlanOptions {
  readonly answered?: () => boolean;
  readonly lookOnly?: boolean;
}

/**
 * Keeps a plan in a study's folder: the first time it is written, and then it holds.
 *
 * @param options `answered` says whether answers of tuned variants are there already, and is asked
 * where there is no plan; with `lookOnly` nothing is written.
 * @returns The plan that holds, with the time at which it was written, or would be.
 * @throws {UsageError} If the folder has another plan.
 */
export function keepPlan(
  path: string,
  plan: SweepPlan,
  { answered = () => false, lookOnly = false }: KeepPlanOptions = {},
): SweepPlan {
  const kept = earlierPlan(path);
  if (kept === undefined) {
    const first: SweepPlan = answered() ? { ...plan, afterAnswers: true } : plan;
    if (!lookOnly) writeAtomic(path, `${JSON.stringify(first, null, 2)}\n`);
    return first;
  }
  const { written, afterAnswers } = kept;
  const now = { ...plan, written, ...(afterAnswers && { afterAnswers }) };
  if (canonicalJson(kept) === canonicalJson(now)) return now;
  throw new UsageError(
    `Cannot go on with ${path}: the plan that was written on ${kept.written} is another one: ` +
      "answers may have been read since: give another folder with --out",
  );
}

function earlierPlan(path: string): SweepPlan | undefined {
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return checkRecord(z.strictObject(PLAN_KEYS), parseJson(readTextFile(path), path), path);
}
