import { join } from "node:path";
import { fromRoot, REPOSITORY_ROOT } from "../ground/mod.ts";

import { type StudyConfig } from "../runs/mod.ts";
import { EMBEDDED_MODEL_DIR, findModelFolder, hubCacheDir, snapshotDir } from "../setup/mod.ts";

/**
 * The folder of a study's base model where it is on this machine; nothing is downloaded.
 *
 * @param model As the summary has it, with the very revision of a model of the hub.
 * @param path The folder of a model with source `path`: a summary has its last name alone.
 * @throws {UsageError} If a folder that was downloaded is not whole any more.
 */
export async function modelFolder(
  { source, id, revision }: StudyConfig["model"],
  path: string | undefined,
): Promise<string | undefined> {
  const found = source === "embedded"
    ? EMBEDDED_MODEL_DIR
    : source === "path"
    ? path && fromRoot(path)
    : revision && await hubFolder(id, revision);
  return found && await isFolder(found) ? found : undefined;
}

async function hubFolder(id: string, revision: string): Promise<string> {
  const made = await findModelFolder(join(REPOSITORY_ROOT, "models"), { id, revision });
  return made?.dir ?? snapshotDir(hubCacheDir(), id, revision);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
