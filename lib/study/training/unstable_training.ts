import { existsSync } from "node:fs";
import { type Progress, readTextFile } from "../../ground/mod.ts";
import { divergenceNote, unstableNote, type UnstableRow } from "../../report/mod.ts";
import { type LossMark, parseLossLog, type Summary } from "../../runs/mod.ts";
import { mean } from "../numbers/groups.ts";
import { type Training, trainings } from "../sweep/sweep_variants.ts";

/** So many steps in a row have one mean: a step's own loss is that of a few examples. */
const STEPS_IN_A_ROW = 10;

/** A log of fewer steps says nothing of stability. */
const FEWEST_STEPS = 2 * STEPS_IN_A_ROW;

/** It may rise to so many times its first mean before the training is called unstable. */
const MOST_TIMES = 2;

/** How far the cross entropy of an unstable training rose. */
export type Instability = Pick<UnstableRow, "step" | "times" | "gradientNorm">;

/** Of a step of anchors alone nothing is left but rounding once the penalty is taken off its loss. */
const ROUNDING = 1e-4;

/**
 * The cross entropy of each step that has one: the loss of a recipe with a penalty has `klWeight`
 * times the divergence in it, which starts at 0 and rises in every training. Empty where the two
 * were not logged apart, as in older logs.
 */
function crossEntropies(
  marks: readonly LossMark[],
  klWeight: number,
): { readonly step: number; readonly nats: number }[] {
  if (klWeight > 0 && !marks.some(({ divergence }) => divergence !== undefined)) return [];
  return marks.flatMap(({ step, loss, divergence = 0 }) => {
    const nats = loss - klWeight * divergence;
    return nats > ROUNDING * loss ? [{ step, nats }] : [];
  });
}

/**
 * Whether a training was unstable, and how far: it was where the largest mean cross entropy of ten
 * steps in a row is more than twice that of the first ten. `undefined` for a stable one, for one of
 * fewer than 20 steps, and for one with a penalty whose log does not have the divergence apart.
 *
 * Of 55 logs of recorded trainings without a penalty (28 to 1,396 steps, four models, rates from 1e-4
 * to 2e-3) all have 1.00 to 1.14 times their first mean.
 *
 * A training that is already unstable in its first ten steps, and no worse later, is not found.
 *
 * @param marks One a step, in the order of the steps.
 * @param klWeight The weight of the divergence in the loss.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const log = (loss: (step: number) => number) =>
 *   Array.from({ length: 30 }, (_, i) => ({ step: i + 1, loss: loss(i + 1) }));
 * assert.equal(instability(log((step) => 3 / step)), undefined);
 * assert.deepEqual(instability(log((step) => step > 15 && step <= 25 ? 5 : 1)), { step: 25, times: 5 });
 * ```
 */
export function instability(marks: readonly LossMark[], klWeight = 0): Instability | undefined {
  const steps = crossEntropies(marks, klWeight);
  if (steps.length < FEWEST_STEPS) return undefined;
  const means = steps.slice(STEPS_IN_A_ROW - 1).map(({ step }, i) => ({
    step,
    nats: mean(steps.slice(i, i + STEPS_IN_A_ROW).map(({ nats }) => nats)),
  }));
  const worst = means.reduce((worst, one) => one.nats > worst.nats ? one : worst);
  const times = worst.nats / means[0]!.nats;
  if (times <= MOST_TIMES) return undefined;
  const norms = marks.flatMap(({ gradient_norm }) => gradient_norm ?? []);
  return {
    step: worst.step,
    times,
    ...(norms.length > 0 ? { gradientNorm: Math.max(...norms) } : {}),
  };
}

/** The loss log of a training; without marks where there is none. */
function marksOf(dir: string): readonly LossMark[] {
  const log = `${dir}/loss.jsonl`;
  return existsSync(log) ? parseLossLog(readTextFile(log), log) : [];
}

/** What names a training in words. */
type NamedTraining = Pick<Training, "recipe" | "source" | "seed">;

/**
 * A training by its loss log, if that says that it was unstable.
 *
 * @param marks Of its loss log.
 * @param seeds With how many seeds its study trains the recipe.
 */
export function unstableTraining(
  { recipe: { klWeight = 0 }, source, seed }: NamedTraining,
  marks: readonly LossMark[],
  seeds = 1,
): UnstableRow | undefined {
  const found = instability(marks, klWeight);
  return found && { recipe: source, seed, seeds, isPenalised: klWeight > 0, ...found };
}

/**
 * Says that a training was unstable, if its loss log does: where and how far, and what to do. Of one
 * with a penalty it says what the divergence was at its end, where the log has it: whether the model
 * was held.
 *
 * @param dir Its run folder; without a loss log in it nothing is said.
 * @throws {UsageError} If the log is damaged; the message has the line's number.
 */
export function noteLosses(
  training: NamedTraining,
  dir: string,
  progress: Pick<Progress, "note">,
): void {
  const { name } = training.recipe;
  const marks = marksOf(dir);
  const row = unstableTraining(training, marks);
  if (row !== undefined) progress.note(`${name}: ${unstableNote(row)}`);
  const last = marks.flatMap(({ divergence }) => divergence ?? []).slice(-STEPS_IN_A_ROW);
  if (last.length > 0) progress.note(`${name}: ${divergenceNote(mean(last), last.length)}`);
}

/**
 * The unstable trainings of a study, by the loss logs beside its summary, in the order of the config.
 * Of adapters that were trained elsewhere nothing is known, whatever lies beside them.
 *
 * @param folder The study's results, or a recording of them.
 * @throws {UsageError} If a log is damaged.
 */
export function unstableTrainings(
  { config, provenance }: Pick<Summary, "config" | "provenance">,
  folder: string,
): UnstableRow[] {
  return trainings(config).flatMap((training) => {
    if (provenance.adapterSettings[training.name]?.trained === "elsewhere") return [];
    const seeds = config.sweep.seeds[training.source] ?? 1;
    const marks = marksOf(`${folder}/training/${training.name}`);
    return unstableTraining(training, marks, seeds) ?? [];
  });
}
