import { existsSync, readdirSync, statSync } from "node:fs";
import { explainReadError } from "../../ground/mod.ts";
import { type Gauge, GAUGES, type StudyConfig } from "../../runs/mod.ts";
import { BASE } from "../answers/sample_identity.ts";
import { MEASURES } from "../measures/measures.ts";
import { type AnswerPaths, answerPaths } from "../measures/open_measures.ts";
import { partsFolder } from "../parts/part_stores.ts";
import type { StudyFolder } from "../study_folder.ts";
import { hasGeneral } from "../training/data/general_records.ts";
import { adapterOrigin } from "../training/recipe_adapter.ts";
import type { StudyCost } from "./study_cost.ts";
import { sweepVariants, type Training, trainings } from "./sweep_variants.ts";

/** What of a begun study is stored, and what its plan says of the rest. */
export interface StoredPart {
  /** Variants that have answered everything, the base model among them. */
  readonly variants: number;
  /** Trainings that have an adapter. */
  readonly trained: number;
  /** All trainings of the plan. */
  readonly trainings: number;
  /** Seconds that the plan counts for what is left. */
  readonly secondsLeft: number;
}

/**
 * Looks at the stores of a study, also while a process writes them; nothing is checked or opened.
 *
 * @returns `undefined` for a study that has not begun.
 * @throws {UsageError} If a store is there and cannot be read.
 */
export function storedPart(
  config: StudyConfig,
  folder: StudyFolder,
  { distinct, seconds, trainingSeconds }: Pick<
    StudyCost,
    "distinct" | "seconds" | "trainingSeconds"
  >,
): StoredPart | undefined {
  const planned = trainings(config);
  const isTrained = ({ recipe }: Training): boolean =>
    adapterOrigin(folder.training(recipe)) !== "none";
  const left = planned.filter((training) => !isTrained(training));
  const answered = answeredPrompts([folder, ...partPaths(folder)]);
  if (answered.size === 0 && left.length === planned.length) return undefined;
  const total = (count: (gauge: Gauge) => number): number =>
    GAUGES.reduce((sum, gauge) => sum + count(gauge), 0);
  const all = total((gauge) => distinct[gauge]);
  const shares = [BASE.name, ...sweepVariants(config).map(({ name }) => name)].map((name) => {
    const own = answered.get(name);
    // an adapter in the place of another was asked the same
    return total((gauge) => Math.min(own?.get(gauge)?.size ?? 0, distinct[gauge])) / all;
  });
  const isWhole = (share: number): boolean => share === 1;
  return {
    variants: shares.filter(isWhole).length,
    trained: planned.length - left.length,
    trainings: planned.length,
    secondsLeft: (left.some(({ recipe }) => hasGeneral(recipe)) ? seconds.general : 0) +
      left.reduce((total, { name }) => total + (trainingSeconds[name] ?? 0), 0) +
      shares.filter((share) => !isWhole(share))
        .reduce((total, share) => total + (1 - share) * seconds.variant, 0),
  };
}

/** The stores of processes whose answers are not taken yet. */
function partPaths(folder: StudyFolder): AnswerPaths[] {
  const dir = partsFolder(folder);
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(dir).map((name) => answerPaths(`${dir}/${name}`))
    : [];
}

const VARIANT = /"variant":("(?:[^"\\]|\\.)*")/;
/** So many digits of a prompt's hash are a number that is told exactly. */
const PROMPT = /"promptHash":"([0-9a-f]{13})/;

/** The prompts that each variant has answered: what a process left is in the study's own store too. */
function answeredPrompts(
  folders: readonly AnswerPaths[],
): Map<string, Map<Gauge, Set<number>>> {
  const answered = new Map<string, Map<Gauge, Set<number>>>();
  for (const paths of folders) {
    for (const gauge of GAUGES) {
      for (const line of linesOf(paths[MEASURES[gauge].samples])) {
        const name = VARIANT.exec(line)?.[1];
        const prompt = PROMPT.exec(line)?.[1];
        if (name === undefined || prompt === undefined) continue;
        answered.getOrInsertComputed(nameOf(name), () => new Map<Gauge, Set<number>>())
          .getOrInsertComputed(gauge, () => new Set<number>())
          .add(parseInt(prompt, 16));
      }
    }
  }
  return answered;
}

/** A name of which a line has the JSON; of a damaged line it is no variant's. */
function nameOf(json: string): string {
  try {
    return JSON.parse(json) as string;
  } catch {
    return json;
  }
}

/** The whole lines of a file that may be large; none where there is no such file. */
function* linesOf(path: string): Generator<string> {
  if (!existsSync(path)) return;
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(1 << 20);
    const decoder = new TextDecoder();
    let rest = "";
    for (let size = file.readSync(bytes); size !== null; size = file.readSync(bytes)) {
      const lines = (rest + decoder.decode(bytes.subarray(0, size), { stream: true })).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    // its process has ended and its answers are taken
    if (error instanceof Deno.errors.NotFound) return;
    throw explainReadError(error, path);
  }
}
