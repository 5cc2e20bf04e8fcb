import { existsSync } from "node:fs";
import { join } from "node:path";
import { claimedName } from "../../runs/mod.ts";
import { REPETITION_FILE } from "../repeat/compare_repetition.ts";
import { RESULT_FILES } from "./write_results.ts";

/**
 * Why a folder of results has no summary or no answers yet, and what to do: `undefined` where no study
 * was begun in it, or one is finished.
 *
 * @param folder A folder that lacks what was looked for.
 * @throws {UsageError} If what says which study was begun in it is no record of a run.
 */
export function unfinished(folder: string): string | undefined {
  if (existsSync(join(folder, REPETITION_FILE))) {
    return "it is the repetition of one variant, of which there is no summary";
  }
  if (existsSync(join(folder, RESULT_FILES.summary))) return undefined;
  const name = claimedName(folder);
  if (name === undefined) return undefined;
  const again = name === "compare"
    ? "deno task lab compare"
    : "deno task pipeline --config FILE, or report where all is trained";
  return `the study "${name}" in it is not finished: run its command again with the same flags, and ` +
    `it goes on where it stopped (${again})`;
}
