import { existsSync } from "node:fs";
import { type Progress, sha256OfFile, UsageError } from "../../ground/mod.ts";

import { readSummary } from "../../runs/mod.ts";
import type { OpenStudy } from "../open_study.ts";
import { adapterFolders } from "../open_variants.ts";
import { RESULT_FILES } from "./write_results.ts";

/**
 * Tells in a line each which adapter files are not those of the results that are in a study's
 * folder: they are asked anew, and their numbers replace the earlier ones.
 */
export async function noteChangedAdapters(
  { inputs, folder }: OpenStudy,
  progress: Progress,
): Promise<void> {
  const earlier = earlierAdapters(`${folder.root}/${RESULT_FILES.summary}`, progress);
  for (const [name, dir] of adapterFolders(inputs, folder)) {
    for (const [file, hash] of Object.entries(earlier[name] ?? {})) {
      const path = `${dir}/${file}`;
      if (!existsSync(path) || await sha256OfFile(path) === hash) continue;
      progress.note(
        `${name}: its ${file} is not the one of the results in ${folder.root}: asked anew`,
      );
    }
  }
}

/** The hashes of a summary that is there; one that cannot be used is told and replaced. */
function earlierAdapters(
  path: string,
  progress: Progress,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  if (!existsSync(path)) return {};
  try {
    return readSummary(path).provenance.adapters;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    progress.note(`${error.message}: it is written anew`);
    return {};
  }
}
