import assert from "node:assert/strict";
import { EMBEDDED_MODEL, MISTRAL_TOKENIZER, skipUnless } from "../testing/reference.ts";
import { encodeInThreads, threadsFor } from "./parallel_encoding.ts";
import { loadTokenizer } from "./tokenizer.ts";

const TEXTS = Array.from({ length: 60 }, (_, i) =>
  [
    `Questions about subject ${i % 3}.\n\nWhat is ${i % 3} + é🙂?\nA. one\nAnswer: A\n\n`,
    `How  many\t${i} <|im_end|>?\nA. 'x'\nB. ${"long ".repeat(i)}\nAnswer:`,
  ] as const);

for (const [name, dir] of [["SmolLM2", EMBEDDED_MODEL], ["Mistral", MISTRAL_TOKENIZER]] as const) {
  const skipped = skipUnless(`${dir}/tokenizer.json`);
  Deno.test({
    name:
      `Tokenizer.encodeAllPlain() gives the prompts of encodePlain(), whatever the threads: ${name}${skipped}`,
    ignore: skipped !== "",
    async fn(): Promise<void> {
      const tokenizer = await loadTokenizer(dir);
      const expected = TEXTS.map(([shared, own]) => tokenizer.encodePlain(shared, own));
      for (const threads of [1, 2, 3]) {
        const other = await loadTokenizer(dir);
        assert.deepEqual(await other.encodeAllPlain(TEXTS, threads), expected, `${threads}`);
      }
      // more threads than texts
      const few = await tokenizer.encodeAllPlain(TEXTS.slice(0, 2), 3);
      assert.deepEqual(few, expected.slice(0, 2));
      assert.deepEqual(await tokenizer.encodeAllPlain([], 2), []);
    },
  });
}

const skipped = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);
Deno.test({
  name: `Tokenizer.encodeAllPlain() refuses what encodePlain() refuses, in threads too${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const tokenizer = await loadTokenizer(EMBEDDED_MODEL, { vocabSize: 100 });
    const [[shared, own]] = TEXTS as [readonly [string, string]];
    let message = "";
    try {
      tokenizer.encodePlain(shared, own);
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /its weights end at id 99/);
    await assert.rejects(tokenizer.encodeAllPlain(TEXTS, 2), { message });
  },
});

Deno.test("encodeInThreads() encodes itself what a thread cannot, and all of many slices once", async () => {
  const texts = Array.from({ length: 2_000 }, (_, i) => `${i}`);
  const encoded = await encodeInThreads("/nowhere", texts, {
    threads: 3,
    encode: (text) => [Number(text)],
  });
  assert.deepEqual(encoded, texts.map((_, i) => [i]));
});

Deno.test({
  name: `encodeInThreads() lets the threads take what this one leaves them${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const texts = Array.from({ length: 1_500 }, (_, i) => `What is ${i}?`);
    const tokenizer = await loadTokenizer(EMBEDDED_MODEL);
    let here = 0;
    const encoded = await encodeInThreads(EMBEDDED_MODEL, texts, {
      threads: 2,
      encode(text): number[] {
        here++;
        const until = performance.now() + 2;
        while (performance.now() < until);
        return tokenizer.encode(text);
      },
    });
    assert.deepEqual(encoded, texts.map((text) => tokenizer.encode(text)));
    assert(here < texts.length, "a thread has done some");
  },
});

Deno.test("encodeInThreads() fails as this thread does, and ends the others", async () => {
  const texts = Array.from({ length: 600 }, (_, i) => `${i}`);
  const encode = (text: string): number[] => {
    if (text === "300") throw new RangeError("no ids for 300");
    return [0];
  };
  const failing = encodeInThreads("/nowhere", texts, { threads: 2, encode });
  await assert.rejects(failing, { message: "no ids for 300" });
});

Deno.test("threadsFor() starts none for few texts or few cores", () => {
  assert.equal(threadsFor(14_042, 16), 4);
  assert.equal(threadsFor(14_042, 4), 3);
  assert.equal(threadsFor(2_500, 16), 2);
  assert(threadsFor(14_042, 2) < 2);
  assert(threadsFor(150, 16) < 2);
});
