import {
  cudaLibraryPath,
  ensureCudaProvider,
  ensureModel,
  ensurePythonEnv,
  ensureSample,
  VENV_PYTHON,
} from "../../setup/mod.ts";
import type { Command } from "../command.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

/** `setup`: all that a study needs on this machine. */
export const SETUP: Command = {
  name: "setup",
  summary: "make ready what a study needs: Python packages, model, sample databases",
  flags: {
    config: STUDY_FLAGS.config!,
    cuda: { type: "switch", help: "also put ONNX Runtime's CUDA provider in place (docs/gpu.md)" },
  },
  async run(flags, { progress, print, signal }): Promise<void> {
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
  },
};

/** Where the Python environment has CUDA's libraries; "" where it has none. */
async function cudaLibraries(): Promise<string> {
  const program = "import sysconfig; print(sysconfig.get_path('purelib'), end='')";
  const { stdout } = await new Deno.Command(VENV_PYTHON, { args: ["-c", program] }).output();
  return cudaLibraryPath(new TextDecoder().decode(stdout));
}
