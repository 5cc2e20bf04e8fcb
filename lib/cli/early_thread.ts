import { readFileSync, statSync } from "node:fs";
import { seesSeveralGpus, spareCudaThread, type SpareThread } from "../engine/light.ts";
import type { FlagValues } from "./command.ts";
import { configPath } from "./study_flags.ts";

/**
 * A thread that loads CUDA while the command's own code is read, where the flags and the config say
 * that a GPU answers; none for a plan. Neither is checked here: the command says what is wrong with them.
 *
 * A run of which all is stored has it for nothing. Which answers are its own is known by the hashes of
 * its model, its data and its adapter, so not before the code that this is to run beside; and that a
 * result lies at `--out` does not say whose it is.
 */
export function earlyThread(flags: FlagValues): SpareThread | undefined {
  if (flags.plan) return undefined;
  const configured = engineOf(configPath(flags));
  const { engine: kind = configured.kind, device = configured.device } = flags;
  return kind !== "server" && device === "cuda" ? spareCudaThread() : undefined;
}

/**
 * As {@linkcode earlyThread}, for a command that starts a process a GPU: none where it is to take
 * several, as each of those processes has its own.
 */
export function earlyThreadOfOne(flags: FlagValues): SpareThread | undefined {
  const { devices } = flags;
  const several = devices === undefined ? seesSeveralGpus() : Number(devices) > 1;
  return several ? undefined : earlyThread(flags);
}

/** What a config file says of its engine, as far as it can be read; a pipe is left to the command. */
function engineOf(path: string): { readonly kind?: string; readonly device?: string } {
  try {
    if (!statSync(path).isFile()) return {};
    return JSON.parse(readFileSync(path, "utf8"))?.engine ?? {};
  } catch {
    return {};
  }
}
