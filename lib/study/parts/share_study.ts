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
  /** Whether it answers for the base model too. */
  readonly base: boolean;
}

/** An epoch takes about as long as the answers of so many variants: 130 s and 18 s were measured. */
const VARIANTS_AN_EPOCH = 6;

/**
 * Parts a study among processes. Where there is something to train, each training goes with all
 * variants of it, each adapter or model from elsewhere with all its scales, the longest first to the
 * process that has least to do; the base model's answers are there then, as trainings may need them.
 * Where all is trained, each process has as many variants in a row, the base model first. The same
 * study is parted the same way in every process.
 *
 * @param trained Whether there is nothing left to train.
 * @returns The shares, as many as processes; some are empty where there are fewer units than these.
 */
export function shareStudy(
  config: StudyConfig,
  processes: number,
  { trained }: { readonly trained: boolean },
): Share[] {
  return trained ? inRows(config, processes) : byTraining(config, processes);
}

/** How many processes have something to do. */
export function unitCount(config: StudyConfig, { trained }: { readonly trained: boolean }): number {
  const variants = sweepVariants(config);
  return trained ? 1 + variants.length : new Set(variants.map(unitOf)).size;
}

/** The base model and all variants in rows of like length. */
function inRows(config: StudyConfig, processes: number): Share[] {
  const variants = sweepVariants(config);
  const bound = (i: number): number => Math.round(i * (1 + variants.length) / processes);
  return Array.from({ length: processes }, (_, i) => ({
    trainings: [],
    base: bound(i) === 0 && bound(i + 1) > 0,
    variants: variants.slice(Math.max(0, bound(i) - 1), Math.max(0, bound(i + 1) - 1)),
  }));
}

/** Trainings with all that comes of them. */
function byTraining(config: StudyConfig, processes: number): Share[] {
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
    base: false,
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

function unitOf({ origin, weights }: SweepVariant): string {
  return weights.kind === "training"
    ? `training ${weights.training.name}`
    : `given ${origin.source}`;
}
