import { UsageError } from "../../ground/mod.ts";
import { devShots, mmluPrompt } from "../../mmlu/mod.ts";
import { sqlPrompt } from "../../spider/mod.ts";
import { applyDataRoot, GAUGES, type Summary, withFetchedData } from "../../runs/mod.ts";
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

/**
 * Opens the data of a study, to put its texts beside the answers.
 *
 * @param summary Its config says where the data are, unless `dataRoot` does.
 * @param dataRoot A folder with `spider/` and `mmlu/` as released.
 * @throws {UsageError} If the data are not there, or are not those that were asked.
 */
export async function openDataTexts(summary: Summary, dataRoot?: string): Promise<DataTexts> {
  const { provenance } = summary;
  const config = dataRoot === undefined
    ? withFetchedData(summary.config)
    : applyDataRoot(summary.config, dataRoot);
  const data = await openDataInputs(config).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `Cannot export the texts of "${summary.name}": ${error.message}: give the folder with spider/ ` +
        "and mmlu/ as --data-root, or leave --texts out",
    );
  });
  checkAskedData(provenance.data, data.dataHashes, {
    gauges: GAUGES.filter((gauge) => summary.counts[gauge] !== undefined),
    action: `export the texts of "${summary.name}"`,
    advice: "give the data of that time, or leave --texts out",
  });
  return textsOf(data, config.mmlu.shots);
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
