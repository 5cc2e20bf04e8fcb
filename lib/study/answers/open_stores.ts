import { type Progress, type Schema, together } from "../../ground/mod.ts";
import {
  type MmluSample,
  openStore,
  SAMPLES,
  type SampleStore,
  type SqlSample,
  type StoreOptions,
  type WrittenSample,
} from "../../runs/mod.ts";
import { KEPT_VERDICTS, type KeptVerdict } from "../../sql/mod.ts";
import type { StoreModel } from "../measures/measure.ts";

/**
 * Opens a file of completions. Lines that are damaged, or whose text is not
 * what their tokens say, are told of and asked again.
 *
 * @param below Another file whose records count as there.
 * @throws {UsageError} As `openStore` does.
 */
export function openSqlStore(
  path: string,
  model: StoreModel,
  progress: Progress,
  below?: string,
): SampleStore<SqlSample> {
  return openStore(path, { schema: fittingSqlSample(model), ...storeOptions(progress, below) });
}

/** Opens a file of letter scores, as {@linkcode openSqlStore} does. */
export function openMmluStore(
  path: string,
  progress: Progress,
  below?: string,
): SampleStore<MmluSample> {
  return openStore(path, { schema: SAMPLES.mmlu, ...storeOptions(progress, below) });
}

/** Opens a file of written answers, as {@linkcode openSqlStore} does. */
export function openWrittenStore(
  path: string,
  progress: Progress,
  below?: string,
): SampleStore<WrittenSample> {
  return openStore(path, { schema: SAMPLES.written, ...storeOptions(progress, below) });
}

/** Opens a file of verdicts, as {@linkcode openSqlStore} does. */
export function openVerdictStore(
  path: string,
  progress: Progress,
  below?: string,
): SampleStore<KeptVerdict> {
  return openStore(path, { schema: KEPT_VERDICTS.line, ...storeOptions(progress, below) });
}

/** How every store of answers is opened: what is dropped is told. */
export function storeOptions(
  progress: Progress,
  below: string | undefined,
): Pick<StoreOptions<never>, "onDropped" | "below"> {
  return {
    onDropped: (note) => progress.note(note),
    ...(below === undefined ? {} : { below }),
  };
}

/** A completion of the model's own tokens. */
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
