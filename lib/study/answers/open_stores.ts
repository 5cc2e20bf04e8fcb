import { type Progress, type Schema, together } from "../../ground/mod.ts";
import {
  type MmluSample,
  openStore,
  type ProseSample,
  SAMPLES,
  type SampleStore,
  type SqlSample,
  type WrittenSample,
} from "../../runs/mod.ts";
import { KEPT_VERDICTS, type KeptVerdict } from "../../sql/mod.ts";
import type { ModelInputs } from "../inputs/inputs.ts";

/** What the answers in a store must fit: the model's vocabulary. */
export type StoreModel = Pick<ModelInputs, "checkpoint" | "tokenizer">;

/**
 * Opens a file of completions. Lines that are damaged, or whose text is not
 * what their tokens say, are told of and asked again.
 *
 * @throws {UsageError} As `openStore` does.
 */
export function openSqlStore(
  path: string,
  model: StoreModel,
  progress: Progress,
): SampleStore<SqlSample> {
  return openStore(path, {
    schema: fittingSqlSample(model),
    onDropped: (note) => progress.note(note),
  });
}

/** Opens a file of letter scores, as {@linkcode openSqlStore} does. */
export function openMmluStore(path: string, progress: Progress): SampleStore<MmluSample> {
  return openStore(path, { schema: SAMPLES.mmlu, onDropped: (note) => progress.note(note) });
}

/** Opens a file of scored passages, as {@linkcode openSqlStore} does. */
export function openProseStore(path: string, progress: Progress): SampleStore<ProseSample> {
  return openStore(path, { schema: SAMPLES.prose, onDropped: (note) => progress.note(note) });
}

/** Opens a file of written answers, as {@linkcode openSqlStore} does. */
export function openWrittenStore(path: string, progress: Progress): SampleStore<WrittenSample> {
  return openStore(path, { schema: SAMPLES.written, onDropped: (note) => progress.note(note) });
}

/** Opens a file of verdicts, as {@linkcode openSqlStore} does. */
export function openVerdictStore(path: string, progress: Progress): SampleStore<KeptVerdict> {
  return openStore(path, {
    schema: KEPT_VERDICTS.line,
    onDropped: (note) => progress.note(note),
  });
}

function fittingSqlSample({ checkpoint, tokenizer }: StoreModel): Schema<SqlSample> {
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
