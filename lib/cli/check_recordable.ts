import { join } from "node:path";
import { openCheckpoint } from "../engine/mod.ts";
import { sha256OfFile, UsageError } from "../ground/mod.ts";

import { type Summary } from "../runs/mod.ts";
import { checkpointHashes, roundingHash, templateHashes } from "../study/mod.ts";

/**
 * Compares the adapters in a study's folder with the hashes in its summary: what
 * was changed since is not what the numbers are of.
 *
 * @param from The study's results folder.
 * @throws {UsageError} If one is another file, with what to do.
 */
export async function checkRecordable(
  { name, provenance }: Summary,
  from: string,
): Promise<void> {
  for (const [recipe, files] of Object.entries(provenance.adapters)) {
    for (const [file, hash] of Object.entries(files)) {
      const path = join(from, "training", recipe, file);
      // weights are not recorded, and may have been taken away to save space
      if (!await Deno.stat(path).then(() => true, () => false)) continue;
      if (await sha256OfFile(path) === hash) continue;
      throw otherFile(name, path);
    }
  }
}

/**
 * Compares the files of the base model, every byte read again, with the hashes in a summary. Those
 * may stem from what was remembered of a file by its size and times.
 *
 * @param dir The model's folder.
 * @throws {UsageError} If one is another file, is missing or is new, with what to do.
 */
export async function checkModelFiles(
  { name, config, provenance: { modelFiles } }: Summary,
  dir: string,
): Promise<void> {
  const now = {
    ...await checkpointHashes(await openCheckpoint(dir), { anew: true }),
    ...roundingHash(config),
    // summaries from before templates were hashed say nothing of them
    ...("tokenizer_config.json" in modelFiles ? await templateHashes(dir) : {}),
  };
  for (const file of new Set([...Object.keys(modelFiles), ...Object.keys(now)])) {
    if (modelFiles[file] !== now[file]) throw otherFile(name, join(dir, file));
  }
}

function otherFile(study: string, path: string): UsageError {
  return new UsageError(
    `Cannot record "${study}": ${path} is not the file that its numbers are of: run the study again`,
  );
}
