import { UsageError } from "../../../ground/mod.ts";
import type { StudyConfig } from "../../../runs/mod.ts";
import {
  distinctExamples,
  holdOutDatabases,
  partDevQuestions,
  refuseLeaks,
  sampleExamples,
  type SpiderExample,
} from "../../../spider/mod.ts";
import { pcg32, shuffled, splitHalves } from "../../../stats/mod.ts";
import type { SqlInputs } from "../../inputs/sql_inputs.ts";
import type { GoldCheck } from "./check_golds.ts";
import type { TrainingManifest } from "./training_manifest.ts";

/** What the training examples of a study are drawn from and asked with. */
export interface TrainingInputs extends Pick<SqlInputs, "spider" | "shots" | "otherShots"> {
  /** The study's seed, and what of it is training. */
  readonly config: Pick<StudyConfig, "seed" | "training">;
}

/** How many examples are left out, and why; each is counted once, by the first reason. */
export type LeftOut = Pick<
  TrainingManifest["examples"],
  "repeats" | "devQuestions" | "shots" | "failingGolds"
>;

/** The text-to-SQL examples of a study's training. */
export interface TrainingSet {
  /** What may be trained on or held out if its gold runs, in file order. */
  readonly candidates: readonly SpiderExample[];
  /** What is trained on, in the order of the file. */
  readonly train: readonly SpiderExample[];
  /** All examples of the held-out databases, in file order. */
  readonly heldOut: readonly SpiderExample[];
  /** Their databases, sorted. */
  readonly heldOutDatabases: readonly string[];
  /** Ids of the examples whose prompt has the shots of the evaluation. */
  readonly withShots: ReadonlySet<string>;
  /** Examples that the train split has. */
  readonly released: number;
  /** How many of them are no candidates, or fail. */
  readonly leftOut: LeftOut;
  /** What could be trained on before `training.examples` drew from it, the held-out ones apart. */
  readonly usable: number;
}

/**
 * The examples that a study trains on: each once, no question of dev's, no gold that fails, no
 * database that is held out; then drawn and shuffled by the study's seed.
 *
 * A gold that could not be run, as its database is missing, stays: nothing is known against it.
 *
 * @param golds What running the golds came to. Without it nothing is left out for a failing gold:
 * enough for a plan or an early check, where seconds count.
 * @throws {UsageError} If dev has leaked into train, or no example or database is left to train on.
 */
export function trainingSet(
  { config, spider, shots, otherShots }: TrainingInputs,
  golds?: Pick<GoldCheck, "failing">,
): TrainingSet {
  const { seed, training } = config;
  const { prompt = "zero-shot", heldOutDatabases: wanted = 0 } = training;
  const { distinct, repeats } = distinctExamples(spider.train);
  const { clean, asked } = partDevQuestions(distinct, spider.dev);
  const shown = new Set(prompt === "zero-shot" ? [] : shots.map(({ id }) => id));
  const unshown = clean.filter(({ id }) => !shown.has(id));
  const failing = new Set((golds?.failing ?? []).map(({ id }) => id));
  const sound = unshown.filter(({ id }) => !failing.has(id));
  const heldOutDatabases = holdOutDatabases(sound.map(({ dbId }) => dbId), {
    wanted,
    seed,
    keep: [...shots, ...otherShots.flat()].map(({ dbId }) => dbId),
  });
  const held = new Set(heldOutDatabases);
  const usable = sound.filter(({ dbId }) => !held.has(dbId));
  if (spider.train.length === 0) {
    throw new UsageError(
      "Cannot train: the data have no training split: take out the recipes, or take data with one",
    );
  }
  if (usable.length === 0) {
    throw new UsageError(
      `Cannot train: none of the ${spider.train.length} training examples is left, as they repeat ` +
        "others, are shots, ask what dev asks, or their golds fail",
    );
  }
  const count = Math.min(training.examples ?? usable.length, usable.length);
  const train = shuffled(sampleExamples(usable, { count, seed }), pcg32(seed));
  const heldOut = sound.filter(({ dbId }) => held.has(dbId));
  refuseLeaks([...train, ...heldOut], spider.dev);
  return {
    candidates: unshown,
    train,
    heldOut,
    heldOutDatabases,
    withShots: withShots(spider.train, prompt, seed),
    released: spider.train.length,
    leftOut: {
      repeats: repeats.length,
      devQuestions: asked.length,
      shots: clean.length - unshown.length,
      failingGolds: unshown.length - sound.length,
    },
    usable: usable.length,
  };
}

/** All, none, or the half of the split that `splitHalves` chooses. */
function withShots(
  train: readonly SpiderExample[],
  prompt: NonNullable<StudyConfig["training"]["prompt"]>,
  seed: number,
): ReadonlySet<string> {
  if (prompt === "zero-shot") return new Set();
  const ids = train.map(({ id }) => id);
  return new Set(prompt === "mixed" ? splitHalves(ids, seed).choose : ids);
}
