import { EMBEDDED_MODEL } from "./reference.ts";

/** Patterns as families of models part texts by; each into a copy of a byte-level tokenizer. */
export const PATTERNS: Readonly<Record<string, string>> = {
  "Llama 3":
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "Qwen2":
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};

/** What byte-level tokenizers spell words with. */
export const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false };

/** The embedded model's `tokenizer.json`, which parts texts by `pattern` here. */
export async function partedTokenizer(
  pattern: string,
): Promise<{ readonly model: { readonly vocab: object } }> {
  const parts = JSON.parse(await Deno.readTextFile(`${EMBEDDED_MODEL}/tokenizer.json`));
  const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
  const pretokenizers = [split, { ...BYTE_LEVEL, use_regex: false }];
  return { ...parts, pre_tokenizer: { type: "Sequence", pretokenizers } };
}

/** Hands `use` a folder with the embedded model's tokenizer, which parts texts by `pattern` there. */
export async function withPartedTokenizer(
  pattern: string,
  use: (dir: string, tokenizer: { readonly model: { readonly vocab: object } }) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const parts = await partedTokenizer(pattern);
    await Deno.writeTextFile(`${dir}/tokenizer.json`, JSON.stringify(parts));
    await Deno.copyFile(
      `${EMBEDDED_MODEL}/tokenizer_config.json`,
      `${dir}/tokenizer_config.json`,
    );
    await use(dir, parts);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
