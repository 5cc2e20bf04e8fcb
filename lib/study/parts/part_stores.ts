import { existsSync } from "node:fs";
import type { Progress } from "../../ground/mod.ts";
import type { Keyed, SampleStore } from "../../runs/mod.ts";
import {
  openMmluStore,
  openProseStore,
  openSqlStore,
  openVerdictStore,
  openWrittenStore,
  type StoreModel,
} from "../answers/open_stores.ts";
import { type AnswerPaths, answerPaths, type StudyFolder } from "../study_folder.ts";
import type { Part } from "./share_study.ts";

/** Where the processes of a study keep their answers until they are taken together. */
function partsFolder({ root }: Pick<StudyFolder, "root">): string {
  return `${root}/parts`;
}

/** A process's own stores: a store is written by one process at a time. */
export function partStores(folder: Pick<StudyFolder, "root">, { index }: Part): AnswerPaths {
  return answerPaths(`${partsFolder(folder)}/${index}`);
}

/**
 * Takes what the processes of a study have answered into the study's own stores, and removes theirs;
 * what a killed study left counts too. An answer that is there already is not taken twice.
 *
 * @returns How many records were taken.
 * @throws {UsageError} If a process still writes one of the stores, or one cannot be read.
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
  let taken = 0;
  for (const index of indices) {
    const part = partStores(folder, { index, of: indices.length });
    const take = <T extends Keyed>(
      store: keyof AnswerPaths,
      open: (path: string) => SampleStore<T>,
    ): void => {
      if (existsSync(part[store])) taken += mergeStore(part[store], folder[store], open);
    };
    take("sqlSamples", (path) => openSqlStore(path, model, progress));
    take("sqlVerdicts", (path) => openVerdictStore(path, progress));
    take("mmluSamples", (path) => openMmluStore(path, progress));
    take("writtenSamples", (path) => openWrittenStore(path, progress));
    take("proseSamples", (path) => openProseStore(path, progress));
  }
  Deno.removeSync(dir, { recursive: true });
  return taken;
}

function mergeStore<T extends Keyed>(
  from: string,
  to: string,
  open: (path: string) => SampleStore<T>,
): number {
  using part = open(from);
  using whole = open(to);
  const added = [...part.values()].filter(({ key }) => !whole.has(key));
  whole.append(added);
  return added.length;
}
