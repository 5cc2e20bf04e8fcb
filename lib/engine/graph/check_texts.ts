import { UsageError } from "../../ground/mod.ts";

/**
 * Checks the texts of a `textLogProbs` call.
 *
 * @param most Tokens that fit into the model's context.
 * @throws {RangeError} If a text has less than two tokens.
 * @throws {UsageError} If a text is longer than the context.
 */
export function checkTexts(texts: readonly (readonly number[])[], most: number): void {
  for (const [index, { length }] of texts.entries()) {
    if (length < 2) {
      throw new RangeError(`Cannot score text ${index}: it has ${length} tokens, two at least`);
    }
    if (length <= most) continue;
    throw new UsageError(
      `Cannot score text ${index + 1}: it has ${length} tokens, and ${most} fit into the ` +
        "model's context: cut it",
    );
  }
}
