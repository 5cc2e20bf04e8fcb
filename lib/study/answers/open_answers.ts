import { type Progress, type Schema, together } from "../../ground/mod.ts";
import {
  type Keyed,
  openStore,
  SAMPLES,
  type SampleStore,
  type SqlSample,
} from "../../runs/mod.ts";
import type { StoreModel } from "../measures/measure.ts";

/**
 * Opens a file of answers. Lines that are damaged, or are not what the schema says, are told of and
 * asked again.
 *
 * @param below Another file whose records count as there.
 * @throws {UsageError} As `openStore` does.
 */
export function openAnswers<Sample extends Keyed>(
  path: string,
  schema: Schema<Sample>,
  progress: Progress,
  below?: string,
): SampleStore<Sample> {
  return openStore(path, {
    schema,
    onDropped: (note) => progress.note(note),
    ...(below === undefined ? {} : { below }),
  });
}

/** A completion of the model's own tokens, whose text is what they say. */
export function fittingSqlSample({ checkpoint, tokenizer }: StoreModel): Schema<SqlSample> {
  const { vocabSize } = checkpoint.config;
  return together(SAMPLES.sql, ({ tokens, text }) => {
    const at = tokens.findIndex((token) => token >= vocabSize);
    if (at >= 0) {
      return {
        path: ["tokens", at],
        rule: `a token of the model's vocabulary, below ${vocabSize}`,
      };
    }
    return tokenizer.decode(tokens) === text
      ? undefined
      : { path: ["text"], rule: "what the tokens say" };
  });
}
