import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Progress } from "../../ground/mod.ts";
import { lockStore } from "../../runs/mod.ts";
import type { StoreModel } from "../measures/measure.ts";
import { type AnswerPaths, answerPaths, mergeStores } from "../measures/open_measures.ts";
import type { StudyFolder } from "../study_folder.ts";
import type { Part } from "./share_study.ts";

/** Where the processes of a study keep their answers until they are taken together. */
export function partsFolder({ root }: Pick<StudyFolder, "root">): string {
  return `${root}/parts`;
}

/** Whether processes have left answers that are not taken yet. */
export function hasParts(folder: Pick<StudyFolder, "root">): boolean {
  return existsSync(partsFolder(folder));
}

/** A process's own stores: a store is written by one process at a time. */
export function partStores(folder: Pick<StudyFolder, "root">, { index }: Part): AnswerPaths {
  return answerPaths(`${partsFolder(folder)}/${index}`);
}

/**
 * Takes what the processes of a study have answered into the study's own stores, and removes theirs,
 * but for damaged lines that were put aside; what a killed study left counts too. An answer that is
 * there already is not taken twice.
 *
 * @returns How many records were taken.
 * @throws {UsageError} If a process still writes one of the stores, has the study's open, or one
 * cannot be read.
 */
export function mergeParts(
  folder: AnswerPaths & Pick<StudyFolder, "root">,
  model: StoreModel,
  progress: Progress,
): number {
  const dir = partsFolder(folder);
  if (!existsSync(dir)) return 0;
  const indices = [...Deno.readDirSync(dir)].filter((entry) => entry.isDirectory)
    .map(({ name }) => Number(name)).filter(Number.isInteger).sort((a, b) => a - b);
  const parts = indices.map((index) => partStores(folder, { index, of: indices.length }));
  const taken = mergeStores(parts, folder, model, progress);
  mkdirSync(dirname(folder.sqlSamples), { recursive: true });
  // whose processes are only starting, and have no stores yet, is told by the study's own
  using _held = lockStore(folder.sqlSamples);
  removeParts(folder);
  return taken;
}

/**
 * Removes the stores of a study's processes once all that they hold is taken; by whoever has the
 * study's own open, so that they are not those of another one that starts.
 */
export function removeParts(folder: Pick<StudyFolder, "root">): void {
  const dir = partsFolder(folder);
  if (existsSync(dir)) removeButDropped(dir);
}

/** Removes a folder, but for the damaged lines that its user was told are kept in it. */
function removeButDropped(dir: string): void {
  for (const { name, isDirectory } of [...Deno.readDirSync(dir)]) {
    const path = `${dir}/${name}`;
    if (isDirectory) removeButDropped(path);
    else if (!name.endsWith(".dropped")) Deno.removeSync(path);
  }
  if ([...Deno.readDirSync(dir)].length === 0) Deno.removeSync(dir);
}
