/** What variants wrote for one text-to-SQL question. */
export interface ExampleRow {
  /** The example's id. */
  readonly id: string;
  /** Its database. */
  readonly dbId: string;
  /** Spider's level of difficulty. */
  readonly hardness: string;
  /** In words. */
  readonly question: string;
  /** The gold statement. */
  readonly gold: string;
  /** What the gold statement gives, where it was kept. */
  readonly goldResult?: ResultTable;
  /** One entry a variant, in the order of the study. */
  readonly answers: readonly ExampleAnswer[];
}

/** What one variant wrote for a question, and what it came to. */
export interface ExampleAnswer {
  /** The variant's name. */
  readonly variant: string;
  /** The statement that was judged; empty where there is none. */
  readonly text: string;
  /** How the completion begins, where there is no statement in it and that is known. */
  readonly wrote?: string;
  /** The verdict's status in the official reading. */
  readonly status: string;
  /** The class of error of a wrong statement, where it has one. */
  readonly errorClass?: string;
  /** One line on why it is no match. */
  readonly why?: string;
  /** What the statement gives, where it was kept. */
  readonly result?: ResultTable;
}

/** The rows that a statement gives. */
export interface ResultTable {
  /** The columns' names, empty where one is not known. */
  readonly columns: readonly string[];
  /** `[rows, columns]` as texts; `null` for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether there are more rows than these. */
  readonly truncated: boolean;
}
