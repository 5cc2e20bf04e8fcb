import { join } from "node:path";
import { sha256OfFile, type Summary, UsageError } from "../runs/mod.ts";

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
      throw new UsageError(
        `Cannot record "${name}": ${path} is not the file that its numbers are of: run the study again`,
      );
    }
  }
}
