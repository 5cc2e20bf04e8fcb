import type { StudyConfig } from "../../runs/mod.ts";
import {
  type SweepVariant,
  sweepVariants,
  type Training,
  trainings,
} from "../sweep/sweep_variants.ts";

/** One of several processes that share a study. */
export interface Part {
  /** Its place among them, from 1. */
  readonly index: number;
  /** How many they are. */
  readonly of: number;
}

/** What one process of a study does: trainings, and the variants that it answers for. */
export interface Share {
  readonly trainings: readonly Training[];
  readonly variants: readonly SweepVariant[];
}

/** An epoch takes about as long as the answers of so many variants: 130 s and 18 s were measured. */
const VARIANTS_AN_EPOCH = 6;

/**
 * Parts a study among processes: each training goes with all variants of it, each adapter or model
 * from elsewhere with all its scales, the longest first to the process that has least to do. The same
 * config is parted the same way in every process.
 *
 * @returns The shares, as many as processes; some are empty where there are fewer units than these.
 */
export function shareStudy(config: StudyConfig, processes: number): Share[] {
  const trained = trainings(config);
  const variants = Map.groupBy(sweepVariants(config), unitOf);
  const units = [...variants].map(([name, own]) => {
    const training = trained.find((one) => `training ${one.name}` === name);
    const epochs = training?.recipe.epochs ?? 0;
    return { training, variants: own, cost: epochs * VARIANTS_AN_EPOCH + own.length };
  });
  const shares = Array.from({ length: processes }, () => ({
    trainings: [] as Training[],
    variants: [] as SweepVariant[],
    cost: 0,
  }));
  for (const unit of units.toSorted((a, b) => b.cost - a.cost)) {
    const least = shares.reduce((best, share) => share.cost < best.cost ? share : best);
    if (unit.training) least.trainings.push(unit.training);
    least.variants.push(...unit.variants);
    least.cost += unit.cost;
  }
  return shares;
}

/** How many processes have something to do. */
export function unitCount(config: StudyConfig): number {
  return new Set(sweepVariants(config).map(unitOf)).size;
}

function unitOf({ origin, weights }: SweepVariant): string {
  return weights.kind === "training"
    ? `training ${weights.training.name}`
    : `given ${origin.source}`;
}
