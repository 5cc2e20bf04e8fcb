import type { Command } from "../../command.ts";
import { STUDY_FLAGS } from "../../study_flags.ts";

/** `setup`: all that a study needs on this machine. */
export const SETUP: Command = {
  name: "setup",
  summary: "make ready what a study needs: Python packages, model, sample databases",
  flags: {
    config: STUDY_FLAGS.config!,
    cuda: { type: "switch", help: "also put ONNX Runtime's CUDA provider in place (docs/gpu.md)" },
  },
  load: async () => (await import("./run_setup.ts")).runSetup,
};
