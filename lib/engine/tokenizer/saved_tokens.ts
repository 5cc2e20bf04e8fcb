import { existsSync } from "node:fs";
import type { PreTrainedTokenizer } from "@huggingface/transformers";
import { UsageError } from "../../ground/mod.ts";
import { refusal } from "./check_vocabulary.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a folder's files say of tokens and transformers.js does not see to. */
export interface SavedTokens {
  /** Tokens that its `tokenizer.json` should have and lacks. */
  readonly absent: readonly string[];
  /** Whether decoding takes out spaces before punctuation. */
  readonly cleanUp: boolean;
}

/** The tokens with a part to play that templates may write. */
const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token"];
/** Lists of more special tokens, by the names of several versions of transformers. */
const LISTS = ["additional_special_tokens", "extra_special_tokens"];

/**
 * Gives a tokenizer the special tokens that its folder's `special_tokens_map.json` names. It has
 * the last word where `tokenizer_config.json` has no `added_tokens_decoder`, and transformers.js
 * does not read it.
 *
 * @param dir The model's folder.
 * @throws {UsageError} If the file is there and holds no JSON object.
 *
 * Source: transformers 5.23, `PreTrainedTokenizerBase._from_pretrained`
 */
export function takeSpecialTokensMap(tokenizer: PreTrainedTokenizer, dir: string): void {
  const config = tokenizer.config as Record<string, unknown>;
  if (config.added_tokens_decoder !== undefined) return;
  const map = readObject(`${dir}/special_tokens_map.json`);
  for (const key of NAMED) if (key in map) config[key] = contentOf(map[key]) ?? null;
  if ("eos_token" in map) tokenizer.eos_token = contentOf(map.eos_token)!;
}

/**
 * The tokens that a folder's other files have and its `tokenizer.json` lacks. transformers adds
 * them when it loads the folder; here texts with them would be parted as any other text.
 *
 * @param dir The model's folder.
 * @param config The content of its `tokenizer_config.json`.
 * @param vocabulary Every token of its `tokenizer.json`, added ones too.
 * @throws {UsageError} If one of the files is there and holds no JSON object.
 */
export function absentTokens(dir: string, config: Json, vocabulary: Iterable<string>): string[] {
  const known = new Set(vocabulary);
  const decoder = config.added_tokens_decoder as Json | undefined;
  const older = decoder ? {} : readObject(`${dir}/special_tokens_map.json`);
  const named = [
    ...Object.values(decoder ?? {}),
    ...(decoder ? [] : Object.keys(readObject(`${dir}/added_tokens.json`))),
    ...LISTS.flatMap((key) => [config[key], older[key]]).flatMap((list) =>
      Object.values(list ?? {})
    ),
  ];
  const tokens = named.map((token) => contentOf(token) ?? "").filter((token) => token !== "");
  return [...new Set(tokens)].filter((token) => !known.has(token));
}

/**
 * Refuses a text with a token that the tokenizer should have and lacks.
 *
 * @throws {UsageError} Naming the token and the folder.
 */
export function checkAbsent(text: string, absent: readonly string[], dir: string): void {
  const token = absent.find((token) => text.includes(token));
  if (token === undefined) return;
  throw refusal(
    `a prompt has ${JSON.stringify(token)}, which the files in "${dir}" call a token and its ` +
      'tokenizer.json lacks; write that anew: python -c "from transformers import AutoTokenizer ' +
      `as T; T.from_pretrained('${dir}').save_pretrained('${dir}')"`,
  );
}

/**
 * Whether transformers takes spaces before punctuation out of decoded text: where the config asks
 * for it and the model is no byte-pair encoding, whose spaces are part of the text.
 *
 * Source: transformers 5.23, `TokenizersBackend._decode`
 */
export function cleansUp(
  { model }: { readonly model?: { readonly type?: string } | null },
  config: Json,
): boolean {
  return model?.type !== "BPE" && config.clean_up_tokenization_spaces === true;
}

/** The text of a token that is written as a text or as an object. */
function contentOf(token: unknown): string | undefined {
  const text = typeof token === "object" ? (token as Json | null)?.content : token;
  return typeof text === "string" ? text : undefined;
}

function readObject(path: string): Json {
  if (!existsSync(path)) return {};
  try {
    const value = JSON.parse(Deno.readTextFileSync(path));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(`Cannot load the tokenizer: "${path}" holds no JSON object`);
}
