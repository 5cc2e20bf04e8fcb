import type { MmluCategory } from "./subject_categories.ts";

/** One multiple-choice question, its text exactly as in the file. */
export interface MmluQuestion {
  /** `<subject>-<row>`, rows counted from 0; a dev question is `<subject>-dev-<row>`. */
  readonly id: string;
  /** One of the 57 subjects, as its file is named. */
  readonly subject: string;
  /** The subject's official category. */
  readonly category: MmluCategory | "Other";
  /** The question. */
  readonly question: string;
  /** The choices A to D. */
  readonly choices: readonly [string, string, string, string];
  /** The index of the right choice: 0 for A to 3 for D. */
  readonly answer: 0 | 1 | 2 | 3;
}

/** An MMLU folder, read and checked. */
export interface MmluData {
  /** The folder it was read from. */
  readonly root: string;
  /** The test questions by subject, subjects in alphabetical order, rows in file order. */
  readonly test: ReadonlyMap<string, readonly MmluQuestion[]>;
  /** The dev questions by subject: what shots are taken from. */
  readonly dev: ReadonlyMap<string, readonly MmluQuestion[]>;
  /** SHA-256 (hex) of each file read, by its path below the folder. */
  readonly hashes: Readonly<Record<string, string>>;
}
