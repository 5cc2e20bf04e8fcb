import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import {
  type Progress,
  redactUrls,
  REPOSITORY_ROOT,
  UsageError,
  writeAtomic,
} from "../ground/mod.ts";
import { cpuTorchIndex } from "./_cpu_torch_index.ts";
import { pipFault } from "./_network_fault.ts";
import { setupLock } from "./_setup_lock.ts";
import { countRequirements, pipProgress } from "./_pip_progress.ts";
import { findPython } from "./find_python.ts";
import { runCommand } from "./run_command.ts";

/** The interpreter of the project's Python environment. */
export const VENV_PYTHON = `${REPOSITORY_ROOT}/.venv/bin/python`;

/** Written last into the environment: the hash of the requirements that are installed. */
const MARKER = "lab_requirements.sha256";

/**
 * Makes the Python environment `.venv` with the pinned packages of
 * `training/requirements.txt` (and `requirements-gpu.txt` where there is an
 * NVIDIA GPU), or finds it made. A setup that was killed half-way is completed:
 * the marker that says "done" is written last. Two setups at once wait for each
 * other.
 *
 * @param root The folder that holds `training/` and gets `.venv`.
 * @throws {UsageError} If there is no Python 3.11 or later, or pip fails.
 */
export async function ensurePythonEnv(
  progress: Progress,
  root: string = REPOSITORY_ROOT,
): Promise<void> {
  const venv = `${root}/.venv`;
  const venvPython = `${venv}/bin/python`;
  const marker = `${venv}/${MARKER}`;
  const gpu = await succeeds("nvidia-smi");
  const files = ["training/requirements.txt", ...(gpu ? ["training/requirements-gpu.txt"] : [])];
  const hash = createHash("sha256");
  const lists = await Promise.all(files.map((file) => Deno.readTextFile(`${root}/${file}`)));
  for (const list of lists) hash.update(list);
  const wanted = hash.digest("hex");
  const works = (): Promise<boolean> => succeeds(venvPython, "-m", "pip", "--version");
  const isMade = async (): Promise<boolean> =>
    (await Deno.readTextFile(marker).catch(() => "")).trim() === wanted &&
    await works();
  const reused = (): void => progress.note("reused the Python environment in .venv");
  if (await isMade()) return reused();
  using _lock = await setupLock(`${root}/.cache/python-env`, { progress });
  if (await isMade()) return reused();
  progress.step("Python environment: installing the pinned packages (some minutes)");
  // a marker that stayed would be believed again should the requirements go back to it
  await rm(marker, { force: true });
  if (!await works()) {
    const python = await findPython();
    await check(python, ["-m", "venv", "--clear", venv], progress);
  }
  const cpuIndex = gpu ? [] : await cpuTorchIndex();
  const requirements = files.flatMap((file) => ["-r", `${root}/${file}`]);
  using pip = pipProgress(progress, countRequirements(lists));
  await check(
    venvPython,
    ["-m", "pip", "install", "--disable-pip-version-check", ...cpuIndex, ...requirements],
    progress,
    (line) => pip.hear(line),
  );
  writeAtomic(marker, `${wanted}\n`);
}

/** Whether a command is there and ends well; what it prints is dropped. */
async function succeeds(command: string, ...args: readonly string[]): Promise<boolean> {
  return await runCommand(command, args).then(({ code }) => code === 0, () => false);
}

async function check(
  command: string,
  args: string[],
  progress: Progress,
  onOutput?: (line: string) => void,
): Promise<void> {
  // what it prints is to come as it is printed
  const env = { PYTHONUNBUFFERED: "1" };
  const result = await runCommand(command, args, { env, ...(onOutput ? { onOutput } : {}) });
  const { code, lastLines } = result;
  if (code === 0) return;
  for (const line of lastLines) progress.note(redactUrls(line));
  const why = pipFault(result, progress);
  throw new UsageError(
    `Cannot set up Python: "${command} ${args.join(" ")}" ended with code ${code}: ${why}`,
  );
}
