import { auditTokens, threadsFor, type TokenAudit } from "../../engine/mod.ts";
import { letterCount } from "../../mmlu/mod.ts";
import { GAUGES, type Provenance, type StudyConfig } from "../../runs/mod.ts";
import { type MeasureInputs, MEASURES, openMeasureInputs } from "../measures/measures.ts";
import type { HubAdapters } from "./hub_adapters.ts";
import { type ModelInputs, openModelInputs } from "./model_inputs.ts";
import { prefixed } from "./prefixed.ts";
import { samplePrompt } from "./sql_inputs.ts";

/** What stands before the names of the model's files among the hashes of a study. */
const MODEL = "model/";

/** The data of a study, opened and checked before any model is here. */
export interface DataInputs extends MeasureInputs {
  /** SHA-256 of all data files that the study reads, by name, the asked databases among them. */
  readonly dataHashes: Readonly<Record<string, string>>;
}

/** All that a study reads, opened and checked before any model is asked anything. */
export interface StudyInputs extends ModelInputs, MeasureInputs {
  /** What the look at the prompt's tokens found. */
  readonly audit: TokenAudit;
  /** SHA-256 of all files that the study reads, by name; part of the run's identity. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The adapters of the hub among those that the config names. */
  readonly hubAdapters: HubAdapters;
}

/**
 * Opens a study's data, checkpoint and tokenizer, draws its questions by its
 * seed, and audits the tokens.
 *
 * @param modelDir The folder of the base model.
 * @param opened The data, if it is open already.
 * @param hubAdapters The adapters of the hub that were fetched for it.
 * @param options Whether its plan is made at once: that encodes all prompts, in threads which load
 * the tokenizer meanwhile. Others start threads when they encode, and hold none until then.
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openInputs(
  config: StudyConfig,
  modelDir: string,
  opened?: DataInputs,
  hubAdapters: HubAdapters = new Map(),
  { plans = false }: { readonly plans?: boolean } = {},
): Promise<StudyInputs> {
  const data = opened ?? await openDataInputs(config);
  const threads = plans ? threadsFor(data.questions.length) : 0;
  const model = await openModelInputs(config, modelDir, { threads });
  const audit = auditTokens(model.tokenizer, writesChat(config) ? samplePrompt(data) : undefined, {
    letters: letterCount(data.questions),
  });
  const { modelHashes, templateHashes } = model;
  const hashes = {
    ...data.dataHashes,
    ...prefixed(MODEL, { ...modelHashes, ...templateHashes }),
  };
  return { ...model, ...data, audit, hashes, hubAdapters };
}

/**
 * Whether a study writes prompts in the model's chat template: those of text-to-SQL and of training.
 * Items and passages are plain text, so that a model without a template can be asked them.
 */
function writesChat({ measures, training }: StudyConfig): boolean {
  return measures.includes("sql") || training.recipes.length > 0;
}

/** The hashes of what a study reads as its summary has them: the data's, and the model's files. */
export function sourceHashes(
  { modelHashes, templateHashes, hashes }: StudyInputs,
): Pick<Provenance, "data" | "modelFiles"> {
  const data = Object.entries(hashes).filter(([name]) => !name.startsWith(MODEL));
  return {
    data: Object.fromEntries(data),
    modelFiles: { ...modelHashes, ...templateHashes },
  };
}

/** Opens the data of a study and draws its questions: what can be checked without the model. */
export async function openDataInputs(config: StudyConfig): Promise<DataInputs> {
  const inputs = await openMeasureInputs(config);
  const hashes = await Promise.all(GAUGES.map((gauge) => MEASURES[gauge].hashes(inputs)));
  return { ...inputs, dataHashes: Object.assign({}, ...hashes) };
}
