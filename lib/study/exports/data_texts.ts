import { resolve } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import { devShots, mmluPrompt } from "../../mmlu/mod.ts";
import { sqlPrompt } from "../../spider/mod.ts";
import {
  applyDataRoot,
  type Gauge,
  GAUGES,
  type StudyConfig,
  type Summary,
  unrecordedPlace,
  withFetchedData,
} from "../../runs/mod.ts";
import { checkAskedData } from "../inputs/asked_data.ts";
import { type DataInputs, openDataInputs } from "../inputs/inputs.ts";

/** The texts of a study's data, by the ids of its examples; empty where they were not asked for. */
export interface DataTexts {
  /** Questions of text-to-SQL and their gold statements. */
  readonly sql: ReadonlyMap<string, { readonly question: string; readonly query: string }>;
  /** Multiple-choice questions with their choices. */
  readonly choices: ReadonlyMap<
    string,
    { readonly question: string; readonly choices: readonly string[] }
  >;
  /** Passages. */
  readonly prose: ReadonlyMap<string, { readonly text: string }>;
  /** The chat that asks for a query, as JSON of its turns, before the model's template. */
  sqlPrompt(id: string): string;
  /** The text that asks for a letter. */
  choicePrompt(id: string): string;
}

/** No texts: what is exported has none of a data set's own. */
export const NO_TEXTS: DataTexts = {
  sql: new Map(),
  choices: new Map(),
  prose: new Map(),
  sqlPrompt: () => "",
  choicePrompt: () => "",
};

/** Where the user's own copies of a study's data are, where not its config's places are meant. */
export interface TextPlaces {
  /** A folder with `spider/` and `mmlu/` as released. */
  readonly dataRoot?: string | undefined;
  /** The text-to-SQL data; goes before `dataRoot`, as the others do. */
  readonly spider?: string | undefined;
  /** The multiple-choice data. */
  readonly mmlu?: string | undefined;
  /** The passages of general text. */
  readonly prose?: string | undefined;
}

/** The flag that names a copy of a measure's data, and the key of the config's place that it replaces. */
const COPIES = {
  sql: { flag: "--spider", key: "spider" },
  mmlu: { flag: "--mmlu", key: "mmlu" },
  prose: { flag: "--text", key: "prose" },
} as const satisfies Readonly<Record<Gauge, unknown>>;

/**
 * Opens the data of a study, to put its texts beside the answers.
 *
 * @param summary Its config says where the data are, unless `places` does.
 * @throws {UsageError} If the data are not there, or are not those that were asked.
 */
export async function openDataTexts(
  summary: Summary,
  places: TextPlaces = {},
): Promise<DataTexts> {
  const { provenance, counts, name } = summary;
  const gauges = GAUGES.filter((gauge) => counts[gauge] !== undefined);
  const config = placed(summary.config, places);
  const flags = `${
    gauges.map((gauge) => `${COPIES[gauge].flag} PATH`).join(", ")
  }, or the folder with spider/ and mmlu/ as --data-root`;
  const refuse = (why: string): never => {
    throw new UsageError(
      `Cannot export the texts of "${name}": ${why}: give your copy of the data with ${flags}, or ` +
        "leave --texts out",
    );
  };
  const unknown = gauges.flatMap((gauge) => unrecordedPlace(config[COPIES[gauge].key].path) ?? []);
  if (unknown.length > 0) refuse(unknown.join(", and "));
  const data = await openDataInputs(config).catch((error: unknown) => {
    if (error instanceof UsageError) return refuse(error.message);
    throw error;
  });
  checkAskedData(provenance.data, data.dataHashes, {
    gauges,
    action: `export the texts of "${name}"`,
    advice: "give the data of that time, or leave --texts out",
  });
  return textsOf(data, config.mmlu.shots);
}

function placed(recorded: StudyConfig, { dataRoot, spider, mmlu, prose }: TextPlaces): StudyConfig {
  const config = dataRoot === undefined
    ? withFetchedData(recorded)
    : applyDataRoot(recorded, dataRoot);
  const { database: _database, ...settings } = config.spider;
  return {
    ...config,
    ...(spider !== undefined && { spider: { ...settings, path: resolve(spider) } }),
    ...(mmlu !== undefined && { mmlu: { ...config.mmlu, path: resolve(mmlu) } }),
    ...(prose !== undefined && { prose: { ...config.prose, path: resolve(prose) } }),
  };
}

function textsOf(data: DataInputs, choiceShots: number): DataTexts {
  const { asked, shots, spider, questions, mmlu, prose } = data;
  const examples = new Map(asked.map((example) => [example.id, example]));
  const items = new Map(questions.map((question) => [question.id, question]));
  return {
    sql: new Map(asked.map(({ id, question, query }) => [id, { question, query }])),
    choices: new Map(questions.map(({ id, question, choices }) => [id, { question, choices }])),
    prose: new Map(prose.passages.map(({ id, text }) => [id, { text }])),
    sqlPrompt(id): string {
      const example = examples.get(id);
      if (example === undefined) return "";
      return JSON.stringify(sqlPrompt(example, { schemas: spider.schemas, shots }).messages);
    },
    choicePrompt(id): string {
      const question = items.get(id);
      if (question === undefined) return "";
      const { shared, own } = mmluPrompt(question, devShots(mmlu, question.subject, choiceShots));
      return shared + own;
    },
  };
}
