import {
  type Checkpoint,
  loadTokenizer,
  openCheckpoint,
  type Tokenizer,
} from "../../engine/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import { checkpointHashes, roundingHash, templateHashes } from "./checkpoint_hashes.ts";

/** The model of a study, opened. */
export interface ModelInputs {
  /** The study's config. */
  readonly config: StudyConfig;
  /** The checkpoint; completions of it end at the chat template's turn end too. */
  readonly checkpoint: Checkpoint;
  /** The end tokens that the model's own configuration names. */
  readonly ownEndTokenIds: readonly number[];
  /** Its tokenizer, with the chat settings of the config. */
  readonly tokenizer: Tokenizer;
  /** SHA-256 of the model's files that answers depend on beside their prompts, by name. */
  readonly modelHashes: Readonly<Record<string, string>>;
  /** SHA-256 of the files that say how its prompts are written, by name. */
  readonly templateHashes: Readonly<Record<string, string>>;
}

/**
 * Opens the checkpoint and its tokenizer, with the chat settings of the config.
 *
 * The configuration of a base model often does not name the token that ends a
 * turn in its chat template. An adapter learns to end with that token, so
 * completions end there whatever the configuration says.
 *
 * @param threads How many threads load the tokenizer too (see `LoadTokenizerOptions`).
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openModelInputs(
  config: StudyConfig,
  modelDir: string,
  { threads = 0 }: { readonly threads?: number } = {},
): Promise<ModelInputs> {
  const own = await openCheckpoint(modelDir);
  const { vocabSize, endTokenIds } = own.config;
  const tokenizer = await loadTokenizer(modelDir, { ...config.chat, vocabSize, threads });
  return {
    config,
    // training appends the tokenizer's end token where the template writes none
    checkpoint: withEndToken(own, tokenizer.turnEnd ?? tokenizer.endToken),
    ownEndTokenIds: endTokenIds,
    tokenizer,
    modelHashes: { ...await checkpointHashes(own), ...roundingHash(config) },
    templateHashes: await templateHashes(modelDir),
  };
}

/** The checkpoint with one more token that ends a completion, where it is not one already. */
export function withEndToken(checkpoint: Checkpoint, id: number | undefined): Checkpoint {
  const { config } = checkpoint;
  if (id === undefined || config.endTokenIds.includes(id)) return checkpoint;
  return { ...checkpoint, config: { ...config, endTokenIds: [...config.endTokenIds, id] } };
}
