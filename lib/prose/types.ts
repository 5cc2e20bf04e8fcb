/** A piece of general text whose cross-entropy is measured, its text exactly as it is scored. */
export interface Passage {
  /** Unique within a set: what base and tuned are paired by. */
  readonly id: string;
  /** The sort of text, such as `narrative`; `own text` for a user's own that names none. */
  readonly kind: string;
  /** The cluster: passages on one topic are not independent of each other. */
  readonly topic: string;
  /** A language tag such as `pt-BR`, or the name of a programming language. */
  readonly language?: string;
  /** The text, not empty. */
  readonly text: string;
}

/** Passages, read and checked. */
export interface ProseData {
  /** The folder or file they were read from. */
  readonly root: string;
  /** At least one passage: files in the order of their names, lines in file order. */
  readonly passages: readonly Passage[];
  /** SHA-256 (hex) of each file read, by its path below the folder. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** How well one variant of a model predicts one passage. */
export interface ProseScore {
  /** The passage's id. */
  readonly id: string;
  /** The passage's kind. */
  readonly kind: string;
  /** The passage's topic. */
  readonly topic: string;
  /** Tokens that were scored, >= 1: one fewer than the model was shown. */
  readonly tokens: number;
  /** The sum of the negative log-probabilities of those tokens, nats, >= 0. */
  readonly nats: number;
}
