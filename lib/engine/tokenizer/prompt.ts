/**
 * One prompt as token ids, split where sharing ends: prompts with an equal
 * `prefix` (few-shot examples, schema) let an engine compute that part once.
 * The model always sees `prefix` followed by `suffix`; `suffix` has at least
 * one token.
 */
export interface Prompt {
  /** What other prompts may begin with as well. */
  readonly prefix: readonly number[];
  /** What follows it. */
  readonly suffix: readonly number[];
}
