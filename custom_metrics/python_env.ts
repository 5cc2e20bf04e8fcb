import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { type Progress, REPOSITORY_ROOT, writeAtomic } from "../lib/ground/mod.ts";
import { findPython, runCommand } from "../lib/setup/mod.ts";

const REQUIREMENTS = `${REPOSITORY_ROOT}/custom_metrics/requirements.txt`;
const VENV = `${REPOSITORY_ROOT}/.cache/deepeval-python`;
const MARKER = `${VENV}/requirements.sha256`;

/** The interpreter of the Python environment with DeepEval. */
export const DEEPEVAL_PYTHON = `${VENV}/bin/python`;

/**
 * The interpreter with DeepEval: the one that `LAB_DEEPEVAL_PYTHON` names, or that of
 * {@linkcode ensureDeepEvalPython} where it is made; `undefined` where there is neither.
 */
export function deepEvalPython(): string | undefined {
  const named = Deno.env.get("LAB_DEEPEVAL_PYTHON");
  if (named !== undefined && named !== "") return named;
  return existsSync(MARKER) ? DEEPEVAL_PYTHON : undefined;
}

/**
 * Makes a Python environment with the pinned packages of custom_metrics/requirements.txt, or finds
 * it made. A setup that was killed half-way is made again: the marker is written last.
 *
 * @throws {UsageError} If there is no Python 3.11 or later.
 * @throws {Error} If pip fails.
 */
export async function ensureDeepEvalPython(progress: Progress): Promise<void> {
  const wanted = createHash("sha256").update(Deno.readTextFileSync(REQUIREMENTS)).digest("hex");
  if (existsSync(MARKER) && Deno.readTextFileSync(MARKER).trim() === wanted) {
    progress.note("reused the Python environment of DeepEval in .cache/deepeval-python");
    return;
  }
  progress.step("Python environment of DeepEval: installing the pinned packages (a minute)");
  await check(await findPython(), ["-m", "venv", "--clear", VENV], progress);
  const install = ["-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS];
  await check(DEEPEVAL_PYTHON, install, progress);
  writeAtomic(MARKER, `${wanted}\n`);
}

async function check(
  command: string,
  args: readonly string[],
  progress: Progress,
): Promise<void> {
  const { code, lastLines } = await runCommand(command, args);
  if (code === 0) return;
  for (const line of lastLines) progress.note(line);
  throw new Error(`Cannot set up DeepEval: "${command} ${args.join(" ")}" ended with code ${code}`);
}
