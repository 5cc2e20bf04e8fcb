import { basename } from "node:path";
import { existsSync } from "node:fs";
import { absentAdapterHash, changesNothing, loadAdapter } from "../engine/mod.ts";
import { fileState, fromRoot, UsageError } from "../ground/mod.ts";
import { adapterFolder, existingAdapter } from "./inputs/hub_adapters.ts";
import type { StudyInputs } from "./inputs/inputs.ts";
import { type ModelFiles, type ModelInputs, openModelInputs } from "./inputs/model_inputs.ts";
import { BASE, type NamedVariant } from "./answers/sample_identity.ts";
import type { StudyFolder } from "./study_folder.ts";
import {
  adapterSettings,
  ANSWERING_FILES,
  checkpointFolders,
  sealOf,
  weightsAreGone,
} from "./training/recipe_adapter.ts";
import {
  type Checkpoint,
  type SweepVariant,
  sweepVariants,
  trainings,
} from "./sweep/sweep_variants.ts";

/**
 * The base model and every tuned variant of a study, in the order of its tables.
 *
 * @throws {UsageError} If an adapter is missing or does not fit the model.
 */
export async function allVariants(
  inputs: StudyInputs,
  folder: StudyFolder,
): Promise<NamedVariant[]> {
  return [BASE, ...await openVariants(inputs, folder, sweepVariants(inputs.config))];
}

/** Adapters that are read, by their folders. */
type ReadAdapters = Map<string, ReturnType<typeof loadAdapter>>;

/** The adapters that were given to a study: they are checked before it and opened again for each of its steps. */
const GIVEN = new WeakMap<StudyInputs, ReadAdapters>();

/** What an adapter was, and how its files were, when it was read for a study's answers. */
interface SeenAdapter {
  readonly hash: string;
  readonly files: string;
}

/** The adapters that answered, by their folders. */
const SEEN = new WeakMap<StudyInputs, Map<string, SeenAdapter>>();

/**
 * Makes sure that the adapter in a folder is the one that answered, where one did.
 *
 * @throws {UsageError} If it is another one by now: its files say nothing of the answers.
 */
export async function checkSameAdapter(
  inputs: StudyInputs,
  name: string,
  dir: string,
): Promise<void> {
  const seen = SEEN.get(inputs)?.get(dir);
  if (seen === undefined || seen.files === filesOf(dir)) return;
  // what is broken is told by whoever reads it next
  const now = await loadAdapter(dir, inputs.checkpoint).catch(() => undefined);
  if (now === undefined || now.hash === seen.hash) return;
  throw new UsageError(
    `Cannot write the results: the adapter "${name}" was changed while it was asked (${dir}): the ` +
      "answers of the one that was there are kept; put it back, or run again with what is there now",
  );
}

function filesOf(dir: string): string {
  return ANSWERING_FILES.map((file) => `${dir}/${file}`)
    .map((path) => existsSync(path) ? fileState(path).identity : "").join("\n");
}

/**
 * Opens variants of a sweep: each adapter is read once, however many scales of it there are, and one
 * that was not trained by the study itself once a study.
 *
 * @throws {UsageError} If one is missing or does not fit the model.
 */
export async function openVariants(
  inputs: StudyInputs,
  folder: Pick<StudyFolder, "training">,
  variants: readonly SweepVariant[],
): Promise<NamedVariant[]> {
  const given = GIVEN.getOrInsertComputed(inputs, () => new Map());
  const trained: ReadAdapters = new Map();
  const opened: NamedVariant[] = [];
  for (const { name, origin, weights } of variants) {
    if (weights.kind === "model") {
      const model = await openOtherModel(inputs, name, fromRoot(weights.path));
      opened.push({ name, origin, weights: {}, model });
      continue;
    }
    const dir = weights.kind === "training"
      ? checkpointFolder(name, folder.training(weights.training), weights.checkpoint)
      : existingAdapter(name, adapterFolder(weights.path, inputs.hubAdapters));
    if (weights.kind === "training" && weightsAreGone(dir)) {
      const hash = { weights: sealOf(dir)!, checkpoint: inputs.checkpoint };
      const adapterHash = await absentAdapterHash(dir, hash);
      opened.push({ name, origin, weights: { scale: origin.scale ?? 1 }, adapterHash, gone: dir });
      continue;
    }
    const read = weights.kind === "training" ? trained : given;
    const adapter = await read.getOrInsertComputed(dir, async () => {
      const files = filesOf(dir);
      const adapter = await loadAdapter(dir, inputs.checkpoint);
      SEEN.getOrInsertComputed(inputs, () => new Map()).set(dir, { hash: adapter.hash, files });
      return adapter;
    });
    const { scale = 1 } = origin;
    opened.push({ name, origin, weights: { adapter, scale }, adapterHash: adapter.hash, dir });
  }
  return opened;
}

