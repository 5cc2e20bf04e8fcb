/**
 * What the tools share: lines for a person, flags, and what wrong input ends in.
 *
 * @module
 */

import { escapeControls, UsageError } from "../lib/ground/mod.ts";

/** A line on the terminal that is no result. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * What `parse` makes of a command's flags.
 *
 * @throws {UsageError} If one is unknown or lacks its value.
 */
export function readFlags<Flags>(parse: () => Flags): Flags {
  try {
    return parse();
  } catch (error) {
    // node:util throws a TypeError for an unknown or incomplete flag.
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Says in one line what was wrong, and is the exit code of that; throws any other error on. */
export function refused(error: unknown): 2 {
  if (!(error instanceof UsageError)) throw error;
  say(`error: ${escapeControls(error.message)}`);
  return 2;
}
