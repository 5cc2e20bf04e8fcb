import type { Progress } from "../runs/progress.ts";
import type { CommandResult } from "./run_command.ts";

/** What a person can set where pip cannot reach its index. */
const PIP_ADVICE =
  "if there is no network: set HTTPS_PROXY, or PIP_INDEX_URL to an index that can be reached";

/** Tells what pip's index needs, and picks the line of its output that says why it failed. */
export function pipFault(
  { lastLines }: Pick<CommandResult, "lastLines">,
  progress: Progress,
): string {
  progress.note(PIP_ADVICE);
  return lastLines.findLast((line) => /^\s*ERROR\b/.test(line)) ?? lastLines.at(-1) ??
    "it said nothing";
}
