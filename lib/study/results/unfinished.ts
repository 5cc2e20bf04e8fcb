import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseJson, readTextFile } from "../../ground/mod.ts";
import { REPETITION_FILE } from "../repeat/compare_repetition.ts";

/**
 * Why a folder of results has no summary or no answers yet, and what to do: `undefined` where no study
 * was begun in it.
 *
 * @param folder A folder that lacks what was looked for.
 */
export function unfinished(folder: string): string | undefined {
  if (existsSync(join(folder, REPETITION_FILE))) {
    return "it is the repetition of one variant, of which there is no summary";
  }
  const path = join(folder, "run.json");
  if (!existsSync(path)) return undefined;
  const run = parseJson(readTextFile(path), path) as
    | { readonly config?: { name?: unknown } }
    | null;
  const name = run?.config?.name;
  const again = name === "compare"
    ? "deno task lab compare"
    : "deno task pipeline --config FILE, or report where all is trained";
  return `the study "${name}" in it is not finished: run its command again with the same flags, and ` +
    `it goes on where it stopped (${again})`;
}
