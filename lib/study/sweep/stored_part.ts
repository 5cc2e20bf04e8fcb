import { existsSync, readdirSync } from "node:fs";
import { GAUGES, type StudyConfig } from "../../runs/mod.ts";
import { BASE } from "../answers/sample_identity.ts";
import { type AnswerPaths, answerPaths } from "../measures/open_measures.ts";
import { partsFolder } from "../parts/part_stores.ts";
import type { StudyFolder } from "../study_folder.ts";
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

/** Questions that repeat another are asked once: of so many of them a variant is whole. */
const NEARLY_ALL = 0.99;

/** The answers that a plan's cost counts; written letters are not in it. */
const COUNTED = ["sqlSamples", "mmluSamples", "proseSamples"] as const satisfies readonly (
  keyof AnswerPaths
)[];

/**
 * Looks at the stores of a study, also while a process writes them; nothing is checked or opened.
 *
 * @returns `undefined` for a study that has not begun.
 */
export function storedPart(
  config: StudyConfig,
  folder: StudyFolder,
  { asked, seconds, trainingSeconds }: Pick<StudyCost, "asked" | "seconds" | "trainingSeconds">,
): StoredPart | undefined {
  const planned = trainings(config);
  const isTrained = ({ recipe }: Training): boolean =>
    adapterOrigin(folder.training(recipe)) !== "none";
  const left = planned.filter((training) => !isTrained(training));
  const counts = answerCounts([folder, ...partPaths(folder)]);
  if (counts.size === 0 && left.length === planned.length) return undefined;
  const each = GAUGES.reduce((total, gauge) => total + asked[gauge], 0);
  const shares = [BASE.name, ...sweepVariants(config).map(({ name }) => name)]
    .map((name) => (counts.get(name) ?? 0) / each);
  const isWhole = (share: number): boolean => share >= NEARLY_ALL;
  return {
    variants: shares.filter(isWhole).length,
    trained: planned.length - left.length,
    trainings: planned.length,
    secondsLeft: left.reduce((total, { name }) => total + (trainingSeconds[name] ?? 0), 0) +
      shares.filter((share) => !isWhole(share))
        .reduce((total, share) => total + (1 - share) * seconds.variant, 0),
  };
}

/** The stores of processes whose answers are not taken yet. */
function partPaths(folder: StudyFolder): AnswerPaths[] {
  const dir = partsFolder(folder);
  return existsSync(dir) ? readdirSync(dir).map((name) => answerPaths(`${dir}/${name}`)) : [];
}

const VARIANT = /"variant":("(?:[^"\\]|\\.)*")/;

/** Answers by variant, as many as have a line. */
function answerCounts(folders: readonly AnswerPaths[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of folders.flatMap((paths) => COUNTED.map((name) => paths[name]))) {
    if (!existsSync(path)) continue;
    for (const line of linesOf(path)) {
      const found = VARIANT.exec(line)?.[1];
      if (found === undefined) continue;
      const name = JSON.parse(found) as string;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** The whole lines of a file that may be large. */
function* linesOf(path: string): Generator<string> {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(1 << 20);
  const decoder = new TextDecoder();
  let rest = "";
  for (let size = file.readSync(bytes); size !== null; size = file.readSync(bytes)) {
    const lines = (rest + decoder.decode(bytes.subarray(0, size), { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
