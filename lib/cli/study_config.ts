import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { applyDataRoot, loadConfig, type StudyConfig, validateConfig } from "../runs/mod.ts";
import { isHubId } from "../setup/mod.ts";
import { type FlagValues, number, text } from "./command.ts";
import { configPath } from "./study_flags.ts";

/**
 * The study that the flags describe: its config file, then what the flags replace. With a limit it
 * is another study with a name of its own, so that it neither takes nor refuses the whole one's folder.
 *
 * @throws {UsageError} If the file or a value is wrong.
 */
export function studyConfig(flags: FlagValues): StudyConfig {
  const path = configPath(flags);
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

/** The folder that `--model` names; `undefined` if it was not given. */
export function givenModel(flags: FlagValues): string | undefined {
  const model = text(flags, "model");
  return model ? resolve(model) : undefined;
}

/** @throws {UsageError} If `--model` looks like an id of the hub, and there is no folder of its owner here. */
export function refuseHubModel(flags: FlagValues): void {
  const model = text(flags, "model") ?? "";
  const folder = resolve(model);
  if (!isHubId(model) || existsSync(dirname(folder))) return;
  throw new UsageError(
    `Cannot open the model "${model}": there is no folder ${folder}, and --model takes a folder; ` +
      "a model of the hub is named in a config, and --config given: " +
      `"model": { "id": "${model}", "source": "hub" } (docs/config.md)`,
  );
}

/** The config's engine, with what the flags of `ENGINE_FLAGS` say otherwise. */
export function engineSettings(
  { engine, device, weights }: FlagValues,
  config: StudyConfig,
): Readonly<Record<string, unknown>> {
  return {
    ...config.engine,
    ...(engine ? { kind: engine } : {}),
    ...(device ? { device } : {}),
    ...(weights ? { weights } : {}),
  };
}
