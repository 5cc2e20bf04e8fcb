import type { Passage } from "./parse_passages.ts";

/** Passages, read and checked. */
export interface ProseData {
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
