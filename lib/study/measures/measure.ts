import type { Engine, TokenAudit } from "../../engine/mod.ts";
import type { Schema } from "../../ground/mod.ts";
import type {
  Comparison,
  Keyed,
  SampleStore,
  StudyConfig,
  SummaryCounts,
  VariantSummary,
} from "../../runs/mod.ts";
import type { AnswerOptions } from "../answers/stored_answers.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";

/** What the answers in a store must fit: the model's vocabulary. */
export type StoreModel = Pick<ModelInputs, "checkpoint" | "tokenizer">;

/** One file of answers below a study's folder. */
export interface StoreForm<Sample extends Keyed> {
  /** Its name, such as "prose.jsonl". */
  readonly file: string;
  /** What a line of it must be. */
  schema(model: StoreModel): Schema<Sample>;
}

/** The forms of some stores, by the same names. */
export type StoreForms<Stores> = {
  readonly [Name in keyof Stores]: Stores[Name] extends SampleStore<infer Sample>
    ? StoreForm<Sample>
    : never;
};

/** One answer as far as every measure has it. */
export interface AnswerOutcome {
  /** The example's id. */
  readonly id: string;
  /** Its database, subject or topic. */
  readonly cluster: string;
  /** What it counts for in the measure's mean: 1 for right and 0 for wrong, or nats a token. */
  readonly value: number;
  /** What has to come again for the answer to be the same. */
  readonly same: string;
  /** What it came to in one word; left out where answers are neither right nor wrong. */
  readonly word?: string;
}

/** How a variant is asked. */
export type AskingOptions = Omit<AnswerOptions<never>, "store">;

/** What it takes to ask one variant. */
export interface AskingCost {
  /** Prompts, questions or passages. */
  readonly asked: number;
  /** How many of them differ to the model: the same is asked once. */
  readonly distinct: number;
  /** Tokens that the model reads, shared parts once. */
  readonly readTokens: number;
  /** Tokens that it writes, as they are planned with. */
  readonly writtenTokens: number;
}

/** What a column of recorded answers has: a text, truth, a whole number, a number or a list of them. */
export type ColumnKind = "text" | "flag" | "whole" | "number" | "numbers";

/** One row of a file of answers. */
export type AnswerRow = Readonly<Record<string, unknown>>;

/** How the answers of a measure stand in files of results. */
export interface AnswerRows<Answers> {
  /** The list of answers that it is, and the name of its file without the ending. */
  readonly file: keyof Answers;
  /** The key that only its rows have, and what such a row is called. */
  readonly key: string;
  /** What a row is, such as "scored passage". */
  readonly name: string;
  /** Its columns in recorded results, in their order, beside the variant's name. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** Further keys that a study keeps and no recording has; none when left out. */
  readonly unrecorded?: readonly string[];
  /** The rows of a variant, without its name; no time and nothing else that differs from run to run. */
  write(answers: Answers): AnswerRow[];
  /**
   * The answer that a row has.
   *
   * @param place The row's file and number, for messages.
   * @throws {UsageError} If it is none.
   */
  read(row: AnswerRow, place: string): Partial<Answers>;
}

/** Answers that need the engine no more and are not ready yet, such as statements that are judged. */
export interface Later<Answers> {
  /** The answers. */
  readonly later: Promise<Partial<Answers>>;
}

/**
 * One kind of question: all that a study does with it, from its data to its numbers. What is kept of
 * it is in `lib/runs/measures`, what is shown in `lib/report/measures`.
 *
 * A measure names only what it reads and gives itself: `Inputs`, `Answers` and `Stores` of the study
 * have those of all measures.
 */
export interface Measure<Inputs, Answers, Stores> {
  /** What its examples are called, such as "passages". */
  readonly examples: string;
  /** One thing that is asked, such as "multiple-choice question". */
  readonly asked: string;
  /** Whether its changes are always primary claims, or where it is the plan's gauge only. */
  readonly primary: "always" | "as gauge";
  /** The share of recorded answers that has to come again; left out where none has to. */
  readonly minSame?: number;
  /** How its answers stand in files of results. */
  readonly rows: AnswerRows<Answers>;
  /** The store of the answers that its cost counts. */
  readonly samples: keyof Stores;
  /** What the data are called in tables. */
  title(inputs: Inputs): string;
  /** The version of its prompt. */
  promptVersion(config: StudyConfig): string;
  /** What the names of the files that it reads begin with, such as `spider/`; no other measure's do. */
  readonly dataPrefix: string;
  /** SHA-256 of the files that it reads, by name, which begins with `dataPrefix`. */
  hashes(inputs: Inputs): Promise<Record<string, string>>;
  /** Where fewer examples are asked than the config says, and what else is to be known, a line each. */
  shortfalls(config: StudyConfig, inputs: Inputs): string[];
  /** What it takes to ask one variant. */
  cost(inputs: ModelInputs & Inputs): AskingCost | Promise<AskingCost>;
  /**
   * Asks one variant; what is stored already is not asked again. It ends when the engine is free for
   * the next measure.
   */
  answer(
    inputs: ModelInputs & Inputs & { readonly audit: TokenAudit },
    engine: Engine,
    stores: Stores,
    options: AskingOptions,
  ): Promise<Partial<Answers> | Later<Answers>>;
  /** Every answer, in the order of the examples. */
  outcomes(answers: Answers): AnswerOutcome[];
  /** The scores of a variant that answered something. */
  score(answers: Answers): Partial<VariantSummary>;
  /**
   * A variant against another one, where both answered something.
   *
   * @param delta The loss that is not to be tolerated, if there is one.
   */
  compare(base: Answers, tuned: Answers, delta?: number): Comparison;
  /** How many examples were asked and scored, where some were. */
  counts(inputs: ModelInputs & Inputs, base: Answers): SummaryCounts;
}

/** So many decimals of a log-probability or of nats are kept: what a reader can make use of. */
const DECIMALS = 1e4;

/** The value as files of results have it. */
export function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}
