import { basename, join } from "node:path";
import { loadConfig, readSummary, REPOSITORY_ROOT, UsageError } from "../../runs/mod.ts";
import { RESULT_FILES } from "../../study/mod.ts";
import { type Command, text } from "../command.ts";
import { DEFAULT_CONFIG, STUDY_FLAGS } from "../study_flags.ts";

/** What of a recipe's run folder is kept. */
const TRAINING_FILES = ["config.json", "environment.json", "loss.jsonl", "adapter_config.json"];

/** `record`: keeps a finished study's results under version control. */
export const RECORD: Command = {
  name: "record",
  summary: "copy a finished study's results to results/recorded, to be committed",
  flags: {
    config: STUDY_FLAGS.config!,
    out: {
      type: "text",
      value: "DIR",
      help: "the study's results folder (default results/<name>)",
    },
    replace: { type: "switch", help: "replace what was recorded under this name" },
  },
  async run(flags, { print }): Promise<void> {
    const { name } = loadConfig(text(flags, "config") ?? DEFAULT_CONFIG);
    const from = text(flags, "out") ?? join(REPOSITORY_ROOT, "results", name);
    const summary = readSummary(join(from, RESULT_FILES.summary));
    const to = join(REPOSITORY_ROOT, "results", "recorded", summary.name);
    if (await exists(to) && !flags.replace) {
      throw new UsageError(`Cannot record: "${basename(to)}" is recorded already: give --replace`);
    }
    const partial = `${to}.part`;
    await Deno.remove(partial, { recursive: true }).catch(() => {});
    await Deno.mkdir(partial, { recursive: true });
    for (const file of Object.values(RESULT_FILES)) {
      await Deno.copyFile(join(from, file), join(partial, file));
    }
    for (const recipe of summary.config.training.recipes) {
      const folder = join(partial, "training", recipe.name);
      await Deno.mkdir(folder, { recursive: true });
      for (const file of TRAINING_FILES) {
        await Deno.copyFile(join(from, "training", recipe.name, file), join(folder, file));
      }
    }
    await Deno.remove(to, { recursive: true }).catch(() => {});
    await Deno.rename(partial, to);
    print(`recorded in results/recorded/${summary.name}`);
  },
};

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
