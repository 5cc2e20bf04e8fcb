import { statSync } from "node:fs";
import { join } from "node:path";

/** Where the test setup unpacks the real data sets, from the repository's root. */
const UNPACKED = join(import.meta.dirname ?? ".", "..", "..", "..", ".cache", "data");

/**
 * The folder that holds the real data sets (`spider/` and `mmlu/`), or `undefined` where there is
 * none: the environment variable `LAB_DATA_ROOT` if it is set, else `.cache/data` if it exists.
 *
 * Tests on real data ask this and skip themselves, with the reason in their name, when it says
 * `undefined`.
 *
 * @returns An existing folder of `spider/` and `mmlu/`, unchecked below that.
 */
export function realDataRoot(): string | undefined {
  const named = Deno.env.get("LAB_DATA_ROOT");
  if (named !== undefined && named !== "") return named;
  return statSync(UNPACKED, { throwIfNoEntry: false })?.isDirectory() ? UNPACKED : undefined;
}
