import {
  type Checkpoint,
  checkTokenizerFiles,
  loadTokenizer,
  openCheckpoint,
  type Tokenizer,
} from "../../engine/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import { checkpointHashes, roundingHash, templateHashes } from "./checkpoint_hashes.ts";

/** The files of a study's model, opened: all that its weights can be loaded with. */
export interface ModelFiles {
  /** The study's config. */
  readonly config: StudyConfig;
  /** The checkpoint. */
  readonly checkpoint: Checkpoint;
  /** SHA-256 of the model's files that answers depend on beside their prompts, by name. */
  readonly modelHashes: Readonly<Record<string, string>>;
  /** SHA-256 of the files that say how its prompts are written, by name. */
  readonly templateHashes: Readonly<Record<string, string>>;
}

/** The model of a study, opened. */
export interface ModelInputs extends ModelFiles {
  /** Its tokenizer, with the chat settings of the config. */
  readonly tokenizer: Tokenizer;
  /** Where completions end: at the end tokens of the model's configuration, and at the chat template's turn end. */
  readonly endTokenIds: readonly number[];
}

/**
 * Opens the files of a model, and does not load its tokenizer, which takes longer.
 *
 * @throws {UsageError} If anything is missing or damaged.
 */
export async function openModelFiles(config: StudyConfig, modelDir: string): Promise<ModelFiles> {
  const checkpoint = await openCheckpoint(modelDir);
  checkTokenizerFiles(modelDir);
  return {
    config,
    checkpoint,
    modelHashes: { ...await checkpointHashes(checkpoint), ...roundingHash(config) },
    templateHashes: await templateHashes(modelDir),
  };
}

/**
 * A model with its tokenizer, which has the chat settings of the config.
 *
 * The configuration of a base model often does not name the token that ends a
 * turn in its chat template. An adapter learns to end with that token, so
 * completions end there whatever the configuration says.
 *
 * @param threads How many threads load the tokenizer too (see `LoadTokenizerOptions`).
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function withTokenizer(
  model: ModelFiles,
  { threads = 0 }: { readonly threads?: number } = {},
): Promise<ModelInputs> {
  const { dir, config: { vocabSize, endTokenIds } } = model.checkpoint;
  const tokenizer = await loadTokenizer(dir, { ...model.config.chat, vocabSize, threads });
  // training appends the tokenizer's end token where the template writes none
  const turnEnd = tokenizer.turnEnd ?? tokenizer.endToken;
  // the model's own as they are, one named twice too: the names of stored answers have them
  const isNamed = turnEnd === undefined || endTokenIds.includes(turnEnd);
  return { ...model, tokenizer, endTokenIds: isNamed ? endTokenIds : [...endTokenIds, turnEnd] };
}

/**
 * Opens the checkpoint and its tokenizer, with the chat settings of the config.
 *
 * @param threads How many threads load the tokenizer too (see `LoadTokenizerOptions`).
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openModelInputs(
  config: StudyConfig,
  modelDir: string,
  { threads = 0 }: { readonly threads?: number } = {},
): Promise<ModelInputs> {
  return await withTokenizer(await openModelFiles(config, modelDir), { threads });
}
