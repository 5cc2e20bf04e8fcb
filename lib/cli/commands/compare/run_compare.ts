import { basename, join, relative, resolve } from "node:path";
import { contentKey, REPOSITORY_ROOT, UsageError } from "../../../ground/mod.ts";
import {
  type Gauge,
  GAUGES,
  KNOWLEDGE_GAUGES,
  loadConfig,
  recordedConfig,
  type StudyConfig,
  validateConfig,
  weightsWords,
} from "../../../runs/mod.ts";
import { dataLabel, openStudy } from "../../../study/mod.ts";
import { folderOrId } from "../../adapter_place.ts";
import { type CommandContext, type FlagValues, number, oneOf, text, texts } from "../../command.ts";
import { engineSettings, givenModel, refuseHubModel } from "../../study_config.ts";
import { configPath } from "../../study_flags.ts";
import { comparesFiles } from "../../judge_flags.ts";
import { runCompareFiles } from "./compare_files.ts";
import { DELTAS, givenDelta } from "./tolerance.ts";
import { devicesOf, onlyForOne, runStudy } from "../pipeline/run_pipeline.ts";

/** The work of `compare`. */
export async function runCompare(flags: FlagValues, context: CommandContext): Promise<void> {
  if (comparesFiles(flags)) return await runCompareFiles(flags, context);
  refuseHubModel(flags);
  const config = compareConfig(flags);
  const { progress, signal } = context;
  const planOnly = flags.plan === true;
  const wanted = number(flags, "devices");
  const devices = await devicesOf(config, wanted);
  const spare = await onlyForOne(devices, context);
  const study = await openStudy(config, {
    out: text(flags, "out") ?? defaultFolder(config),
    planOnly,
    plans: true,
    progress,
    signal,
  });
  await runStudy(study, context, { planOnly, devices, wanted, spare });
  // general text has no questions to show
  if (!planOnly && config.measures.some((measure) => measure !== "prose")) {
    context.print(`Look at the questions: ${browseCommand(study.folder.root, dataOf(flags))}`);
  }
}

/** The command that shows a comparison's questions, with where its data are. */
function browseCommand(folder: string, { data, items }: OwnData): string {
  const places = { study: relative(Deno.cwd(), folder), spider: data, mmlu: items };
  const flags = Object.entries(places).flatMap(([name, path]) =>
    path === undefined ? [] : [`--${name}`, /^[\w./-]+$/.test(path) ? path : JSON.stringify(path)]
  );
  return ["deno task browse", ...flags].join(" ");
}

/**
 * The study that the flags of `compare` describe: a config without recipes.
 *
 * @throws {UsageError} If a flag's value is wrong, or nothing is to be compared.
 */
export function compareConfig(flags: FlagValues): StudyConfig {
  const path = configPath(flags);
  const config = loadConfig(path);
  const { label, ...rest } = config;
  const model = givenModel(flags);
  const own = dataOf(flags);
  const { seed } = flags;
  const measured = measures(flags);
  const limit = number(flags, "limit");
  const merged = validateConfig({
    ...rest,
    name: "compare",
    ...(label && asksTheConfigs(measured, own) ? { label } : {}),
    ...(seed === undefined ? {} : { seed }),
    ...(model ? { model: { id: basename(model), source: "path", path: model } } : {}),
    engine: engineSettings(flags, config),
    spider: sqlSettings(flags, config, own.data),
    // fewer than the limit are an error only where they are asked
    mmlu: choiceSettings(
      measured.includes("mmlu") ? flags : { ...flags, limit: undefined },
      config,
      own.items,
    ),
    prose: {
      ...config.prose,
      ...(own.passages === undefined ? {} : { path: own.passages, limit: null }),
      // two have a spread
      ...(limit === undefined ? {} : { limit: Math.max(2, limit) }),
    },
    measures: measured,
    training: { ...config.training, recipes: [] },
    adapters: named(texts(flags, "adapter-path")).map(([name, path]) => ({
      name,
      adapter: folderOrId(path),
    })),
    models: named(texts(flags, "against")).map(([name, path]) => ({ name, path: resolve(path) })),
    sweep: {
      ...config.sweep,
      checkpoints: 1,
      seeds: {},
      scales: scales(flags),
      ...toleranceOf(flags, measured, own.items === undefined ? config.sweep.gauge : undefined),
    },
  }, { path: "the flags" });
  if (merged.adapters.length + merged.models.length === 0) {
    throw new UsageError(
      "compare: nothing to compare: give --adapter-path, --against, two --run or two --predictions",
    );
  }
  if (merged.adapters.length === 0 && flags.scale !== undefined) {
    throw new UsageError("compare: --scale needs an --adapter-path");
  }
  return dataLabel(merged);
}

/** Whether any of the config's own questions are asked: then its label is said. */
function asksTheConfigs(measured: readonly string[], { data, items }: OwnData): boolean {
  return (measured.includes("sql") && data === undefined) ||
    (measured.includes("mmlu") && items === undefined);
}

/**
 * What is tolerated: of the config's own gauge where its items are asked (those of the sample are too
 * few for a word on multiple choice), else of multiple choice where it is asked, else of general text.
 */
