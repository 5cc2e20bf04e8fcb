import assert from "node:assert/strict";
import { AutoTokenizer, type PreTrainedTokenizer } from "@huggingface/transformers";
import fc from "fast-check";
import { PATTERNS, withPartedTokenizer } from "../testing/parted_tokenizer.ts";
import { EMBEDDED_MODEL, MISTRAL_TOKENIZER, skipUnless } from "../testing/reference.ts";
import { keepWords, type KeptWords } from "./word_caches.ts";

/** Few words, so that most come again, and one that is too long to be kept. */
const TEXT = fc.array(
  fc.constantFrom(
    ..."aZ9 .,'\n\té🙂",
    " count",
    " COUNT",
    "naïve ",
    "T1.student_id",
    "\r\n ",
    "<|im_end|>",
    "[INST]",
    "ab".repeat(80),
  ),
  { maxLength: 40 },
).map((parts) => parts.join(""));

/** Holds a tokenizer with caches to the same one without. */
async function sameIds(dir: string, kept: KeptWords): Promise<void> {
  const load = (): Promise<PreTrainedTokenizer> =>
    AutoTokenizer.from_pretrained(dir, { local_files_only: true });
  const plain = await load();
  const cached = await load();
  assert.deepEqual(keepWords(cached), kept);
  const ids = (tokenizer: PreTrainedTokenizer, text: string): number[] =>
    tokenizer.encode(text, { add_special_tokens: false });
  fc.assert(
    fc.property(TEXT, (text) => {
      const expected = ids(plain, text);
      assert.deepEqual(ids(cached, text), expected);
      assert.deepEqual(ids(cached, text), expected);
    }),
    { numRuns: 300, seed: 42 },
  );
}

const TOKENIZERS = [["SmolLM2", EMBEDDED_MODEL], ["Mistral", MISTRAL_TOKENIZER]] as const;
for (const [name, dir] of TOKENIZERS) {
  const skipped = skipUnless(`${dir}/tokenizer.json`);
  Deno.test({
    name: `keepWords() changes no id: ${name}${skipped}`,
    ignore: skipped !== "",
    fn: async (): Promise<void> =>
      await sameIds(await Deno.realPath(dir), { merges: true, bytes: false }),
  });
}

const skipped = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);
for (const [name, pattern] of Object.entries(PATTERNS)) {
  Deno.test({
    name: `keepWords() changes no id: parted as ${name} does${skipped}`,
    ignore: skipped !== "",
    fn: (): Promise<void> =>
      withPartedTokenizer(pattern, (dir) => sameIds(dir, { merges: true, bytes: true })),
  });
}

Deno.test("keepWords() leaves a tokenizer alone that is built otherwise", () => {
  const tokenizer = { _tokenizer: { model: { cache: new Map() }, pre_tokenizer: null } };
  const kept = keepWords(tokenizer as unknown as PreTrainedTokenizer);
  assert.deepEqual(kept, { merges: false, bytes: false });
  assert(tokenizer._tokenizer.model.cache instanceof Map);
});
