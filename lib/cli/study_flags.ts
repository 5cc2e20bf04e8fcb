import { fromRoot } from "../ground/mod.ts";
import { applyDataRoot, loadConfig, type StudyConfig, validateConfig } from "../runs/mod.ts";
import { type Flag, type FlagValues, number, text } from "./command.ts";

/** The config of a study when none is named. */
export const DEFAULT_CONFIG = "config/sample.json";

/** Flags of every command that works on a study. */
export const STUDY_FLAGS: Readonly<Record<string, Flag>> = {
  config: { type: "text", value: "FILE", help: `the study (default ${DEFAULT_CONFIG})` },
  "data-root": { type: "text", value: "DIR", help: "folder with spider/ and mmlu/ as released" },
  limit: {
    type: "number",
    value: "N",
    help:
      "a smaller study: N text-to-SQL questions, N of each category, N passages, drawn by seed; " +
      "its folder is results/<name>-limitN",
  },
  seed: { type: "number", value: "N", help: "replaces the config's seed (42)" },
  out: { type: "text", value: "DIR", help: "results folder (default results/<name of the study>)" },
};

/**
 * The study that the flags describe: its config file, then what the flags replace. With a limit it
 * is another study with a name of its own, so that it neither takes nor refuses the whole one's folder.
 *
 * @throws {UsageError} If the file or a value is wrong.
 */
export function studyConfig(flags: FlagValues): StudyConfig {
  const path = text(flags, "config") ?? fromRoot(DEFAULT_CONFIG);
  let config = loadConfig(path);
  const root = text(flags, "data-root");
  if (root !== undefined) config = applyDataRoot(config, root);
  const limit = number(flags, "limit");
  const seed = number(flags, "seed");
  if (limit === undefined && seed === undefined) return config;
  return validateConfig({
    ...config,
    ...(seed === undefined ? {} : { seed }),
    ...(limit === undefined ? {} : limited(config, limit)),
  }, { path: `${path} with the flags given` });
}

/** Two passages have a spread. */
const FEWEST_PASSAGES = 2;

function limited(
  { name, spider, mmlu, prose }: StudyConfig,
  limit: number,
): Readonly<Record<string, unknown>> {
  return {
    name: `${name}-limit${limit}`,
    spider: { ...spider, limit },
    mmlu: { ...mmlu, perCategory: limit },
    prose: { ...prose, limit: Math.max(FEWEST_PASSAGES, limit) },
  };
}
