import assert from "node:assert/strict";
import { sleep } from "../../ground/mod.ts";
import { leftWorkers } from "../testing/left_workers.ts";
import { EMBEDDED_MODEL, MISTRAL_TOKENIZER, skipUnless } from "../testing/reference.ts";
import { encodeInThreads, EncodingThreads, threadsFor } from "./parallel_encoding.ts";
import type { Prompt } from "./prompt.ts";
import { loadTokenizer } from "./load_tokenizer.ts";

/** Two of whose own parts nothing is left, or which have none, and 60 others. */
const TEXTS = [
  ["Nothing of its own.", ""],
  ["", "Nothing shared."],
  ...Array.from({ length: 60 }, (_, i) =>
    [
      `Questions about subject ${i % 3}.\n\nWhat is ${i % 3} + é🙂?\nA. one\nAnswer: A\n\n`,
      `How  many\t${i} <|im_end|>?\nA. 'x'\nB. ${"long ".repeat(i)}\nAnswer:`,
    ] as const),
] as const;

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
        const found = await other.encodeAllPlain(TEXTS, (parts) => parts, { threads });
        assert.deepEqual(found, expected, `${threads}`);
      }
      // more threads than texts
      const few = await tokenizer.encodeAllPlain(TEXTS.slice(0, 2), (parts) => parts, {
        threads: 3,
      });
      assert.deepEqual(few, expected.slice(0, 2));
      assert.deepEqual(await tokenizer.encodeAllPlain([], () => ["", ""], { threads: 2 }), []);
    },
  });
}

const skipped = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);
Deno.test({
  name: `Tokenizer.encodeAllPlain() refuses what encodePlain() refuses, in threads too${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    using tokenizer = await loadTokenizer(EMBEDDED_MODEL, { vocabSize: 20_000, threads: 2 });
    // the threads, once they are there, take all between, while this one meets the last
    const texts = Array.from({ length: 600 }, () => ["the", " of"] as [string, string]);
    texts[40] = ["the", " polynomial"];
    texts[599] = ["the", " zebra"];
    let message = "";
    try {
      tokenizer.encodePlain(...texts[40]!);
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /" polynomial" .*its weights end at id 19999/);
    await sleep(1_000);
    await assert.rejects(tokenizer.encodeAllPlain(texts, (parts) => parts, { threads: 2 }), {
      message,
    });
  },
});

/** The ids of each text, which tests of `encodeInThreads` ask for. */
async function encodedTexts(
  dir: string,
  texts: readonly string[],
  count: number,
  encode: (text: string) => readonly number[],
): Promise<readonly (readonly number[])[]> {
  using threads = new EncodingThreads(dir, count);
  const encoded: (readonly number[])[] = [];
  await encodeInThreads(texts, {
    threads,
    partsOf: (text) => ["", text],
    encode: ([shared, own]) => ({ length: shared.length, own: encode(own) }),
    done(i, shared, { length, own }): void {
      assert.equal(encoded[i], undefined, `${i} is done twice`);
      assert.deepEqual([shared, length], ["", 0]);
      encoded[i] = own;
    },
  });
  return encoded;
}

Deno.test("encodeInThreads() encodes itself what a thread cannot, and all of many slices once", async () => {
  const texts = Array.from({ length: 2_000 }, (_, i) => `${i}`);
  const encoded = await encodedTexts("/nowhere", texts, 3, (text) => [Number(text)]);
  assert.deepEqual(encoded, texts.map((_, i) => [i]));
});

Deno.test({
  name: `encodeInThreads() lets the threads take what this one leaves them${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const texts = Array.from({ length: 1_500 }, (_, i) => `What is ${i}?`);
    const tokenizer = await loadTokenizer(EMBEDDED_MODEL);
    let here = 0;
    const encoded = await encodedTexts(EMBEDDED_MODEL, texts, 2, (text) => {
      here++;
      const until = performance.now() + 2;
      while (performance.now() < until);
      return tokenizer.encode(text);
    });
    assert.deepEqual(encoded, texts.map((text) => tokenizer.encode(text)));
    assert(here < texts.length, "a thread has done some");
  },
});

Deno.test("encodeInThreads() fails as this thread does, and ends the others", async () => {
  const texts = Array.from({ length: 600 }, (_, i) => `${i}`);
  const failing = encodedTexts("/nowhere", texts, 2, (text) => {
    if (text === "300") throw new RangeError("no ids for 300");
    return [0];
  });
  await assert.rejects(failing, { message: "no ids for 300" });
});

Deno.test({
  name: `loadTokenizer() starts threads, which the first prompts take${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const left = await leftWorkers(async () => {
      const tokenizer = await loadTokenizer(EMBEDDED_MODEL, { threads: 2 });
      const expected = TEXTS.map(([shared, own]) => tokenizer.encodePlain(shared, own));
      const seen: Prompt[] = [];
      for (const threads of [2, 2]) {
        seen.length = 0;
        const each = (prompt: Prompt): unknown => seen.push(prompt);
        const found = await tokenizer.encodeAllPlain(TEXTS, (parts) => parts, { threads, each });
        assert.deepEqual(found, expected);
        assert.deepEqual(new Set(seen), new Set(found));
      }
      // threads that no prompts take end with the tokenizer
      using _unused = await loadTokenizer(EMBEDDED_MODEL, { threads: 2 });
    });
    assert.equal(left, 0);
  },
});

Deno.test({
  name: `loadTokenizer() ends threads at once where texts may not be encoded in pieces${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const dir = await Deno.makeTempDir();
    try {
      const parts = JSON.parse(await Deno.readTextFile(`${EMBEDDED_MODEL}/tokenizer.json`));
      parts.model.vocab["a\u010a"] = Object.keys(parts.model.vocab).length;
      await Deno.writeTextFile(`${dir}/tokenizer.json`, JSON.stringify(parts));
      const config = "tokenizer_config.json";
      await Deno.copyFile(`${EMBEDDED_MODEL}/${config}`, `${dir}/${config}`);
      const left = await leftWorkers(async () => {
        // a study does not dispose of its tokenizer
        const tokenizer = await loadTokenizer(dir, { threads: 2 });
        const [[shared, own]] = TEXTS;
        const [prompt] = await tokenizer.encodeAllPlain([TEXTS[0]], (text) => text, { threads: 2 });
        assert.deepEqual(prompt, tokenizer.encodePlain(shared, own));
      });
      assert.equal(left, 0);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("threadsFor() starts none for few texts or few cores", () => {
  assert.equal(threadsFor(14_042, 16), 4);
  assert.equal(threadsFor(14_042, 4), 3);
  assert.equal(threadsFor(2_500, 16), 2);
  assert(threadsFor(14_042, 2) < 2);
  assert(threadsFor(150, 16) < 2);
});
