import assert from "node:assert/strict";
import { AutoTokenizer } from "@huggingface/transformers";
import fc from "fast-check";
import { BYTE_LEVEL, PATTERNS, withPartedTokenizer } from "../testing/parted_tokenizer.ts";
import { EMBEDDED_MODEL, MISTRAL_TOKENIZER, skipUnless } from "../testing/reference.ts";
import { canPart, PieceEncoder, type TokenizerParts } from "./piece_encoder.ts";
import { loadTokenizer } from "./load_tokenizer.ts";

/** Texts of what tokenizers part by, with seams and without. */
const TEXT = fc.array(
  fc.constantFrom(
    ..."aZ9 .,'\n\té🙂",
    "\n\n",
    "A\n\n",
    "7\n\nB",
    "'s",
    "  ",
    "\r\n",
    "SELECT",
    "<|im_end|>",
    "[INST]",
  ),
  { maxLength: 30 },
).map((parts) => parts.join(""));

/** Counts the texts that reach the tokenizer itself. */
async function encoders(dir: string): Promise<{
  whole: (text: string) => number[];
  pieces: PieceEncoder;
  asked: string[];
}> {
  const tokenizer = await AutoTokenizer.from_pretrained(await Deno.realPath(dir), {
    local_files_only: true,
  });
  const asked: string[] = [];
  const whole = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false });
  const pieces = new PieceEncoder((text) => {
    asked.push(text);
    return whole(text);
  });
  return { whole, pieces, asked };
}

async function equalIds(dir: string): Promise<void> {
  const { whole, pieces } = await encoders(dir);
  fc.assert(
    fc.property(TEXT, (text) => assert.deepEqual(pieces.encode(text), whole(text))),
    { numRuns: 500, seed: 42 },
  );
}

for (const [name, dir] of [["SmolLM2", EMBEDDED_MODEL], ["Mistral", MISTRAL_TOKENIZER]] as const) {
  const skipped = skipUnless(`${dir}/tokenizer.json`);
  Deno.test({
    name: `PieceEncoder gives the ids of the whole text: ${name}${skipped}`,
    ignore: skipped !== "",
    fn: (): Promise<void> => equalIds(dir),
  });

  Deno.test({
    name: `loadTokenizer() encodes in pieces: ${name}${skipped}`,
    ignore: skipped !== "",
    async fn(): Promise<void> {
      const parts = JSON.parse(await Deno.readTextFile(`${dir}/tokenizer.json`));
      assert(canPart(parts, Object.keys(parts.model.vocab)));
      const { whole } = await encoders(dir);
      const text = "Answer: A\n\nWhich is it?\nAnswer: B\n\n[INST] so <|im_end|>";
      assert.deepEqual((await loadTokenizer(dir)).encode(text), whole(text));
    },
  });
}

const skipped = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);

for (const [name, pattern] of Object.entries(PATTERNS)) {
  Deno.test({
    name: `PieceEncoder gives the ids of the whole text: parted as ${name} does${skipped}`,
    ignore: skipped !== "",
    fn: (): Promise<void> =>
      withPartedTokenizer(pattern, async (dir, parts) => {
        assert(canPart(parts as TokenizerParts, Object.keys(parts.model.vocab)));
        await equalIds(dir);
      }),
  });
}

Deno.test({
  name: `PieceEncoder encodes examples that are shown again once${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const { pieces, asked } = await encoders(EMBEDDED_MODEL);
    const shots = "About sums.\n\nOne and one?\nAnswer: 2\n\nTwo and two?\nAnswer: 4";
    pieces.encode(`${shots}\n\nThree and three?`);
    asked.length = 0;
    pieces.encode(`${shots}\n\nFour and four?`);
    assert.equal(asked.length, 1);
    assert(asked[0]!.endsWith("Four and four?"));
  },
});

Deno.test("PieceEncoder forgets the piece that was not used for longest", () => {
  const asked: string[] = [];
  const pieces = new PieceEncoder((text) => {
    asked.push(text);
    return [...text].map((letter) => letter.codePointAt(0)!);
  });
  for (let i = 0; i < 3000; i++) pieces.encode(`shown\n\nquestion ${i}`);
  assert.equal(asked.filter((text) => text === "shown").length, 1);
  pieces.encode("shown\n\nquestion 0");
  assert.equal(asked.filter((text) => text.endsWith("question 0")).length, 2);
});

Deno.test("canPart() refuses what may look across a seam", () => {
  const bpe: TokenizerParts = {
    model: { type: "BPE" },
    normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }] },
    pre_tokenizer: BYTE_LEVEL,
  };
  const words = ["a", "ĊĊ", ".ĊĊ", "Ċa"];
  assert(canPart(bpe, words));
  assert(canPart({ ...bpe, normalizer: null }, words));
  assert(!canPart(bpe, [...words, "aĊ"]));
  assert(!canPart(bpe, [...words, "end9\n"]));
  assert(!canPart({ ...bpe, model: { type: "Unigram" } }, words));
  assert(!canPart({ ...bpe, normalizer: { type: "Strip" } }, words));
  assert(!canPart({ ...bpe, pre_tokenizer: { type: "UnicodeScripts" } }, words));
  assert(!canPart({ ...bpe, added_tokens: [{ content: "word", rstrip: true }] }, words));
  assert(!canPart({ ...bpe, added_tokens: [{ content: "<x>", single_word: true }] }, words));
  assert(canPart({ ...bpe, added_tokens: [{ content: "<x>", rstrip: true }] }, words));
});
