import { readdirSync } from "node:fs";
import { UsageError } from "../../ground/mod.ts";

import { type Recipe } from "../../runs/mod.ts";
import { runCommand, VENV_PYTHON } from "../../setup/mod.ts";
import { trainingRecords } from "./data/training_records.ts";
import { type TrainingSet, trainingSet } from "./data/training_set.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";
import { adapterOrigin } from "./recipe_adapter.ts";
import { trainings } from "../sweep/sweep_variants.ts";

/** Exit code of {@linkcode ASK_FOR_CUDA} where torch sees no GPU. */
const NO_CUDA = 3;

const ASK_FOR_CUDA = `import sys, torch; sys.exit(0 if torch.cuda.is_available() else ${NO_CUDA})`;

/** Folders of the trainer's own, which may hold a part of an adapter while it writes. */
const TRAINERS_FOLDERS = ["adapter.partial", "checkpoints", "checkpoints.partial"];

/** Options of {@linkcode checkTraining}. */
export interface CheckTrainingOptions {
  /** Stops the question to torch. */
  readonly signal?: AbortSignal;
  /** The interpreter that trains; the project's own when left out. */
  readonly python?: string;
}

/**
 * What would make a recipe's training refuse its input and is seen in seconds: told before the
 * hours that the base model's answers and earlier recipes take. Recipes that have an adapter are
 * not trained, so nothing is asked of them.
 *
 * @param folder Says where the run folder of a recipe is.
 * @throws {UsageError} If a recipe cannot be trained, with what to do.
 */
export async function checkTraining(
  inputs: ModelInputs & SqlInputs,
  folder: { training(recipe: Recipe): string },
  { signal, python = VENV_PYTHON }: CheckTrainingOptions = {},
): Promise<void> {
  const untrained = trainings(inputs.config).map(({ recipe }) => recipe)
    .filter((recipe) => adapterOrigin(folder.training(recipe)) === "none");
  if (untrained.length === 0) return;
  const set = trainingSet(inputs);
  for (const recipe of untrained) {
    checkNoAdapterBelow(folder.training(recipe));
    checkLengths(inputs, set, recipe);
  }
  const nf4 = untrained.find(({ quantization }) => quantization === "nf4");
  if (nf4 !== undefined && await lacksCuda(python, signal)) {
    throw new UsageError(
      `Cannot train "${nf4.name}": quantization nf4 needs an NVIDIA GPU, and there is none here: ` +
        'set it to "none", or train where there is one',
    );
  }
}

/** PEFT saves an adapter that has a name of its own into a folder of that name. */
function checkNoAdapterBelow(dir: string): void {
  const found = namesIn(dir).filter((name) =>
    !TRAINERS_FOLDERS.includes(name) && namesIn(`${dir}/${name}`).includes("adapter_config.json")
  ).sort();
  if (found.length === 0) return;
  const listed = found.slice(0, 5).map((name) => `"${dir}/${name}"`).join(", ");
  const [what, which] = found.length === 1
    ? [`there is an adapter in its folder ${listed}`, "its files"]
    : [`there are adapters in its folders ${listed}`, "the files of one"];
  throw new UsageError(
    `Cannot use ${dir} for training: ${what}: move ${which} up into ${dir} to use that adapter, ` +
      "or away to train anew",
  );
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // not there, or no folder
  }
}

/** Refuses what the trainer would: no record that fits, the end of its turn counted as one token. */
function checkLengths(
  inputs: ModelInputs & SqlInputs,
  set: TrainingSet,
  recipe: Recipe,
): void {
  const { tokenizer } = inputs;
  for (const { prompt, completion } of trainingRecords(inputs, { ...set, heldOut: [] })) {
    const text = tokenizer.render(prompt) + completion[0]!.content;
    if (tokenizer.encode(text).length + 1 <= recipe.maxLength) return;
  }
  throw new UsageError(
    `Cannot train "${recipe.name}": all ${set.train.length} records are longer than ${recipe.maxLength} ` +
      "tokens: raise its maxLength",
  );
}

/** Whether torch says that there is no GPU; not where it cannot be asked, which training tells. */
async function lacksCuda(python: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const { code } = await runCommand(python, ["-c", ASK_FOR_CUDA], signal ? { signal } : {});
    return code === NO_CUDA;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
