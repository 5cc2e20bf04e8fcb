import { existsSync } from "node:fs";
import { checkAdapterFiles } from "../../engine/mod.ts";
import { fromRoot, type Progress, UsageError } from "../../ground/mod.ts";
import type { AdapterConfig } from "../../runs/mod.ts";
import { ensureHubAdapter, type HubModel, type HubModelOptions, isHubId } from "../../setup/mod.ts";

/** Adapters of the hub by their id: the folder that each lies in now, and its commit. */
export type HubAdapters = ReadonlyMap<string, HubModel>;

/**
 * Brings the adapters that a study names by their id on the hub to this machine. An entry is an id
 * if there is no folder of that name and it is written `owner/name`; all others are paths, and are
 * left alone.
 *
 * @param hub Which hub, and where folders are made, if not the usual ones.
 * @throws {UsageError} If one cannot be had. As what was meant may be a folder, the line says that
 * there is none.
 */
export async function fetchHubAdapters(
  adapters: readonly AdapterConfig[],
  progress: Progress,
  hub: Omit<HubModelOptions, "id" | "revision"> = {},
): Promise<HubAdapters> {
  const fetched = new Map<string, HubModel>();
  for (const { adapter } of adapters) {
    if (fetched.has(adapter) || existsSync(fromRoot(adapter)) || !isHubId(adapter)) continue;
    try {
      fetched.set(adapter, await ensureHubAdapter({ ...hub, id: adapter }, progress));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${error.message}; and there is no folder "${adapter}"`, {
        cause: error,
      });
    }
  }
  return fetched;
}

/**
 * Looks at the folders of the adapters that a study names, before anything is built or downloaded for
 * it. Those that are ids of the hub are left to {@linkcode fetchHubAdapters}.
 *
 * @throws {UsageError} If a folder is not there, or lacks a file or has a damaged one.
 */
export async function checkAdapterFolders(adapters: readonly AdapterConfig[]): Promise<void> {
  for (const { name, adapter } of adapters) {
    const dir = fromRoot(adapter);
    if (isHubId(adapter) && !existsSync(dir)) continue;
    await checkAdapterFiles(existingAdapter(name, dir));
  }
}

/** @throws {UsageError} If there is no such folder. */
export function existingAdapter(name: string, dir: string): string {
  if (existsSync(dir)) return dir;
  throw new UsageError(`Cannot use the adapter "${name}": there is no folder ${dir}`);
}

/** The folder of an adapter as a study's config names it: that of its id, else its own. */
export function adapterFolder(adapter: string, fetched: HubAdapters): string {
  return fetched.get(adapter)?.dir ?? fromRoot(adapter);
}
