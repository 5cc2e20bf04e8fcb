import { existsSync } from "node:fs";
import { AutoTokenizer, type PreTrainedTokenizer } from "@huggingface/transformers";
import { firstLine, UsageError } from "../../ground/mod.ts";
import { findChatTemplate } from "./chat_template.ts";
import { EncodingThreads } from "./parallel_encoding.ts";
import { canPart, type TokenizerParts } from "./piece_encoder.ts";
import { absentTokens, cleansUp, takeSpecialTokensMap } from "./saved_tokens.ts";
import { Tokenizer, type TokenizerOptions } from "./tokenizer.ts";
import { keepWords } from "./word_caches.ts";

/** Options of {@linkcode loadTokenizer}. */
export interface LoadTokenizerOptions extends TokenizerOptions {
  /**
   * How many threads load the tokenizer beside this one, for the prompts that will be encoded
   * together (`threadsFor`); below 2 none does. The tokenizer is then to be disposed of.
   */
  readonly threads?: number;
}

/**
 * Loads the tokenizer and the chat template of a checkpoint folder, as
 * transformers' `AutoTokenizer` does.
 *
 * @param options Reasoning mode and date of the chat template (off and
 * 2024-07-26 when left out), the size of the model's vocabulary, and how many threads encode.
 * @throws {UsageError} If the folder has no `tokenizer.json` or no
 * `tokenizer_config.json`, or one that cannot be read.
 * @throws {RangeError} If the date is no day of the calendar.
 */
export async function loadTokenizer(
  dir: string,
  { threads: count = 0, ...options }: LoadTokenizerOptions = {},
): Promise<Tokenizer> {
  checkTokenizerFiles(dir);
  const threads = count >= 2 ? new EncodingThreads(dir, count) : undefined;
  try {
    return await loadFrom(dir, { ...options, threads });
  } catch (error) {
    threads?.[Symbol.dispose]();
    throw error;
  }
}

/**
 * Looks whether a checkpoint folder has a tokenizer's files.
 *
 * @throws {UsageError} If it has no `tokenizer.json` or no `tokenizer_config.json`.
 */
export function checkTokenizerFiles(dir: string): void {
  if (!existsSync(`${dir}/tokenizer.json`)) {
    throw new UsageError(`Cannot load the tokenizer: there is no "${dir}/tokenizer.json"`);
  }
  if (!existsSync(`${dir}/tokenizer_config.json`)) {
    throw new UsageError(
      `Cannot load the tokenizer in "${dir}": there is no tokenizer_config.json, which names its ` +
        "class and its special tokens; take it from where the model comes from",
    );
  }
}

async function loadFrom(
  dir: string,
  { threads, ...options }: TokenizerOptions & { readonly threads: EncodingThreads | undefined },
): Promise<Tokenizer> {
  let tokenizer: PreTrainedTokenizer;
  try {
    const path = await Deno.realPath(dir);
    tokenizer = await AutoTokenizer.from_pretrained(path, { local_files_only: true });
    keepWords(tokenizer);
    takeSpecialTokensMap(tokenizer, dir);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = await unreadable(dir) ?? firstLine(error);
    throw new UsageError(`Cannot load the tokenizer in "${dir}": ${why}`);
  }
  // the library keeps what it has read
  const { _tokenizerJSON: parts } = tokenizer as unknown as { _tokenizerJSON: TokenizerParts };
  // transformers.js says that it is a text; named templates are an object
  const configured = tokenizer.chat_template as string | Readonly<Record<string, string>> | null;
  const template = await findChatTemplate(dir, configured);
  const absent = absentTokens(dir, tokenizer.config, tokenizer._tokenizer.get_vocab().keys());
  const inPieces = absent.length === 0 && canPart(parts, tokenizer._tokenizer.get_vocab().keys());
  // threads encode in pieces alone, so that no prompts would ever take these
  if (!inPieces) threads?.[Symbol.dispose]();
  return new Tokenizer(tokenizer, dir, template, {
    ...options,
    inPieces,
    saved: { absent, cleanUp: cleansUp(parts, tokenizer.config) },
    threads: inPieces ? threads : undefined,
  });
}

/** Which of a tokenizer's files is the reason that it does not load; nothing where both are read. */
async function unreadable(dir: string): Promise<string | undefined> {
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    const text = await Deno.readTextFile(`${dir}/${name}`).catch(() => "{}");
    if (text.startsWith("version https://git-lfs")) {
      return `${name} is a pointer of Git LFS, not the file itself: run git lfs pull in the folder`;
    }
    try {
      const value = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) continue;
      return `${name} holds no object`;
    } catch (error) {
      return `${name} is not JSON: ${firstLine(error)}`;
    }
  }
  return undefined;
}
