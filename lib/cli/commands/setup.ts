import { ensureModel, ensurePythonEnv, ensureSample } from "../../setup/mod.ts";
import type { Command } from "../command.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

/** `setup`: all that a study needs on this machine. */
export const SETUP: Command = {
  name: "setup",
  summary: "make ready what a study needs: Python packages, model, sample databases",
  flags: { config: STUDY_FLAGS.config! },
  async run(flags, { progress }): Promise<void> {
    const config = studyConfig(flags);
    await ensurePythonEnv(progress);
    await ensureModel(config, progress);
    await ensureSample(config, progress);
    progress.note("ready");
  },
};
