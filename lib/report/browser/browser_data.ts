import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { ChangeWords, PageFacts, ShownResult, UnscoredQuestions } from "./format.ts";

/** All that the flip browser shows of a study: the page computes no statistics. */
export interface BrowserData extends PageFacts {
  /** The pair that is shown first: names of variants. */
  readonly first: { readonly from: string; readonly to: string };
  /** Text-to-SQL, where it was asked. */
  readonly sql?: BrowserSql;
  /** Multiple choice, where it was asked. */
  readonly choices?: BrowserChoices;
  /** What may be said of each pair, measure and prompt. */
  readonly changes: readonly BrowserChange[];
}

/** Text-to-SQL: questions, what was answered, and what the statements give. */
export interface BrowserSql {
  /** The prompts, the study's own first, such as "3-shot". */
  readonly prompts: readonly string[];
  /** In file order. */
  readonly questions: readonly BrowserQuestion[];
  /** The schema text that the prompt shows, by database. */
  readonly schemas: Readonly<Record<string, string>>;
  /** What predictions came to, each once: answers are indices of it. */
  readonly outcomes: readonly BrowserOutcome[];
  /** What was answered, a list for each variant and prompt that was asked. */
  readonly answers: readonly BrowserSqlAnswers[];
  /** The questions without a verdict; left out where there are none, or nothing says why. */
  readonly unscored?: UnscoredQuestions;
  /** Results, each once: questions and outcomes have indices of it. */
  readonly results: readonly ShownResult[];
}

/** A text-to-SQL question. */
export interface BrowserQuestion {
  /** Its id, such as `dev-12`. */
  readonly id: string;
  /** Its database. */
  readonly dbId: string;
  /** Spider's level of difficulty. */
  readonly hardness: string;
  /** In words, with its hint in a line of its own where it has one. */
  readonly question: string;
  /** The gold statement. */
  readonly gold: string;
  /** The index of what it gives; left out where it did not come to its end. */
  readonly result?: number;
}

/** What a prediction came to. */
export interface BrowserOutcome {
  /** The statement that was judged; empty where there is none. */
  readonly sql: string;
  /** How the completion begins, where there is no statement in it and that is known. */
  readonly wrote?: string;
  /** The verdict's status. */
  readonly status: string;
  /** Whether it is right, by reading, in the order of `READINGS`. */
  readonly readings: readonly boolean[];
  /** Where it first departs from the gold. */
  readonly errorClass?: string;
  /** One line on why it is no match. */
  readonly message?: string;
  /** Whether the completion was cut, and whether inside its reasoning. */
  readonly cut?: "length" | "reasoning";
  /** The index of what it gives, compared with the gold's; left out where that is not kept. */
  readonly result?: number;
}

/** What one variant answered under one prompt. */
export interface BrowserSqlAnswers {
  /** Index of the variant. */
  readonly variant: number;
  /** Index of the prompt. */
  readonly prompt: number;
  /** `[questions]`: indices of outcomes, {@linkcode NO_OUTCOME} where there is no verdict. */
  readonly outcomes: Uint32Array;
}

/** Stands for an outcome where there is no verdict. */
export const NO_OUTCOME = 0xffffffff;

/** Multiple choice: questions and which letters were chosen. */
export interface BrowserChoices {
  /** What the data are called, such as "MMLU". */
  readonly title: string;
  /** In the order of the study. */
  readonly questions: readonly MmluQuestion[];
  /** What was answered, a list for each variant that was asked. */
  readonly answers: readonly BrowserLetters[];
}

/** The letters of one variant. */
export interface BrowserLetters {
  /** Index of the variant. */
  readonly variant: number;
  /** `[questions]`: index of the chosen letter, {@linkcode NO_LETTER} where there is no answer. */
  readonly chosen: Uint8Array;
  /**
   * `[questions]`: index of the letter that it wrote, {@linkcode NO_LETTER} for none,
   * {@linkcode NOT_ASKED} where it was not asked to write; left out where it never was.
   */
  readonly written?: Uint8Array;
  /**
   * The log-probabilities of all options of all questions, one after another, in hundredths of a
   * nat, at least -327.68 nats; left out where they were not kept.
   */
  readonly logProbs?: Int16Array;
}

/** Stands for a letter where none was chosen or written. */
export const NO_LETTER = 254;

/** Stands for a written letter where none was asked for. */
export const NOT_ASKED = 255;

/** What may be said of the change from one variant to another, made by the words of the report. */
export interface BrowserChange extends ChangeWords {
  /** Names of variants. */
  readonly from: string;
  /** The one that the words are of. */
  readonly to: string;
  /** The measure. */
  readonly gauge: "sql" | "mmlu" | "prose";
  /** Index of the text-to-SQL prompt; 0 for other measures. */
  readonly prompt: number;
}
