import { type Check, type Progress, refuse } from "../ground/mod.ts";
import {
  checkMmluSample,
  checkSqlSample,
  type MmluSample,
  openStore,
  type SampleStore,
  type SqlSample,
} from "../runs/mod.ts";
import type { ModelInputs } from "./inputs.ts";

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
  return openStore(path, { check: sqlCheck(model), onDropped: (note) => progress.note(note) });
}

/** Opens a file of letter scores, as {@linkcode openSqlStore} does. */
export function openMmluStore(path: string, progress: Progress): SampleStore<MmluSample> {
  return openStore(path, { check: checkMmluSample, onDropped: (note) => progress.note(note) });
}

function sqlCheck({ checkpoint, tokenizer }: StoreModel): Check<SqlSample> {
  const { vocabSize } = checkpoint.config;
  return (value, place) => {
    const sample = checkSqlSample(value, place);
    sample.tokens.forEach((token, i) => {
      if (token < vocabSize) return;
      const at = { ...place, keyPath: `tokens[${i}]` };
      refuse(at, `a token of the model's vocabulary, below ${vocabSize}`, token);
    });
    if (tokenizer.decode(sample.tokens) !== sample.text) {
      refuse({ ...place, keyPath: "text" }, "what the tokens say", sample.text);
    }
    return sample;
  };
}
