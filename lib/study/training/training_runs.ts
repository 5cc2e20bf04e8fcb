import type { LossRow, TrainingRow } from "../../report/mod.ts";
import { parseJson, UsageError } from "../../ground/mod.ts";

import { type LossMark, parseLossLog, type Recipe } from "../../runs/mod.ts";
import { studentQuantile } from "../../stats/mod.ts";
import type { OpenStudy } from "../open_study.ts";
import { adapterOrigin } from "./recipe_adapter.ts";
import { trainings } from "../sweep/sweep_variants.ts";
import { mean } from "../numbers/groups.ts";

/** What a study's training runs left behind. */
export interface TrainingRuns {
  /** Every mark of every run's loss log. */
  readonly losses: readonly LossRow[];
  /** One row a recipe that was trained here. */
  readonly runs: readonly TrainingRow[];
  /** The recipes whose adapter was trained elsewhere: they have no loss log. */
  readonly elsewhere: readonly string[];
  /** What the runs trained on, in words: device, number format, versions. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The file into which a training writes what it runs on. */
export const ENVIRONMENT_FILE = "environment.json";

/** So many marks at the end of a log count as where it ended, the half of it at most. */
const LAST_MARKS = 10;

/**
 * Reads the loss logs and the environment of a study's training runs.
 *
 * @throws {UsageError} If a recipe is not trained yet, or its log cannot be read.
 */
export async function trainingRuns({ inputs, folder }: OpenStudy): Promise<TrainingRuns> {
  const losses: LossRow[] = [];
  const runs: TrainingRow[] = [];
  const elsewhere: string[] = [];
  const environment: Record<string, string> = {};
  for (const { recipe } of trainings(inputs.config)) {
    const dir = folder.training(recipe);
    if (adapterOrigin(dir) === "elsewhere") {
      elsewhere.push(recipe.name);
      continue;
    }
    const log = await readRunFile(recipe, `${dir}/loss.jsonl`);
    const marks = parseLossLog(log, `the loss log of "${recipe.name}"`);
    losses.push(...marks.map(({ step, loss }) => ({ variant: recipe.name, step, lossNats: loss })));
    runs.push(trainingRow(recipe, marks));
    const path = `${dir}/${ENVIRONMENT_FILE}`;
    const { platform: _machine, ...facts } = flat(
      parseJson(await readRunFile(recipe, path), path),
    );
    Object.assign(environment, facts);
  }
  if (runs.length === 0) environment["trained here"] = "nothing: all adapters are from elsewhere";
  return { losses, runs, elsewhere, environment };
}

/**
 * What a loss log says of its training.
 *
 * @throws {UsageError} If the log is empty, or its last line has no tokens or seconds.
 */
export function trainingRow(
  { name }: Pick<Recipe, "name">,
  marks: readonly LossMark[],
): TrainingRow {
  const [first] = marks;
  const last = marks.at(-1);
  if (first === undefined || last === undefined) {
    throw new UsageError(`Cannot show the training of "${name}": its loss log is empty`);
  }
  const ending = marks.slice(-Math.min(LAST_MARKS, Math.ceil(marks.length / 2)));
  const { step, tokens, seconds } = last;
  if (tokens === undefined || seconds === undefined) {
    throw new UsageError(
      `Cannot use the loss log of "${name}": its last line needs numbers "tokens" and "seconds"`,
    );
  }
  return {
    variant: name,
    steps: step,
    tokens,
    seconds,
    firstLossNats: first.loss,
    lastLossNats: meanOf(ending.map((mark) => mark.loss)),
  };
}

/** Mean and its 95 % interval, the marks taken as independent draws (Student's t). */
function meanOf(values: readonly number[]): TrainingRow["lastLossNats"] {
  const n = values.length;
  const centre = mean(values);
  if (n === 1) return { n, mean: centre };
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return { n, mean: centre, ci95: [centre - half, centre + half] };
}

async function readRunFile({ name }: Recipe, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`Cannot show the training of "${name}" as it is not trained: no ${path}`);
  }
}

/** The environment file's values as texts; what is nested gets its own name: packages have theirs. */
function flat(value: unknown): Record<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      typeof value === "object" && value !== null
        ? Object.entries(flat(value))
        : [[name, String(value)]]
    ),
  );
}
