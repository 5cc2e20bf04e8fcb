import { resolve } from "node:path";
import type { SpareThread } from "../../engine/mod.ts";
import { fromRoot, type Progress, REPOSITORY_ROOT, sleep, writeAtomic } from "../../ground/mod.ts";
import { runCommand } from "../../setup/mod.ts";
import { answerVariants } from "../answers/answer_variants.ts";
import type { OpenStudy } from "../open_study.ts";
import { openVariants } from "../open_variants.ts";
import { leavesTime, openEngine } from "../answers/open_engine.ts";
import { BASE, type NamedVariant } from "../answers/sample_identity.ts";
import { openStores } from "../measures/open_measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { isAllTrained } from "../training/is_all_trained.ts";
import type { StudyFolder } from "../study_folder.ts";
import { type PhaseOptions, trainRecipes } from "../training/train_recipes.ts";
import { PartsFollower } from "./follow_parts.ts";
import { PartsGatherer } from "./gather_parts.ts";
import { mergeParts, partStores, removeParts } from "./part_stores.ts";
import { type Part, shareStudy, unitCount } from "./share_study.ts";

/** So often a process looks whether the one that started it still runs. */
const PARENT_EVERY_MS = 1000;

/** So often what the processes have answered is taken. */
const FOLLOW_EVERY_MS = 500;

/** Options of {@linkcode runParts}. */
export interface RunPartsOptions extends PhaseOptions {
  /** A GPU for each process, as `CUDA_VISIBLE_DEVICES` names it; on a CPU any names. */
  readonly devices: readonly string[];
  /** The base model and all variants, where all is trained and all their answers are wanted. */
  readonly variants?: readonly NamedVariant[];
}

/**
 * Trains and answers the variants of a study in several processes, one a device, each with its share
 * of them ({@linkcode shareStudy}). Their answers are taken into the study's own stores as they come.
 * What a process that failed has left undone is done by whoever goes on with the study: nothing that
 * is stored is done again.
 *
 * Where there is something to train, the base model's answers and the training records are to be
 * there.
 *
 * @returns The answers of `variants`; `undefined` where one is missing, or none was given.
 */
export async function runParts(
  study: OpenStudy,
  options: RunPartsOptions,
): Promise<VariantAnswers[] | undefined> {
  const { inputs, folder } = study;
  const { devices, progress } = options;
  const trained = isAllTrained(study);
  const of = Math.min(devices.length, unitCount(inputs.config, { trained }));
  const parts = devices.slice(0, of).map((device, i) => ({ device, part: { index: i + 1, of } }));
  progress.step(`${of} processes, one a device`);
  const { answers, isWhole } = await followed(study, parts, options);
  if (isWhole) return answers;
  mergeParts(folder, inputs, progress);
  return undefined;
}

/** A process and its device. */
interface DevicePart {
  readonly device: string;
  readonly part: Part;
}

