import { resolve } from "node:path";
import { fromRoot, REPOSITORY_ROOT, writeAtomic } from "../../ground/mod.ts";
import { runCommand } from "../../setup/mod.ts";
import { answerVariants } from "../answers/answer_variants.ts";
import type { OpenStudy } from "../open_study.ts";
import { openVariants } from "../open_variants.ts";
import { BASE } from "../answers/sample_identity.ts";
import { isAllTrained } from "../training/is_all_trained.ts";
import type { StudyFolder } from "../study_folder.ts";
import { type PhaseOptions, trainRecipes } from "../training/train_recipes.ts";
import { mergeParts, partStores } from "./part_stores.ts";
import { type Part, shareStudy, unitCount } from "./share_study.ts";

/** So often a process looks whether the one that started it still runs. */
const PARENT_EVERY_MS = 1000;

/** Options of {@linkcode runParts}. */
export interface RunPartsOptions extends PhaseOptions {
  /** A GPU for each process, as `CUDA_VISIBLE_DEVICES` names it; on a CPU any names. */
  readonly devices: readonly string[];
}

/**
 * Trains and answers the variants of a study in several processes, one a device, each with its share
 * of them ({@linkcode shareStudy}). When they have ended, their answers are in the study's own
 * stores. What a process that failed has left undone is done by whoever goes on with the study:
 * nothing that is stored is done again.
 *
 * Where there is something to train, the base model's answers and the training records are to be
 * there.
 */
export async function runParts(
  study: OpenStudy,
  { devices, progress, signal }: RunPartsOptions,
): Promise<void> {
  const { inputs, folder } = study;
  const of = Math.min(devices.length, unitCount(inputs.config, { trained: isAllTrained(study) }));
  writeAtomic(partsConfig(folder), `${JSON.stringify(inputs.config, null, 2)}\n`);
  progress.step(`${of} processes, one a device`);
  const failed = await Promise.all(
    devices.slice(0, of).map(async (device, i) => {
      const part = { index: i + 1, of };
      const { code, lastLines } = await runCommand(
        Deno.execPath(),
        partArgs(folder, part),
        {
          cwd: REPOSITORY_ROOT,
          env: { CUDA_VISIBLE_DEVICES: device, CUDA_DEVICE_ORDER: "PCI_BUS_ID" },
          onLine: (line) => progress.note(`${part.index}/${of}: ${line.trim()}`),
          ...(signal ? { signal } : {}),
        },
      );
      return code === 0
        ? undefined
        : `process ${part.index} of ${of} ended with code ${code} before its share was done, after ` +
          `the line "${lastLines.at(-1)?.trim() ?? ""}"`;
    }),
  );
  for (const line of failed) if (line) progress.note(`${line}; what it left is done here`);
  mergeParts(folder, inputs, progress);
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
 */
export async function runPart(
  study: OpenStudy,
  part: Part,
  { progress, signal }: PhaseOptions,
): Promise<void> {
  const { inputs, folder } = study;
  const shares = shareStudy(inputs.config, part.of, { trained: isAllTrained(study) });
  const share = shares[part.index - 1]!;
  using orphaned = abortedWithoutParent();
  const stopped = AbortSignal.any([orphaned.signal, ...(signal ? [signal] : [])]);
  const options = { progress, signal: stopped };
  await trainRecipes(inputs, folder, options, share.trainings);
  const tuned = await openVariants(inputs, folder, share.variants);
  const variants = share.base ? [BASE, ...tuned] : tuned;
  await answerVariants(inputs, { ...partStores(folder, part), below: folder }, variants, options);
}

function abortedWithoutParent(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid !== parent) controller.abort(new Error("the process that started it is gone"));
  }, PARENT_EVERY_MS);
  return { signal: controller.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
