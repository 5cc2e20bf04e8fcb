import { join } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import { recordedConfig, sourcesDifference, type Summary } from "../../runs/mod.ts";
import { answerVariants } from "../answers/answer_variants.ts";
import { BASE, type NamedVariant } from "../answers/sample_identity.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { sourceHashes } from "../inputs/inputs.ts";
import type { OpenStudy } from "../open_study.ts";
import { openVariants } from "../open_variants.ts";
import { sweepVariants } from "../sweep/sweep_variants.ts";
import { adapterFileHash } from "../training/recipe_adapter.ts";
import { ENVIRONMENT_FILE } from "../training/training_runs.ts";
import { type PhaseOptions, trainRecipes } from "../training/train_recipes.ts";
import {
  type Environment,
  type EnvironmentChange,
  environmentChanges,
  readEnvironment,
} from "./environment_changes.ts";

/** A variant of a recorded study, trained and answered again. */
export interface RepeatedVariant {
  /** What it answers now. */
  readonly answers: VariantAnswers;
  /**
   * Whether its weights are those of the recording, byte for byte; absent where none were trained,
   * and for checkpoints, whose hashes are not recorded.
   */
  readonly sameWeights?: boolean;
  /**
   * What its training ran on otherwise than the recorded one; empty where that is nothing, and absent
   * where no training was compared.
   */
  readonly environment?: readonly EnvironmentChange[];
  /** The file without which what the two trainings ran on is not known. */
  readonly noEnvironment?: string;
}

/** A recording. */
export interface Recording {
  /** Its folder. */
  readonly folder: string;
  /** Its summary. */
  readonly summary: Summary;
}

/**
 * Trains one variant of a recorded study again, with nothing but its recipe and seed, and asks it all
 * that the study asked. An adapter in its training's folder is used as it is. What an earlier, perhaps
 * killed, repetition left is not done again.
 *
 * @param study The study of the recorded config, in a folder of its own.
 * @param recording What it is compared with.
 * @throws {UsageError} If the study is another one than the recorded, by its settings, its data or
 * its model, or has no such variant; or if what a training ran on is damaged, the recorded one
 * before anything is trained.
 */
export async function repeatVariant(
  study: OpenStudy,
  { folder: kept, summary: recorded }: Recording,
  name: string,
  options: PhaseOptions,
): Promise<RepeatedVariant> {
  const { inputs, folder } = study;
  refuseOtherStudy(study, recorded);
  const answersOf = async (variants: readonly NamedVariant[]): Promise<VariantAnswers> =>
    (await answerVariants(inputs, folder, variants, options))[0]!;
  if (name === BASE.name) return { answers: await answersOf([BASE]) };
  const tuned = sweepVariants(inputs.config);
  const variant = tuned.find((one) => one.name === name);
  if (variant === undefined) {
    const names = [BASE, ...tuned].map((one) => one.name);
    throw new UsageError(
      `"${recorded.name}" has no variant "${name}": there are ${names.join(", ")}`,
    );
  }
  const { weights } = variant;
  if (weights.kind !== "training") {
    return { answers: await answersOf(await openVariants(inputs, folder, [variant])) };
  }
  const { training } = weights;
  const before = join(kept, "training", training.name);
  const trainedOn = readEnvironment(before);
  await trainRecipes(inputs, folder, options, [training]);
  const compared = compareEnvironments(
    { dir: before, environment: trainedOn },
    { dir: folder.training(training), environment: readEnvironment(folder.training(training)) },
  );
  const answers = await answersOf(await openVariants(inputs, folder, [variant]));
  // a recording has the hashes of finished adapters alone
  if (variant.origin.checkpoint) return { answers, ...compared };
  const file = "adapter_model.safetensors";
  const hash = await adapterFileHash(folder.training(training), file);
  const recordedHash = recorded.provenance.adapters[training.name]?.[file];
  return { answers, sameWeights: hash === recordedHash, ...compared };
}

/** A run folder, and what its file says that it ran on. */
interface TrainedOn {
  readonly dir: string;
  readonly environment: Environment | undefined;
}

function compareEnvironments(
  then: TrainedOn,
  now: TrainedOn,
): Pick<RepeatedVariant, "environment" | "noEnvironment"> {
  if (then.environment && now.environment) {
    return { environment: environmentChanges(then.environment, now.environment) };
  }
  const { dir } = then.environment ? now : then;
  return { noEnvironment: join(dir, ENVIRONMENT_FILE) };
}

function refuseOtherStudy({ inputs }: OpenStudy, { name, config, provenance }: Summary): void {
  const now = sourceHashes(inputs);
  const difference = sourcesDifference(
    { config: { ...config }, inputs: { ...provenance.data, ...provenance.modelFiles } },
    {
      config: { ...recordedConfig(inputs.config) },
      inputs: { ...now.data, ...now.modelFiles },
    },
  );
  if (difference === undefined) return;
  throw new UsageError(`Cannot repeat "${name}": what was recorded differs in ${difference}`);
}