/** Runs the processes, takes meanwhile what they answer, and removes their stores if all of it is whole. */
async function followed(
  study: OpenStudy,
  parts: readonly DevicePart[],
  { variants, progress, signal }: RunPartsOptions,
): Promise<{ readonly answers: VariantAnswers[] | undefined; readonly isWhole: boolean }> {
  const { inputs, folder } = study;
  using opened = openStores(folder, inputs, progress);
  const { stores } = opened;
  // not before the stores are held: who else starts the study takes it away as something left
  writeAtomic(partsConfig(folder), `${JSON.stringify(inputs.config, null, 2)}\n`);
  using follower = new PartsFollower(stores, parts.map(({ part }) => partStores(folder, part)));
  const shares = shareStudy(inputs.config, parts.length, { trained: true });
  const given = variants && { stores, shares, variants, ...(signal ? { signal } : {}) };
  const gatherer = given && new PartsGatherer(study, given);
  const failure = new AbortController();
  const stop = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  const over = new AbortController();
  const running = parts.map((part) => runProcess(folder, part, progress, stop));
  for (const one of running) one.catch((error) => failure.abort(error));
  // none is left behind that still writes
  const ended = Promise.allSettled(running).finally(() => over.abort());
  // statements have a limit of time, which a CPU that answers does not leave them
  const gathersEarly = leavesTime(inputs.config);
  try {
    while (!over.signal.aborted) {
      await sleep(FOLLOW_EVERY_MS, over.signal).catch(() => undefined);
      const answered = follower.take();
      if (gathersEarly && !over.signal.aborted) await gatherer?.behind(answered);
    }
  } catch (error) {
    failure.abort(error);
  }
  await ended;
  const ends = await Promise.all(running);
  // what went wrong once they had ended: their stores are to stay
  failure.signal.throwIfAborted();
  for (const line of ends) if (line) progress.note(`${line}; what it left is done here`);
  follower.take();
  const { isWhole } = follower;
  const answers = await gatherer?.all();
  if (isWhole) removeParts(folder);
  return { answers, isWhole };
}

/** Runs a process to its end, and says what went wrong, if anything did. */
async function runProcess(
  folder: StudyFolder,
  { device, part }: DevicePart,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { index, of } = part;
  const { code, lastLines } = await runCommand(Deno.execPath(), partArgs(folder, part), {
    cwd: REPOSITORY_ROOT,
    env: { CUDA_VISIBLE_DEVICES: device, CUDA_DEVICE_ORDER: "PCI_BUS_ID" },
    onLine: (line) => progress.note(`${index}/${of}: ${line.trim()}`),
    signal,
  });
  if (code === 0) return undefined;
  const last = lastLines.at(-1)?.trim();
  return `process ${index} of ${of} ended with code ${code} before its share was done, ` +
    (last ? `after the line "${last}"` : "and said nothing");
}

/**
 * The arguments of Deno for a process that does a share. Such processes run in the repository,
 * wherever this one does; frozen, as the packages are those of the lock file and several processes
 * must neither look for newer ones nor write it.
 */
export function partArgs(folder: Pick<StudyFolder, "root">, { index, of }: Part): string[] {
  return ["run", "-A", "--frozen", fromRoot("lib/cli/main.ts"), "study"].concat(
    ["--config", partsConfig(folder), "--out", resolve(folder.root), "--part", `${index}/${of}`],
  );
}

function partsConfig({ root }: Pick<StudyFolder, "root">): string {
  return `${resolve(root)}/parts/config.json`;
}

/**
 * Does one share of a study, answers in stores of its own; it is stopped when the process that
 * started it is gone.
 *
 * @param options A thread for its engine, if one was started: it ends where the share has trainings,
 * as a GPU's memory is theirs.
 */
export async function runPart(
  study: OpenStudy,
  part: Part,
  { progress, signal, spare }: PhaseOptions & { readonly spare?: SpareThread | undefined },
): Promise<void> {
  const { inputs, folder } = study;
  const shares = shareStudy(inputs.config, part.of, { trained: isAllTrained(study) });
  const share = shares[part.index - 1]!;
  using orphaned = abortedWithoutParent();
  const stopped = AbortSignal.any([orphaned.signal, ...(signal ? [signal] : [])]);
  const options = { progress, signal: stopped };
  if (share.trainings.length > 0) await spare?.[Symbol.asyncDispose]();
  await trainRecipes(inputs, folder, options, share.trainings);
  const tuned = await openVariants(inputs, folder, share.variants);
  const variants = share.base ? [BASE, ...tuned] : tuned;
  await answerVariants(inputs, { ...partStores(folder, part), below: folder }, variants, {
    ...options,
    open: (asked, alike, told) => openEngine(asked, alike, told, spare),
  });
}

function abortedWithoutParent(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid !== parent) controller.abort(new Error("the process that started it is gone"));
  }, PARENT_EVERY_MS);
  return { signal: controller.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
