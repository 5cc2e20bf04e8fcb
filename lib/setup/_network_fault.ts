import { CHECK_NETWORK, networkCause, type Progress, redactUrls } from "../ground/mod.ts";
import type { CommandResult } from "./run_command.ts";

/** What a person can set where pip cannot reach its index. */
const PIP_ADVICE =
  "if there is no network: set HTTPS_PROXY, or PIP_INDEX_URL to an index that can be reached";

/** A warning of pip's on its way to an index: the address, and the reason in Python's words. */
const PIP_WARNING =
  /connection broken by '.*|could not fetch url.*|there was a problem confirming.*/i;

/**
 * Tells what pip's index needs, and says why it failed: the line of its output that is an error's,
 * with the network's fault before it where its output tells one.
 */
export function pipFault(
  { lastLines }: Pick<CommandResult, "lastLines">,
  progress: Progress,
): string {
  progress.note(PIP_ADVICE);
  const line = lastLines.findLast((text) => /^\s*ERROR\b/.test(text)) ?? lastLines.at(-1) ??
    "it said nothing";
  const warning = lastLines.findLast((text) => PIP_WARNING.test(text));
  if (warning === undefined) return redactUrls(line);
  const { cause, advice = `${CHECK_NETWORK}, or PIP_INDEX_URL` } = networkCause(
    new Error(PIP_WARNING.exec(warning)![0].slice(0, LONGEST)),
    "pip's index",
  );
  return `${cause}: ${advice.replace("DENO_CERT", "PIP_CERT")} (${redactUrls(line.trim())})`;
}

const LONGEST = 300;
