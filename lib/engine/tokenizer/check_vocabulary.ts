import { UsageError } from "../../ground/mod.ts";

/**
 * Refuses ids that the model has no embedding for: a tokenizer with added tokens beside weights
 * that were not resized for them.
 *
 * @throws {UsageError} Naming the first such token.
 */
export function checkVocabulary(
  tokenizer: { readonly vocabSize: number; decodeSpecial(id: number): string },
  ids: readonly number[],
): void {
  const { vocabSize } = tokenizer;
  const beyond = ids.find((id) => id >= vocabSize);
  if (beyond === undefined) return;
  throw refusal(
    `its tokenizer writes ${
      JSON.stringify(tokenizer.decodeSpecial(beyond))
    } as id ${beyond}, but ` +
      `its weights end at id ${vocabSize - 1}; resize its embedding to the tokenizer's size`,
  );
}

/** What is said of a model whose tokens do not fit. */
export function refusal(why: string): UsageError {
  return new UsageError(`The token audit refuses this model: ${why}`);
}
