import {
  cudaLibraryPath,
  ensureCudaProvider,
  ensureModel,
  ensurePythonEnv,
  ensureSample,
  VENV_PYTHON,
} from "../../../setup/mod.ts";
import type { CommandContext, FlagValues } from "../../command.ts";
import { studyConfig } from "../../study_config.ts";

/** The work of `setup`. */
export async function runSetup(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const config = studyConfig(flags);
  await ensureSample(config, progress);
  await ensurePythonEnv(progress);
  await ensureModel(config, progress, { signal });
  if (flags.cuda) {
    await ensureCudaProvider(progress);
    const libraries = await cudaLibraries();
    if (libraries) print(`export LD_LIBRARY_PATH=${libraries}`);
    else progress.note("CUDA's libraries are not in .venv: see docs/gpu.md");
  }
  progress.note("ready");
}

/** Where the Python environment has CUDA's libraries; "" where it has none. */
async function cudaLibraries(): Promise<string> {
  const program = "import sysconfig; print(sysconfig.get_path('purelib'), end='')";
  const { stdout } = await new Deno.Command(VENV_PYTHON, { args: ["-c", program] }).output();
  return cudaLibraryPath(new TextDecoder().decode(stdout));
}
