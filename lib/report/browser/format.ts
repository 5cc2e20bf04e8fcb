/**
 * The forms in which the flip browser's data travel from the builder to the page: types alone, so
 * that the page's script can share them.
 *
 * The page has a block of base64 for each, deflated (RFC 1951): JSON, or columns as
 * {@linkcode Columns} are packed.
 *
 * @module
 */

/** Columns of numbers by name. */
export type Columns = Readonly<Record<string, Uint8Array | Uint16Array | Uint32Array | Int16Array>>;

/** The kinds of numbers that a column may have. */
export type ColumnType = "u8" | "u16" | "u32" | "i16";

/** The result of a statement as the page shows it. */
export interface ShownResult {
  /** How many rows it has in all. */
  readonly rowCount: number;
  /** How many columns it has in all. */
  readonly columnCount: number;
  /**
   * `[shown columns]`: what SQLite calls them, in the order of the cells; left out where no row
   * is shown.
   */
  readonly names?: readonly string[];
  /** `[shown rows, shown columns]` as texts; `null` for NULL. */
  readonly cells: readonly (readonly (string | null)[])[];
  /** The places of the shown rows, counted from 1; left out where they are the first ones. */
  readonly places?: readonly number[];
  /**
   * For each shown row the columns in which it differs from the gold's, a bit each; 0 for a row that
   * the gold has too. Left out where there is none, and of the gold itself.
   */
  readonly marks?: readonly number[];
  /** Rows that the gold has not; left out for 0. */
  readonly extra?: number;
  /** Rows of the gold that it has not; left out for 0. */
  readonly missing?: number;
  /** Whether it has the gold's rows in another order, and the gold orders them. */
  readonly otherOrder?: true;
  /** Whether columns were put into the gold's order before rows were compared. */
  readonly movedColumns?: true;
}

/** A variant as the page lists it, below its group where it has one. */
export interface ListedVariant {
  /** Its name. */
  readonly name: string;
  /** What it is noted for, such as "recommended". */
  readonly note?: string;
  /** The recipe or adapter that it is listed under; left out where it stands alone. */
  readonly group?: string;
}

/** Text-to-SQL questions that no variant has a verdict on. */
export interface UnscoredQuestions {
  /** How many questions were to be asked, these among them. */
  readonly asked: number;
  /** How many of them there are and why, such as "62 on database wta_1, which has no file". */
  readonly why: string;
  /** Their ids, as far as they are known. */
  readonly ids: readonly string[];
}

/** What the page says of a study beside its questions. */
export interface PageFacts {
  /** The study's name. */
  readonly name: string;
  /** Shown beside the name where the questions are not the real data sets. */
  readonly label?: string;
  /** The base model. */
  readonly model: string;
  /** One line each: what was asked, by which prompts, from which commit. */
  readonly facts: readonly string[];
  /** One line each: what is cut, missing or of other data than the study's. */
  readonly notes: readonly string[];
  /** The variants in the order of the study, the base model first. */
  readonly variants: readonly ListedVariant[];
}

/** The block `study`: what everything else is read with. */
export interface StudyBlock extends PageFacts {
  /** Indices of variants. */
  readonly first: { readonly from: number; readonly to: number };
  readonly sql?: SqlHead;
  readonly choices?: ChoicesHead;
}

/** What the columns of text-to-SQL mean. */
export interface SqlHead {
  readonly questions: number;
  readonly prompts: readonly string[];
  /** Variant and prompt of each list of answers. */
  readonly sets: readonly (readonly [number, number])[];
  readonly databases: readonly string[];
  readonly hardness: readonly string[];
  readonly statuses: readonly string[];
  /** Error classes, each with what it means. */
  readonly classes: readonly { readonly name: string; readonly rule: string }[];
  readonly readings: readonly { readonly name: string; readonly rule: string }[];
  readonly unscored?: UnscoredQuestions;
}

/** What the columns of multiple choice mean. */
export interface ChoicesHead {
  readonly title: string;
  readonly questions: number;
  /** The variant of each list of answers. */
  readonly sets: readonly number[];
  readonly categories: readonly string[];
  readonly subjects: readonly string[];
  /** The category of each subject. */
  readonly categoryOf: readonly number[];
  /** Variants whose log-probabilities are here, each in a block of its own, `log-probs-VARIANT`. */
  readonly logProbs: readonly number[];
  /** Whether any letters were written. */
  readonly written: boolean;
}

/** The block `changes`: words by measure, and by "from,to,prompt" (indices). */
export type ChangesBlock = Readonly<
  Record<"sql" | "mmlu" | "prose", Readonly<Record<string, ChangeWords>>>
>;

/** What may be said of a change. */
export interface ChangeWords {
  /** The change with its word and interval, such as "+4.1 points [+2.0, +6.2]: a gain". */
  readonly sentence: string;
  /** The 95 % interval with questions as the unit, such as "[+2.0, +6.2]". */
  readonly byExamples?: string;
  /** The 95 % interval with databases or subjects as the unit. */
  readonly byClusters?: string;
  /** McNemar's mid-p, such as "= 0.042"; of scores. */
  readonly midP?: string;
  /** Further sentences of the report on it, such as what part of it is a habit of letters. */
  readonly more?: readonly string[];
  /** The same sentence for single groups (levels of hardness, categories), where a summary has them. */
  readonly groups?: Readonly<Record<string, string>>;
}

/** The block `sql-text`. */
export interface SqlTextBlock {
  readonly ids: readonly string[];
  readonly questions: readonly string[];
  readonly golds: readonly string[];
  /** Statements, or what is written without one, and messages that outcomes have indices of. */
  readonly statements: readonly string[];
  readonly messages: readonly string[];
}

/** The block `choice-text`. */
export interface ChoiceTextBlock {
  readonly ids: readonly string[];
  readonly questions: readonly string[];
  readonly choices: readonly (readonly string[])[];
}

/** The names of the blocks; log-probabilities have the variant's index behind their name. */
export type BlockName =
  | "study"
  | "changes"
  | "sql"
  | "sql-text"
  | "schemas"
  | "results"
  | "choices"
  | "choice-text"
  | `log-probs-${number}`;
