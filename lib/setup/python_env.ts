import { createHash } from "node:crypto";
import type { Progress } from "../runs/progress.ts";
import { REPOSITORY_ROOT } from "../runs/repository_root.ts";
import { writeAtomic } from "../runs/write_atomic.ts";
import { findPython } from "./find_python.ts";
import { runCommand } from "./run_command.ts";

/** The interpreter of the project's Python environment. */
export const VENV_PYTHON = `${REPOSITORY_ROOT}/.venv/bin/python`;

const VENV = `${REPOSITORY_ROOT}/.venv`;
const MARKER = `${VENV}/lab_requirements.sha256`;
const CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu";
const REACH_TIMEOUT_MS = 5_000;

/**
 * Makes the Python environment `.venv` with the pinned packages of
 * `training/requirements.txt` (and `requirements-gpu.txt` where there is an
 * NVIDIA GPU), or finds it made. A setup that was killed half-way is completed:
 * the marker that says "done" is written last.
 *
 * @throws {UsageError} If there is no Python 3.11 or later.
 * @throws {Error} If pip fails.
 */
export async function ensurePythonEnv(progress: Progress): Promise<void> {
  const gpu = await hasNvidiaGpu();
  const files = ["training/requirements.txt", ...(gpu ? ["training/requirements-gpu.txt"] : [])];
  const hash = createHash("sha256");
  for (const file of files) hash.update(await Deno.readTextFile(`${REPOSITORY_ROOT}/${file}`));
  const wanted = hash.digest("hex");
  const made = await Deno.readTextFile(MARKER).catch(() => "");
  if (made.trim() === wanted && await works()) {
    progress.note("reused the Python environment in .venv");
    return;
  }
  progress.step("Python environment: installing the pinned packages (some minutes)");
  if (!await works()) {
    const python = await findPython();
    await check(python, ["-m", "venv", "--clear", VENV], progress);
  }
  // PyPI's torch brings gigabytes of CUDA; PyTorch's own index has a build for the CPU
  const cpuIndex = !gpu && await reachable(CPU_TORCH_INDEX)
    ? ["--extra-index-url", CPU_TORCH_INDEX]
    : [];
  const requirements = files.flatMap((file) => ["-r", `${REPOSITORY_ROOT}/${file}`]);
  await check(
    VENV_PYTHON,
    ["-m", "pip", "install", "--disable-pip-version-check", ...cpuIndex, ...requirements],
    progress,
  );
  writeAtomic(MARKER, `${wanted}\n`);
}

async function works(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(VENV_PYTHON, {
      args: ["-m", "pip", "--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

async function check(command: string, args: string[], progress: Progress): Promise<void> {
  const { code, lastLines } = await runCommand(command, args);
  if (code === 0) return;
  for (const line of lastLines) progress.note(line);
  throw new Error(`Cannot set up Python: "${command} ${args.join(" ")}" ended with code ${code}`);
}

async function hasNvidiaGpu(): Promise<boolean> {
  try {
    return (await new Deno.Command("nvidia-smi", { stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

async function reachable(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(REACH_TIMEOUT_MS);
    const response = await fetch(`${url}/torch/`, { method: "HEAD", signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
