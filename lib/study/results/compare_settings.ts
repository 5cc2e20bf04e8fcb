import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { contentKey, counted, realPath, UsageError } from "../../ground/mod.ts";
import { type Gauge, modelTitle, readSummary, type Summary } from "../../runs/mod.ts";
import { RESULT_FILES } from "./write_results.ts";

/** What two sets of answers were made with, as far as their folders know. */
type Facts = Readonly<Record<string, string>>;

/**
 * What of model, engine, prompts and data differs between two sets of answers that were made earlier:
 * a change between them is of all that, not of their variants alone. A summary beside the answers
 * knows it; answers alone do not.
 *
 * @param paths The two files or folders of answers.
 * @param gauges The measures that are compared.
 * @returns A line; `undefined` where both are of one folder.
 */
export function settingsLine(
  paths: readonly [string, string],
  gauges: readonly Gauge[],
): string | undefined {
  const folders = paths.map((path) => statSync(path).isDirectory() ? path : dirname(path));
  if (realPath(folders[0]!) === realPath(folders[1]!)) return undefined;
  const read = folders.map(summaryOf);
  const unknown = read.flatMap((one) => typeof one === "string" ? [one] : []);
  if (unknown.length > 0) {
    return "Whether model, engine, prompts and data are the same cannot be told: " +
      `${unknown.join("; ")}. What differs of them is in these changes too.`;
  }
  const [first, second] = (read as Summary[]).map((summary) => factsOf(summary, gauges));
  const differing = differences(first!, second!);
  return differing.length === 0
    ? "Model, engine, prompts and data are the same, by both summaries."
    : `These differ as well, and are in these changes too: ${differing.join("; ")}.`;
}

/** The summary of a folder, or why there is none. */
function summaryOf(folder: string): Summary | string {
  const path = join(folder, RESULT_FILES.summary);
  if (!existsSync(path)) return `${folder} has no ${RESULT_FILES.summary}`;
  try {
    return readSummary(path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message;
  }
}

function factsOf({ config, provenance, taskVersion }: Summary, gauges: readonly Gauge[]): Facts {
  const { prompts, seeds, modelFiles, device, dtype } = provenance;
  const hash = (of: Readonly<Record<string, unknown>>): string =>
    `SHA-256 ${contentKey(of).slice(0, 10)}`;
  const data = (folder: string): string =>
    hash(Object.fromEntries(
      Object.entries(provenance.data).filter(([name]) => name.startsWith(`${folder}/`)).toSorted(),
    ));
  const shown = (shots: number): string =>
    counted(shots, "example") + (shots === 0 ? "" : `, seed ${seeds.shots}`);
  const of: Readonly<Record<Gauge, Facts>> = {
    sql: {
      "prompt of text-to-SQL": `${prompts.sql}, ${shown(config.spider.shots)}`,
      "schema in it": JSON.stringify(config.spider.schema ?? {}),
      "token limit": String(config.spider.maxNewTokens),
      "time limit in ms": String(config.spider.timeoutMs),
      "data of text-to-SQL": data("spider"),
    },
    mmlu: {
      "prompt of multiple choice": `${prompts.mmlu}, ${shown(config.mmlu.shots)}`,
      "data of multiple choice": data("mmlu"),
    },
    prose: {
      "prompt of general text": prompts.prose ?? "unknown",
      "data of general text": data("prose"),
    },
  };
  return {
    model: modelTitle(config),
    "files of the model": hash(modelFiles),
    engine: `${config.engine.kind}, ${dtype}, ${device}`,
    chat: JSON.stringify(config.chat),
    "task version": String(taskVersion),
    ...Object.assign({}, ...gauges.map((gauge) => of[gauge])),
  };
}

/** What differs, with both sides of it; of another model not its files, which are others too. */
function differences(first: Facts, second: Facts): string[] {
  return Object.keys(first).filter((name) =>
    first[name] !== second[name] &&
    !(name === "files of the model" && first.model !== second.model)
  ).map((name) => `${name} (${first[name]} against ${second[name]})`);
}