/**
 * Where a training has saved an adapter.
 *
 * @param dir Its run folder.
 * @throws {UsageError} If it is not trained, or has saved fewer adapters.
 */
export function checkpointFolder(name: string, dir: string, { index, of }: Checkpoint): string {
  if (!existsSync(dir)) {
    throw new UsageError(`"${name}" is not trained yet: there is no ${dir}; train it first`);
  }
  if (index === of) return dir;
  const steps = checkpointFolders(dir);
  const step = steps[index - 1];
  if (step === undefined || steps.length < of - 1) {
    throw new UsageError(
      `Cannot use "${name}": its training saved ${steps.length} adapters in ${dir}/checkpoints, and ` +
        `${
          of - 1
        } beside the finished one are asked for: set sweep.checkpoints lower, or train anew`,
    );
  }
  return step;
}

/** A merged model or a full fine-tune: it is asked the same, so it must read text the same way. */
async function openOtherModel(
  inputs: ModelInputs,
  name: string,
  dir: string,
): Promise<ModelInputs> {
  const model = await openModelInputs(inputs.config, dir);
  const text = "SELECT count(*) FROM t WHERE a = 'b' -- 42\n";
  const [own, other] = [inputs, model].map(({ tokenizer }) => tokenizer.encode(text).join());
  if (own === other) return model;
  throw new UsageError(
    `Cannot compare "${name}": its tokenizer is another one than the base model's, so that their ` +
      "tokens are not the same text",
  );
}

/** The folder of every finished adapter of a study, by the name of its training or its own. */
export function adapterFolders(
  { config, hubAdapters }: Pick<StudyInputs, "config" | "hubAdapters">,
  folder: Pick<StudyFolder, "training">,
): ReadonlyMap<string, string> {
  return new Map([
    ...trainings(config).map(({ name, recipe }) => [name, folder.training(recipe)] as const),
    ...config.adapters.map(({ name, adapter }) =>
      [name, adapterFolder(adapter, hubAdapters)] as const
    ),
  ]);
}

/**
 * A line for what is odd about an adapter: it names another base model than the one that it is used
 * on, or changes nothing of it.
 */
export function adapterNotes(
  { name, weights: { adapter } }: NamedVariant,
  { config, checkpoint }: ModelFiles,
): string[] {
  const lines: string[] = [];
  const named = adapter?.baseModel;
  const last = (path: string): string => basename(path).toLowerCase();
  if (named && ![config.model.id, checkpoint.dir].map(last).includes(last(named))) {
    lines.push(`${name}: it names ${named} as its base model, and is used on ${config.model.id}`);
  }
  if (adapter && changesNothing(adapter)) {
    lines.push(
      `${name}: every lora_B of it is zero, as before training: it answers as the base model`,
    );
  }
  return lines;
}

/** A line for each adapter or model that has the same weights as one before it. */
function sameWeights(inputs: StudyInputs, variants: readonly NamedVariant[]): string[] {
  const weightsOf = ({ modelHashes }: ModelFiles): string => {
    const weights = Object.entries(modelHashes).filter(([file]) => file.endsWith(".safetensors"));
    return weights.map(([, hash]) => hash).sort().join();
  };
  const first = new Map([[weightsOf(inputs), `the base model`]]);
  return variants.flatMap(({ name, model, adapterHash }) => {
    const weights = adapterHash ?? weightsOf(model ?? inputs);
    const twin = first.getOrInsert(weights, `"${name}"`);
    return twin === `"${name}"` ? [] : [`${name}: it has the same weights as ${twin}`];
  });
}

/**
 * Opens what is compared with the base model and was not trained here: a wrong one is told before
 * the hours that the base model takes.
 *
 * @returns A line for what is odd about one: see {@linkcode adapterNotes}; or its weights are another's.
 * @throws {UsageError} If one is missing or does not fit the model, or what is recorded of it is wrong.
 */
export async function checkGivenVariants(
  inputs: StudyInputs,
  folder: Pick<StudyFolder, "training">,
): Promise<string[]> {
  const given = sweepVariants(inputs.config).filter(({ weights }) => weights.kind !== "training");
  const bySource = Map.groupBy(
    await openVariants(inputs, folder, given),
    ({ origin }) => origin.source,
  );
  const firsts = [...bySource].map(([name, [first]]) => ({ ...first!, name }));
  for (const { dir } of firsts) if (dir !== undefined) adapterSettings(dir);
  return [
    ...firsts.flatMap((variant) => adapterNotes(variant, inputs)),
    ...sameWeights(inputs, firsts),
  ];
}
