/** One multiple-choice question, its text exactly as in the file. */
export interface MmluQuestion {
  /**
   * `<subject>-<row>` in MMLU, rows counted from 0; a dev question is `<subject>-dev-<row>`. One of
   * your own data has its own id, or the name of its file in place of the subject.
   */
  readonly id: string;
  /** One of MMLU's 57 subjects, as its file is named, or one of your own data's. */
  readonly subject: string;
  /** What its score is counted under: the subject's official category, or one of your own. */
  readonly category: string;
  /** The question. */
  readonly question: string;
  /** The choices from A on: four in MMLU, 2 to 10 in your own data. */
  readonly choices: readonly string[];
  /** The index of the right choice: 0 for A. */
  readonly answer: number;
}

/** Multiple-choice data, read and checked: MMLU or your own. */
export interface MmluData {
  /** The folder or the file that it was read from. */
  readonly root: string;
  /** What to call the data in tables and figures: "MMLU", or a title of your own. */
  readonly title: string;
  /**
   * Whether it is MMLU: its subjects, four choices a question, all three categories of the suite.
   * Of MMLU a suite has as many questions of each category as are asked for; of your own data as
   * many as there are.
   */
  readonly isMmlu: boolean;
  /** The categories that a suite is drawn from, in the order in which they are reported. */
  readonly categories: readonly string[];
  /** The test questions by subject: MMLU's in alphabetical order, your own as they first appear. */
  readonly test: ReadonlyMap<string, readonly MmluQuestion[]>;
  /** The dev questions by subject: what shots are taken from. Your own data may have none. */
  readonly dev: ReadonlyMap<string, readonly MmluQuestion[]>;
  /** SHA-256 (hex) of each file read, by its path below the folder. */
  readonly hashes: Readonly<Record<string, string>>;
  /** One line for each thing about the files that whoever reads the numbers should know. */
  readonly notes: readonly string[];
}