function toleranceOf(
  flags: FlagValues,
  measured: readonly string[],
  configs: Gauge | undefined,
): Readonly<Record<string, unknown>> {
  const found = [configs, "mmlu"].find((gauge) => gauge !== undefined && measured.includes(gauge));
  const given = flags.gauge === undefined
    ? undefined
    : oneOf("compare", flags, { flag: "gauge", names: KNOWLEDGE_GAUGES });
  const gauge = given ?? found ?? "prose";
  const deltas: Readonly<Record<string, number>> = DELTAS;
  if (
    gauge in DELTAS && measured.length > 0 && !measured.includes(gauge) && measured[0] !== "sql"
  ) {
    throw new UsageError(`compare: --gauge ${gauge} is not measured: it is not among --only`);
  }
  return { gauge, delta: givenDelta("compare", flags) ?? deltas[gauge] ?? DELTAS.mmlu };
}

/** Where the flags say that the questions and passages are. */
interface OwnData {
  readonly data: string | undefined;
  readonly items: string | undefined;
  readonly passages: string | undefined;
}

function dataOf(flags: FlagValues): OwnData {
  const root = text(flags, "data-root");
  const path = (flag: string, below?: string): string | undefined => {
    const given = text(flags, flag);
    if (given !== undefined) return resolve(given);
    return root === undefined || below === undefined ? undefined : join(resolve(root), below);
  };
  return { data: path("data", "spider"), items: path("mmlu-data", "mmlu"), passages: path("text") };
}

/** Where the config's own databases lie says nothing of other data, which are asked without shots. */
function sqlSettings(
  flags: FlagValues,
  { spider }: StudyConfig,
  data: string | undefined,
): Readonly<Record<string, unknown>> {
  const { database: _database, ...settings } = spider;
  const database = text(flags, "database");
  const shots = flags.shots ?? (text(flags, "data") === undefined ? undefined : 0);
  return {
    ...(data === undefined ? spider : { ...settings, path: data }),
    ...(database === undefined ? {} : { database: resolve(database) }),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(shots === undefined ? {} : { shots }),
  };
}

/** What the config's own questions are called says nothing of others. */
function choiceSettings(
  flags: FlagValues,
  { mmlu }: StudyConfig,
  items: string | undefined,
): Readonly<Record<string, unknown>> {
  const { title: _title, ...settings } = mmlu;
  return {
    ...(items === undefined ? mmlu : { ...settings, path: items }),
    ...(flags.title === undefined ? {} : { title: flags.title }),
    ...(flags.limit === undefined ? {} : { perCategory: flags.limit }),
    ...(flags.all ? { perCategory: null } : {}),
  };
}

function measures(flags: FlagValues): readonly string[] {
  const only = text(flags, "only");
  if (only === undefined) return GAUGES;
  const names = only.split(",").map((name) => name.trim());
  const other = names.find((name) => !(GAUGES as readonly string[]).includes(name));
  if (other === undefined) return names;
  throw new UsageError(
    `compare: --only takes ${GAUGES.join(", ")}, with commas between them: "${other}"`,
  );
}

function scales(flags: FlagValues): readonly number[] {
  const list = text(flags, "scale") ?? "1";
  const values = list.split(",").map((value) => value.trim() === "" ? NaN : Number(value));
  if (values.every(Number.isFinite)) return [...new Set(values)].sort((a, b) => a - b);
  throw new UsageError(`compare: --scale must be numbers with commas between them: "${list}"`);
}

/**
 * Folders or ids by a name each: their last part, with the one before it where two are alike, and
 * their place among the given where these are alike too.
 */
function named(paths: readonly string[]): (readonly [string, string])[] {
  const dirs = paths.map((path) => resolve(path));
  const twice = dirs.findIndex((dir, i) => dirs.indexOf(dir) !== i);
  if (twice >= 0) throw new UsageError(`compare: ${paths[twice]} is given twice`);
  const short = dirs.map((dir) => fileName(basename(dir)));
  const long = dirs.map((dir) => fileName(`${basename(resolve(dir, ".."))}.${basename(dir)}`));
  return dirs.map((_, i) => {
    const names = [short, long].find((names) => !isAlike(names, i));
    const name = names?.[i] ?? `${long[i]!.slice(0, NAME_LENGTH - 4)}.${i + 1}`;
    return [name.toLowerCase() === "base" ? `${name}.adapter` : name, paths[i]!];
  });
}

/** Whether another one of the names is this one, but for capitals. */
function isAlike(names: readonly string[], at: number): boolean {
  return names.some((name, i) => i !== at && name.toLowerCase() === names[at]!.toLowerCase());
}

const NAME_LENGTH = 64;

function fileName(text: string): string {
  return text.replace(/[^\w.-]+/g, "_").replace(/^[^A-Za-z0-9]+/, "").slice(0, NAME_LENGTH) || "x";
}

/**
 * A folder for each comparison, so that the same one finds its answers again, whether it says
 * "stored" of the weights or nothing.
 */
export function defaultFolder(config: StudyConfig): string {
  const { adapters, models } = config;
  const { label: _label, engine: { weights, ...engine }, ...rest } = recordedConfig(config);
  const rounded = weights === "int4" ? { weights } : {};
  const identity = { ...rest, engine: { ...engine, ...rounded }, adapters, models };
  const hash = contentKey({ config: identity }).slice(0, 8);
  const model = [config.model.id.split("/").at(-1)!, ...weightsWords(config.engine)].join("-");
  const parts = ["compare", fileName(model), hash];
  return join(REPOSITORY_ROOT, "results", "scratch", parts.join("-"));
}
