import { sqlCompletion, sqlPrompt, type SqlPromptOptions } from "../sql_prompt.ts";
import type { ChatMessage, SpiderExample } from "../types.ts";

/** One training record in TRL's conversational prompt-completion form. */
export interface SftRecord {
  /** All turns up to the one to learn. */
  readonly prompt: readonly ChatMessage[];
  /** The one turn to learn. */
  readonly completion: readonly ChatMessage[];
  /**
   * SHA-256 of the prompt's token ids as the evaluation asks it, little-endian 32-bit integers,
   * hexadecimal; on some records, so that training can tell that it sees the same prompts.
   */
  readonly prompt_sha256?: string;
  /** `held_out`: never trained on, the loss on it stops a training; `train` if left out. */
  readonly part?: "train" | "held_out";
  /**
   * What the record is: an example of the task (`sql`, if left out), a general record that is
   * trained on like the others (`replay`), or one on which only the divergence from the base model
   * counts (`anchor`).
   */
  readonly kind?: "sql" | "replay" | "anchor";
}

/**
 * Training records, one an example and in their order: the same prompt that the evaluation asks
 * with, and the gold query as its completion.
 *
 * Written one JSON object a line they are what TRL's SFTTrainer takes; with the prompt apart from
 * the completion it computes the loss on the completion only.
 *
 * @param examples The examples to train on.
 * @param options The schemas, and shots if the prompt shall have any (none by default).
 * @returns The records, made as they are asked for.
 * @throws {RangeError} As `sqlPrompt` does.
 *
 * Source: https://huggingface.co/docs/trl/dataset_formats ("Prompt-completion")
 */
export function* exportSft(
  examples: Iterable<SpiderExample>,
  options: SqlPromptOptions,
): IterableIterator<SftRecord> {
  for (const example of examples) {
    yield { prompt: sqlPrompt(example, options).messages, completion: [sqlCompletion(example)] };
  }
}
